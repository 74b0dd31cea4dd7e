/* SPDX-License-Identifier: MIT */
/*
 * Live: a buffer that the processor writes where the GPU reads it. What was recorded reads it as it
 * is when that is done; whoever needs something else than what is there takes a new part.
 */
#ifndef XFI_WIN_GPU_LIVE_H
#define XFI_WIN_GPU_LIVE_H

#include "win/gpu/batch.h"

struct xfi_gpu_live_part;

struct xfi_gpu_live {
	VkBuffer buffer; /* of the part that is in use, as the next */
	uint8_t *bytes;
	VkDeviceSize size;
	struct xfi_gpu_live_part *part;
	struct xfi_gpu_live_part *first, *last; /* the others, the one that was used first first */
	uint32_t n_parts;
};

/* `size` is that of `buffer` too: what lies beyond is no other buffer's. */
int xfi_gpu_live_create(struct xfi_gpu *gpu, VkDeviceSize size, struct xfi_gpu_live **ret_live);

/* When all that was recorded is done. NULL is allowed. */
void xfi_gpu_live_destroy(struct xfi_gpu *gpu, struct xfi_gpu_live *live);

/* The open batch reads what is there. */
void xfi_gpu_live_use(struct xfi_gpu *gpu, struct xfi_gpu_live *live);

/*
 * Before all of it is written anew: a part that the GPU does not read, if it may still read this
 * one. Only without memory it waits. What is there then is not known.
 */
void xfi_gpu_live_turn(struct xfi_gpu *gpu, struct xfi_gpu_live *live);

/* The same, before some of it is written: what was there is there. */
void xfi_gpu_live_renew(struct xfi_gpu *gpu, struct xfi_gpu_live *live);

#endif
