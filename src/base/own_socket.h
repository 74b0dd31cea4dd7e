/* SPDX-License-Identifier: MIT */
/*
 * A listening socket in a folder that others may write to: nothing is changed or removed through
 * its path but a socket of ours.
 */
#ifndef XFI_BASE_OWN_SOCKET_H
#define XFI_BASE_OWN_SOCKET_H

#include <sys/types.h>

#include "base/place.h"

struct xfi_own_socket {
	int fd; /* -1: none */
	struct xfi_place place;
	dev_t dev;
	ino_t ino; /* of the file; 0: not ours to remove */
};

/*
 * Listens at `path`, whose file gets `mode` less the umask. One of ours that nobody serves is
 * replaced. -EINVAL, -EADDRINUSE; -EEXIST: something else is there, and stays; or as bind().
 */
int xfi_own_socket_listen(const char *path, mode_t mode, struct xfi_own_socket *ret_socket);
/* Closes it, and removes the file if it is still the one that was made. */
void xfi_own_socket_close(struct xfi_own_socket *socket);

#endif
