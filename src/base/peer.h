/* SPDX-License-Identifier: MIT */
/* Who is on the other side of a connected unix socket. */
#ifndef XFI_BASE_PEER_H
#define XFI_BASE_PEER_H

/*
 * 0: this user, or root. -EACCES: somebody else, or somebody whom our user namespace does not know:
 * the overflow uid stands for all of those, so it is nobody's equal.
 */
int xfi_peer_check(int socket_fd);

#endif
