/* SPDX-License-Identifier: MIT */
/* What is to be destroyed when a batch is done. */
#ifndef XFI_WIN_GPU_TRASH_H
#define XFI_WIN_GPU_TRASH_H

#include "win/gpu/batch.h"

/* Destroys the object when nothing that was recorded needs it any more. NULL is allowed. */
void xfi_gpu_retire(struct xfi_gpu *gpu, enum xfi_gpu_kind kind, uint64_t object);
#define XFI_GPU_RETIRE(gpu, kind, object) xfi_gpu_retire(gpu, kind, (uint64_t)(uintptr_t)(object))

/* The same by end(object), with the device's lock held. */
void xfi_gpu_retire_other(struct xfi_gpu *gpu, void (*end)(void *object), void *object);

/* For batch.c. */
void xfi_trash_empty(struct xfi_gpu *gpu, struct xfi_batch *batch);

#endif
