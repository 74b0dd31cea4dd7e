/* SPDX-License-Identifier: MIT */
/*
 * A pixel shader's outputs, as these targets need them. Direct3D goes by the state; in Vulkan it is
 * the shader that says so:
 * - Where target 0 blends with the factors D3D11_BLEND_SRC1_..., output 1 is its second source.
 * - A target of DXGI_FORMAT_A8_UNORM is one of red alone here, and takes the output's alpha.
 */
#ifndef XFI_WIN_GPU_OUTPUTS_H
#define XFI_WIN_GPU_OUTPUTS_H

#include "win/gpu/pipeline.h"

bool xfi_gpu_outputs_differ(const struct xfi_gpu_state *state);

/* The program's module, changed so. Whoever asks destroys it. */
int xfi_gpu_outputs_module(struct xfi_gpu *gpu, const struct xfi_gpu_state *state,
	const struct xfi_gpu_program *ps, VkShaderModule *ret_module);

#endif
