/* SPDX-License-Identifier: MIT */
/* Nothing: what a shader reads where nothing is bound. Zeros; what is written there is lost. */
#ifndef XFI_WIN_GPU_NOTHING_H
#define XFI_WIN_GPU_NOTHING_H

#include "win/gpu/program.h"

/* A descriptor for a binding that nothing, or nothing that fits, is bound to. */
int xfi_gpu_nothing(struct xfi_gpu *gpu, const struct xfi_shader_binding *binding,
	struct xfi_gpu_bound *ret_bound);

/* For gpu.c. */
void xfi_gpu_nothing_free(struct xfi_gpu *gpu);

#endif
