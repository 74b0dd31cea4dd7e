/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"

char *output_path(char path[OUTPUT_PATH_MAX], const char *folder, const char *name)
{
	snprintf(path, OUTPUT_PATH_MAX, "%s/%s", folder, name);
	return path;
}

/* A file without a name takes the room and gives it back, whatever becomes of us. */
static int try_room(const char *folder, uint64_t bytes)
{
	int fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0) /* not every file system has such files: then the end of the run tells */
		return errno == EOPNOTSUPP || errno == EISDIR ? 0 : -errno;
	int r = fallocate(fd, 0, 0, (off_t)bytes) ? -errno : 0;
	close(fd);
	return r == -EOPNOTSUPP ? 0 : r;
}

int output_try(const char *folder, const char *name, uint64_t bytes)
{
	char path[OUTPUT_PATH_MAX];
	if (mkdir(folder, 0777) && errno != EEXIST)
		return -errno;
	output_path(path, folder, name);
	bool was_there = access(path, F_OK) == 0;
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
	if (fd < 0)
		return -errno;
	close(fd);
	if (!was_there)
		unlink(path);
	return try_room(folder, bytes);
}
