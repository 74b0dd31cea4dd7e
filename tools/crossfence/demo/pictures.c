/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pictures.h"

void pictures_finish(struct pictures *pictures)
{
	for (uint32_t i = 0; i < pictures->count; i++)
		free(pictures->paths[i]);
	free(pictures->paths);
	*pictures = (struct pictures){ 0 };
}

/* Takes over `path`. */
static int append(struct pictures *pictures, char *path)
{
	if (path && !pictures->paths)
		pictures->paths = calloc(PICTURES_MAX, sizeof(*pictures->paths));
	int r = path && pictures->paths ? 0 : -ENOMEM;
	if (!r && pictures->count == PICTURES_MAX)
		r = -E2BIG;
	if (r)
		free(path);
	else
		pictures->paths[pictures->count++] = path;
	return r;
}

static int add_entry(struct pictures *pictures, const char *folder, const char *name)
{
	char *path;
	if (name[0] == '.')
		return 0;
	if (asprintf(&path, "%s/%s", folder, name) < 0)
		return -ENOMEM;
	return append(pictures, path);
}

static int add_folder(struct pictures *pictures, const char *folder)
{
	struct dirent **entries;
	int r = 0, n = scandir(folder, &entries, NULL, alphasort);
	if (n < 0)
		return -errno;
	for (int i = 0; i < n; i++) {
		if (!r)
			r = add_entry(pictures, folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return r;
}

int pictures_add(struct pictures *pictures, const char *path)
{
	struct stat st;
	if (stat(path, &st))
		return -errno;
	return S_ISDIR(st.st_mode) ? add_folder(pictures, path) : append(pictures, strdup(path));
}

const char *pictures_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

/* One path after the other, each with its terminator. */
int pictures_export(const struct pictures *pictures, int *ret_fd)
{
	int fd = memfd_create("pictures", MFD_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(dup(fd), "w");
	if (!file) {
		int r = -errno;
		if (fd >= 0)
			close(fd);
		return r;
	}
	for (uint32_t i = 0; i < pictures->count; i++)
		fwrite(pictures->paths[i], strlen(pictures->paths[i]) + 1, 1, file);
	if (fclose(file)) {
		close(fd);
		return -EIO;
	}
	*ret_fd = fd;
	return 0;
}

/* The roles share one file position, hence an offset of our own. */
static int read_list(int fd, char **ret_bytes, size_t *ret_size)
{
	struct stat st;
	if (fstat(fd, &st))
		return -errno;
	char *bytes = malloc((size_t)st.st_size + 1);
	if (!bytes)
		return -ENOMEM;
	if (pread(fd, bytes, (size_t)st.st_size, 0) != st.st_size) {
		free(bytes);
		return -EIO;
	}
	bytes[st.st_size] = 0;
	*ret_bytes = bytes;
	*ret_size = (size_t)st.st_size;
	return 0;
}

int pictures_import(int fd, struct pictures *ret_pictures)
{
	struct pictures pictures = { 0 };
	char *bytes = NULL;
	size_t size = 0;
	int r = read_list(fd, &bytes, &size);
	if (r)
		return r;
	for (size_t at = 0; !r && at < size; at += strlen(bytes + at) + 1)
		r = append(&pictures, strdup(bytes + at));
	free(bytes);
	if (r)
		pictures_finish(&pictures);
	else
		*ret_pictures = pictures;
	return r;
}
