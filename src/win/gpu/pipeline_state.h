/* SPDX-License-Identifier: MIT */
/* D3D's state in Vulkan's words; for pipeline.c. */
#ifndef XFI_WIN_GPU_PIPELINE_STATE_H
#define XFI_WIN_GPU_PIPELINE_STATE_H

#include "win/gpu/pipeline.h"

VkPipelineShaderStageCreateInfo xfi_gpu_stage(const struct xfi_gpu_program *program);

/* With the layout that `made` has. */
int xfi_gpu_make_graphics(struct xfi_gpu *gpu, const struct xfi_gpu_state *state,
	const struct xfi_gpu_program *vs, const struct xfi_gpu_program *ps,
	struct xfi_gpu_pipeline *made);

#endif
