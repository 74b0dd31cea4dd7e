/* SPDX-License-Identifier: MIT */
/*
 * Closing what may take as long as somebody else likes, and how much of that somebody may have us
 * do. A file of a file system in user space is closed when its server has answered; until then
 * either the descriptor stays open or a thread, which nothing can end, stays in close(). So there
 * are few threads for each sender, what they have no hands for waits open, and while one sender's
 * hang nothing more is taken from it; nor from others of its user, who could be many.
 */
#ifndef XFI_BASE_CLOSER_H
#define XFI_BASE_CLOSER_H

#include <stdint.h>

#define XFI_CLOSER_OF_ONE	4 /* threads; and what is taken from a sender before one has ended */
#define XFI_CLOSER_OF_USER	16
#define XFI_CLOSER_OF_STRANGERS 64 /* of users other than this one and root, together */

/*
 * Whom a descriptor came from: a process and its user, as the kernel has noted them at the other
 * end of a unix socket. Of a pair that this process made it tells nothing, so the pair is both. All
 * whom our user namespace does not know are one user. All zero: nobody has sent it, somebody in
 * this process has lent it.
 */
struct xfi_sender {
	uint64_t peer, user;
};

struct xfi_sender xfi_closer_sender(int socket_fd);

/*
 * May a descriptor be received from it? 0; -EBUSY: as many as may be of its, of its user's, or, if
 * that one is a stranger, of all strangers', are being closed and have been for 100 ms, for which
 * it waits: a device's file is closed by a thread as well, and that thread may have to wait for a
 * CPU. Threads that ask at the same time may each take one more.
 */
int xfi_closer_admits(const struct xfi_sender *sender);

/* Closes `fd` (taken) on a thread of its own, now or when another has ended. Does not wait; only
 * where no thread at all can be had it is closed here. */
void xfi_closer_take(int fd, struct xfi_sender sender);

#endif
