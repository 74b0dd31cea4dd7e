/* SPDX-License-Identifier: MIT */
/* A draw, or a dispatch, while it is put together from what is bound. No prototypes here. */
#ifndef XFI_WIN_DRAWING_H
#define XFI_WIN_DRAWING_H

#include "win/dxgi/pipeline.h"
#include "win/gpu/pipeline.h"

struct xfi_resource;
struct xfi_view;

/* A buffer that a draw takes from, and which of the members below says where: one of them. */
struct xfi_drawn_buffer {
	struct xfi_resource *resource;
	VkBuffer buffer;
	VkDeviceSize at;
	uint32_t *dynamic; /* offset of a set */
	VkDeviceSize *input; /* of vertices or indices, which may move to another buffer too */
	VkBuffer *input_buffer;
};

/* A part of a buffer that is written elsewhere; realign.c's. */
struct xfi_drawn_copy {
	VkBuffer own, elsewhere;
	VkBufferCopy back;
};

#define XFI_STAND_INS	  (XFI_N_RTV + XFI_N_UAV)
#define XFI_DRAWN_BUFFERS (2 * XFI_GPU_DYNAMIC + XFI_N_VB + 1)

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
	UINT n_indices; /* that there are */
	struct xfi_gpu_pipeline made;
	struct xfi_view *stand_ins[XFI_STAND_INS]; /* that were brought; stand_in.c's */
	uint32_t n_stand_ins;
	struct xfi_drawn_copy copies[XFI_N_UAV];
	uint32_t n_copies;
	/* For the next one; draw_again.c's. */
	struct xfi_drawn_buffer buffers[XFI_DRAWN_BUFFERS];
	uint32_t n_buffers;
	bool varies; /* more than these would have to be looked at */
	bool indexed;
	bool is_done; /* it is recorded, and all here is as it was then */
	uint64_t batch; /* in which */
	uint64_t changes; /* the device's then */
};

#endif
