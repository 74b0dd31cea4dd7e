/* SPDX-License-Identifier: MIT */
/* A program's standard descriptors, whoever started it. */
#ifndef TOOLS_SHARED_STD_FDS_H
#define TOOLS_SHARED_STD_FDS_H

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/*
 * First of all in main(): where 0, 1 or 2 is closed, the next file opened would be it, and get what
 * is meant for the terminal. Makes it one of nothing to read; of an output that refuses what is
 * written, so that a command whose output is wanted says that it could not write it; and of
 * messages that nobody reads. -errno.
 */
static inline int std_fds_fill(void)
{
	static const int modes[] = { O_RDONLY, O_RDONLY, O_WRONLY };
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
			return errno ? -errno : -EBADF;
	return 0;
}

#endif
