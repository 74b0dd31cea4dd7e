/* SPDX-License-Identifier: MIT */
/*
 * What a queue is given to do for somebody who may be gone before it comes to it, or who waits in
 * vain, for not every kind of queue tells what it drops: a number instead of an address. Whoever
 * has sent the errand can call it back.
 */
#ifndef XFI_USE_ERRAND_H
#define XFI_USE_ERRAND_H

#include <stdbool.h>
#include <stdint.h>

struct xfi_errand {
	uintptr_t number;
	uint32_t *under_way; /* its sender's count */
	struct xfi_errand *next;
};

/*
 * From now on it can be begun, once: returns what to give to the queue. *under_way, which is 0 at
 * first and lasts as long as the errands, counts those that are begun and not done.
 */
void *xfi_errand_send(struct xfi_errand *errand, uint32_t *under_way);

/* On the queue's side. NULL: it was called back. Else done with is said with its count. */
struct xfi_errand *xfi_errand_begin(void *number);
void xfi_errand_done(uint32_t *under_way);

/* True: nobody will ever begin it. False: somebody has. */
bool xfi_errand_call_back(const struct xfi_errand *errand);

/* Sleeps until all that were begun are done. */
void xfi_errand_wait(uint32_t *under_way);

#endif
