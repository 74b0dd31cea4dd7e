/* SPDX-License-Identifier: MIT */
/* One owner variable per descriptor, closed when it goes out of scope. -1 means none. */
#ifndef XFI_BASE_FD_H
#define XFI_BASE_FD_H

#include <unistd.h>

static inline void xfi_fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline int xfi_fd_steal(int *fd)
{
	int taken = *fd;
	*fd = -1;
	return taken;
}

#define XFI_FD __attribute__((cleanup(xfi_fd_close))) int

#endif
