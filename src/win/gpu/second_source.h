/* SPDX-License-Identifier: MIT */
/*
 * Second source: what a pixel shader writes to target 1 while target 0 blends with it (the factors
 * D3D11_BLEND_SRC1_...). Direct3D goes by the blend state; in Vulkan it is the shader that says so.
 */
#ifndef XFI_WIN_GPU_SECOND_SOURCE_H
#define XFI_WIN_GPU_SECOND_SOURCE_H

#include "win/gpu/pipeline.h"

bool xfi_gpu_has_second_source(const struct xfi_gpu_state *state);

/* The program's module, its output 1 being output 0's second source. Whoever asks destroys it. */
int xfi_gpu_second_source(
	struct xfi_gpu *gpu, const struct xfi_gpu_program *ps, VkShaderModule *ret_module);

#endif
