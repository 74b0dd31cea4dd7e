/* SPDX-License-Identifier: MIT */
/*
 * Signals: fences that the queue raises when it comes to them. A queue borrows a timeline until it
 * has raised it, and tells nobody that it has; so now and then it is given a timeline of our own to
 * raise, and when that is there all before it can be closed.
 *
 * What was promised is given in every case: where the queue fails or ends first, by us. Whoever
 * waits for it would do so for ever, and finds out elsewhere that there is nothing new.
 */
#ifndef XFI_WIN_GPU_SIGNAL_H
#define XFI_WIN_GPU_SIGNAL_H

#include "win/gpu/gpu.h"

struct xfi_gpu_signal {
	struct xfi_gpu_signal *next;
	struct xf_timeline *timeline;
	uint64_t value;
	uint64_t round; /* what our own timeline has to reach */
};

/* The queue was told of a signal, whose memory and timeline are taken. Closes what is done. */
void xfi_gpu_signal_add(struct xfi_gpu *gpu, struct xfi_gpu_signal *signal);

/* The queue has failed: gives what it still had to. */
void xfi_gpu_signals_give(struct xfi_gpu *gpu);

/* The queue has done all of it, or is gone: gives what it still had to, and closes all. */
void xfi_gpu_signals_end(struct xfi_gpu *gpu);

#endif
