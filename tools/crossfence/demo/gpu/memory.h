/* SPDX-License-Identifier: MIT */
/* Memory of a role's own, for its device. */
#ifndef CROSSFENCE_DEMO_GPU_MEMORY_H
#define CROSSFENCE_DEMO_GPU_MEMORY_H

#include <stdbool.h>

#include "gpu.h"

struct gpu_buffer {
	VkBuffer buffer;
	VkDeviceMemory memory;
	void *data; /* of one that the CPU may use, too; NULL otherwise */
};

/* Results as gpu.h. Finish after any of it. */
int gpu_buffer_make(
	struct gpu *gpu, size_t size_bytes, bool for_cpu, struct gpu_buffer *ret_buffer);
void gpu_buffer_finish(struct gpu *gpu, struct gpu_buffer *buffer);

struct gpu_target {
	VkImage image;
	VkDeviceMemory memory;
	VkImageView view;
};

/* An image R G B A of one byte each, to be drawn in and copied from. */
int gpu_target_make(
	struct gpu *gpu, uint32_t width_px, uint32_t height_px, struct gpu_target *ret_target);
void gpu_target_finish(struct gpu *gpu, struct gpu_target *target);

/* A view of an image of that kind. */
int gpu_view_make(struct gpu *gpu, VkImage image, VkImageView *ret_view);

#endif
