/* SPDX-License-Identifier: MIT */
/*
 * Tally: how many samples were drawn between two moments; stamp: the time at which the device came
 * to some place. Both may reach over several batches, so what is between two changes of the set of
 * tallies, or two batches, is one query of Vulkan's, added to each tally of that time.
 */
#ifndef XFI_WIN_GPU_TALLY_H
#define XFI_WIN_GPU_TALLY_H

#include "win/gpu/batch.h"

struct xfi_tally {
	struct xfi_tally *next; /* gpu.tallies */
	bool is_active;
	uint64_t samples;
	uint64_t batch; /* the last that it is counted in; done: `samples` is all */
};

struct xfi_stamp {
	uint64_t ticks_ns;
	uint64_t batch; /* 0: not recorded */
};

/* Begins anew, ends. What was drawn in a batch that came to nothing is not counted. */
int xfi_tally_begin(struct xfi_gpu *gpu, struct xfi_tally *tally);
int xfi_tally_end(struct xfi_gpu *gpu, struct xfi_tally *tally);
int xfi_stamp(struct xfi_gpu *gpu, struct xfi_stamp *stamp);

/* Before the memory of either ends. */
void xfi_tally_forget(struct xfi_gpu *gpu, struct xfi_tally *tally);
void xfi_stamp_forget(struct xfi_gpu *gpu, struct xfi_stamp *stamp);

/* For batch.c: a batch is opened, closed, done, freed. */
void xfi_tally_resume(struct xfi_gpu *gpu, struct xfi_batch *batch);
void xfi_tally_pause(struct xfi_gpu *gpu, struct xfi_batch *batch);
void xfi_tally_collect(struct xfi_gpu *gpu, struct xfi_batch *batch);
void xfi_tally_free(struct xfi_gpu *gpu, struct xfi_batch *batch);

#endif
