/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that came from somebody else. What they lead to may be somebody's who lets whoever
 * asks it for anything wait: a file system in user space, a socket with a long farewell.
 */
#ifndef XFI_BASE_FOREIGN_FD_H
#define XFI_BASE_FOREIGN_FD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/closer.h"

/* One that was received, or none (-1), and from whom. */
struct xfi_sent {
	int fd;
	struct xfi_sender sender;
};

#define XFI_SENT_NONE ((struct xfi_sent){ .fd = -1 })

/*
 * Closes it, if it is one, without waiting for what that may take: for as long as its owner has
 * said with a TCP socket (SO_LINGER), for a server with a file in user space. A file of a file
 * system is closed by a thread of closer.h, for its sender or for nobody in particular.
 */
void xfi_foreign_fd_close(int *fd);
void xfi_sent_close(struct xfi_sent *sent); /* then there is none */

/* Its mode and size as last known here, asking nobody. 0, -errno. */
int xfi_foreign_fd_look(int fd, mode_t *ret_mode, uint64_t *ret_size);

/* Is it of the file system that `folder` is of? Asks nobody; false, too, where that cannot be told.
 */
bool xfi_foreign_fd_is_on(int fd, const char *folder);

/*
 * May it be something of a driver's, of `size_bytes` where it is a memory file? What might block or
 * signal us when it is closed, or shrink, is refused; the rest is for the driver to tell.
 */
bool xfi_foreign_fd_may_be_drivers(int fd, uint64_t size_bytes);

/* Does the kernel say that it is one? Only what answers at once is asked. */
bool xfi_foreign_fd_is_dma_buf(int fd);

/*
 * From now on descriptors that are sent to this socket, or to what is accepted from it, come to
 * their senders as an error. Where the kernel cannot do that (before 6.16) they are dropped when
 * they arrive.
 */
void xfi_foreign_fd_refuse(int socket_fd);

#endif
