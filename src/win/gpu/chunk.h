/* SPDX-License-Identifier: MIT */
/* Spans of host memory that live as long as a batch, and the memory that they are cut from. */
#ifndef XFI_WIN_GPU_CHUNK_H
#define XFI_WIN_GPU_CHUNK_H

#include "win/gpu/batch.h"

/* Memory that is the caller's until the batch is done. `align` is a power of two. */
int xfi_batch_span(struct xfi_gpu *gpu, struct xfi_batch *batch, VkDeviceSize size,
	VkDeviceSize align, struct xfi_gpu_span *ret_span);

/* For batch.c. */
void xfi_chunks_recycle(struct xfi_gpu *gpu, struct xfi_batch *batch);
void xfi_chunks_free(struct xfi_gpu *gpu, struct xfi_batch *batch);

#endif
