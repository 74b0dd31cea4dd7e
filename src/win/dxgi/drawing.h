/* SPDX-License-Identifier: MIT */
/* A draw, or a dispatch, while it is put together from what is bound. No prototypes here. */
#ifndef XFI_WIN_DRAWING_H
#define XFI_WIN_DRAWING_H

#include "win/dxgi/pipeline.h"
#include "win/gpu/pipeline.h"

struct xfi_drawing {
	struct xfi_device *device;
	struct xfi_pipeline *bound;
	struct xfi_gpu *gpu;
	struct xfi_gpu_program *programs[XFI_STAGES]; /* those that take part; else NULL */
	struct xfi_gpu_state state;
	struct xfi_gpu_targets targets;
	struct xfi_gpu_set sets[2]; /* of VS or CS, and of PS */
	VkBuffer vertices[XFI_N_VB];
	VkDeviceSize vertices_at[XFI_N_VB];
	VkBuffer indices;
	VkDeviceSize indices_at;
	VkIndexType index_type;
};

#endif
