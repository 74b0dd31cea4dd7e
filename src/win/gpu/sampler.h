/* SPDX-License-Identifier: MIT */
#ifndef XFI_WIN_GPU_SAMPLER_H
#define XFI_WIN_GPU_SAMPLER_H

#include "win/gpu/format.h"
#include "win/gpu/gpu.h"

/* The sampler that a description means, which lives as long as the GPU. */
int xfi_gpu_sampler(struct xfi_gpu *gpu, const D3D11_SAMPLER_DESC *desc, VkSampler *ret_sampler);

/* For gpu.c. */
void xfi_gpu_samplers_free(struct xfi_gpu *gpu);

#endif
