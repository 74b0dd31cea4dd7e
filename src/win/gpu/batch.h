/* SPDX-License-Identifier: MIT */
/* Batch: commands that go to the device together, and what has to live until they are done. */
#ifndef XFI_WIN_GPU_BATCH_H
#define XFI_WIN_GPU_BATCH_H

#include "win/gpu/gpu.h"
#include "win/gpu/span.h"

enum xfi_gpu_kind {
	XFI_GPU_BUFFER,
	XFI_GPU_BUFFER_VIEW,
	XFI_GPU_IMAGE,
	XFI_GPU_IMAGE_VIEW,
	XFI_GPU_MEMORY,
	XFI_GPU_MODULE,
	XFI_GPU_SET_LAYOUT,
	XFI_GPU_LAYOUT,
	XFI_GPU_PIPELINE,
	XFI_GPU_OTHER, /* what is not Vulkan's, with a function that ends it */
};

/* An object to be destroyed when a batch is done. */
struct xfi_gpu_trash {
	enum xfi_gpu_kind kind;
	uint64_t object;
	void (*end)(void *object); /* of XFI_GPU_OTHER */
};

struct xfi_gpu_chunk {
	struct xfi_gpu_chunk *next;
	VkBuffer buffer;
	VkDeviceMemory memory;
	uint8_t *bytes;
	VkDeviceSize size, used;
};

/* Where colours and depth go. Equal bytes mean the same. */
struct xfi_gpu_targets {
	VkImageView colours[8], depth;
	uint32_t n_colours, width, height, layers;
	uint32_t has_stencil;
};

/* What is set for draws, beside the pipeline. */
struct xfi_gpu_dynamic {
	VkViewport viewport;
	VkRect2D scissor;
	float blend[4];
	uint32_t stencil;
};

struct xfi_batch {
	struct xfi_batch *next;
	uint64_t number;
	VkCommandPool pool;
	VkCommandBuffer commands;
	struct xfi_gpu_chunk *chunks;
	VkDescriptorPool *sets;
	uint32_t n_sets, used_sets; /* pools; those before the last used one are full */
	struct xfi_gpu_trash *trash;
	uint32_t n_trash, room;
	VkDeviceSize span_bytes; /* that were cut from chunks */
	uint32_t n_commands; /* draws, dispatches and transfers */
	bool unordered; /* something is recorded that later commands have to wait for */
	bool rendering;
	struct xfi_gpu_targets targets; /* of what is being rendered */
	VkPipeline pipeline; /* bound for draws; NULL: none, and nothing dynamic is set */
	struct xfi_gpu_dynamic dynamic;
	struct xfi_tally_counts *counts; /* tally.c's */
};

/* The open batch; opens one. */
int xfi_batch_open(struct xfi_gpu *gpu, struct xfi_batch **ret_batch);

/*
 * Before a command outside of rendering: ends rendering, and makes it wait for, and see, what was
 * recorded before.
 */
void xfi_batch_order(struct xfi_gpu *gpu, struct xfi_batch *batch);

/* Begins rendering to `targets`, or goes on with it. */
void xfi_batch_render(
	struct xfi_gpu *gpu, struct xfi_batch *batch, const struct xfi_gpu_targets *targets);
void xfi_batch_end_rendering(struct xfi_gpu *gpu, struct xfi_batch *batch);

/* A descriptor set that lives as long as the batch. */
int xfi_batch_set(struct xfi_gpu *gpu, struct xfi_batch *batch, VkDescriptorSetLayout layout,
	VkDescriptorSet *ret_set);

/* For gpu.c: ends recording; destroys what it held; frees it. */
int xfi_batch_close(struct xfi_gpu *gpu, struct xfi_batch *batch);
void xfi_batch_recycle(struct xfi_gpu *gpu, struct xfi_batch *batch);
void xfi_batch_free(struct xfi_gpu *gpu, struct xfi_batch *batch);

#endif
