/* SPDX-License-Identifier: MIT */
/* One message and at most one descriptor over a unix socket. */
#ifndef XFI_BASE_PASS_FD_H
#define XFI_BASE_PASS_FD_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

/*
 * Sends `size` bytes and, unless it is -1, `fd` (borrowed), to `address` or, when that is NULL, to
 * the peer. 0, or -errno; never SIGPIPE.
 */
int xfi_send_fd(int socket_fd, const struct sockaddr_un *address, socklen_t address_size,
	const void *data, size_t size, int fd, int flags);

/*
 * Receives a message of exactly `size` bytes; a descriptor that comes with it goes to *ret_fd
 * (yours, close-on-exec), which is left alone otherwise. There is room for one, so no more can be
 * slipped in. -ECONNRESET: the peer is gone; -EPROTO: another size; or -errno. A descriptor
 * may have come in any case.
 */
int xfi_recv_fd(int socket_fd, void *data, size_t size, int *ret_fd, int flags);

#endif
