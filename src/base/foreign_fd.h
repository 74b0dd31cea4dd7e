/* SPDX-License-Identifier: MIT */
/* Descriptors that came from somebody else over a socket. */
#ifndef XFI_BASE_FOREIGN_FD_H
#define XFI_BASE_FOREIGN_FD_H

/*
 * Closes it, if it is one. The last close() of a TCP socket waits for as long as its owner has said
 * (SO_LINGER): not here.
 */
void xfi_foreign_fd_close(int *fd);

/*
 * From now on descriptors that are sent to this socket, or to what is accepted from it, come to
 * their senders as an error. Where the kernel cannot do that (before 6.16) they are dropped when
 * they arrive.
 */
void xfi_foreign_fd_refuse(int socket_fd);

#endif
