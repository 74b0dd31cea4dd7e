/* SPDX-License-Identifier: MIT */
/*
 * Promise: the value that a queue was told last to give a fence, whichever of the fence's handles
 * it was told by. If it is told less after that, it takes the fence back, though the value does not
 * yet say so. What other queues were told says nothing about that: they may come to it later.
 *
 * Thread-safety: safe.
 */
#ifndef XFI_WIN_KMT_PROMISE_H
#define XFI_WIN_KMT_PROMISE_H

#include <crossfence/domain.h>

#include "win/prelude.h"

struct xfi_promise {
	_Atomic uint64_t value;
	uint32_t refs; /* under promise.c's lock, as the next three */
	xf_id id;
	const void *queue;
	struct xfi_promise *next;
};

/*
 * The one of the timeline `id` and whatever stands for the queue and outlives the promise, with a
 * reference. NULL: no memory.
 */
struct xfi_promise *xfi_promise_get(xf_id id, const void *queue);

/* NULL is allowed. */
void xfi_promise_put(struct xfi_promise *promise);

#endif
