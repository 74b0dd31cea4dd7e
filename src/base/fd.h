/* SPDX-License-Identifier: MIT */
/* One owner variable per descriptor, closed when it goes out of scope. -1 means none. */
#ifndef XFI_BASE_FD_H
#define XFI_BASE_FD_H

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Then there is none: closed once more its number may be another thread's. */
static inline void xfi_fd_close(int *fd)
{
	int taken = *fd;
	*fd = -1;
	if (taken >= 0)
		close(taken);
}

static inline int xfi_fd_steal(int *fd)
{
	int taken = *fd;
	*fd = -1;
	return taken;
}

/*
 * A program that was started without them may still write to 0, 1 or 2, which the next descriptor
 * made would be: into a domain's memory, say. So what is made comes through here: another one of
 * the same, above those. -1 and errno: as it was given, or none was to be had.
 */
static inline int xfi_fd_above_std(int fd)
{
	if (fd < 0 || fd > STDERR_FILENO)
		return fd;
	int above = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), error = errno;
	close(fd);
	errno = error;
	return above;
}

#define XFI_FD __attribute__((cleanup(xfi_fd_close))) int

#endif
