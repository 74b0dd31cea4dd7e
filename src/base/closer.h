/* SPDX-License-Identifier: MIT */
/*
 * Closing what may take as long as somebody else likes, and how much of that somebody may have us
 * do. A file of a file system in user space is closed when its server has answered; until then
 * either the descriptor stays open or a thread, which nothing can end, stays in close(). So there
 * are few threads for each sender, what they have no hands for waits open, and while one sender's
 * hang nothing more is taken from it.
 */
#ifndef XFI_BASE_CLOSER_H
#define XFI_BASE_CLOSER_H

#include <stdint.h>

#define XFI_CLOSER_OF_ONE 4 /* threads; and what is taken from a sender before one has ended */
#define XFI_CLOSER_OF_ALL 64

/*
 * The process at the other end of a unix socket, as the kernel has noted it; of a pair that this
 * process made, the pair. Never 0, which is nobody in particular.
 */
uint64_t xfi_closer_sender(int socket_fd);

/*
 * May a descriptor be received from it? 0; -EBUSY: XFI_CLOSER_OF_ONE of its, or XFI_CLOSER_OF_ALL
 * of all senders', are being closed and have been for 100 ms, for which it waits: a device's file
 * is closed by a thread as well, and that thread may have to wait for a CPU. Threads that ask at
 * the same time may each take one more.
 */
int xfi_closer_admits(uint64_t sender);

/* Closes `fd` (taken) on a thread of its own, now or when another has ended. Does not wait; only
 * where no thread at all can be had it is closed here. */
void xfi_closer_take(int fd, uint64_t sender);

#endif
