/* SPDX-License-Identifier: MIT */
/*
 * A futex wait that makes an eventfd readable, with no thread in between: a private io_uring holds
 * it, and whoever wakes the futex writes the eventfd from within that very call. Linux 6.7.
 */
#ifndef XFI_SHM_URING_H
#define XFI_SHM_URING_H

#include <stdbool.h>
#include <stdint.h>

struct xfi_uring;

/*
 * Belongs to the calling thread from now on. `eventfd` is borrowed. NULL: not to be had, for want
 * of memory or descriptors, or because kernel or administrator do not allow it.
 */
struct xfi_uring *xfi_uring_make(int eventfd);

/*
 * Lies down on *word, unless it is asleep already, until a wake-up whose bits meet `bits`. 0;
 * -EAGAIN: the word was not `expected`; any other error, such as -EEXIST for a thread that it does
 * not belong to: of no use any more. The eventfd may have been written in all cases.
 */
int xfi_uring_sleep(
	struct xfi_uring *ring, const _Atomic uint32_t *word, uint32_t expected, uint32_t bits);

/*
 * Whoever reads the eventfd and finds this true afterwards has missed nothing. It also wakes, and
 * says so by the eventfd, when its thread ends.
 */
bool xfi_uring_asleep(const struct xfi_uring *ring);

/* `ours`: false in a forked child, whose parent goes on sleeping. Writes no eventfd any more. */
void xfi_uring_free(struct xfi_uring *ring, bool ours);

#endif
