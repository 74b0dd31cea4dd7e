/* SPDX-License-Identifier: MIT */
/* Buffer: memory on the device for one of D3D's buffers that lives longer than a batch. */
#ifndef XFI_WIN_GPU_BUFFER_H
#define XFI_WIN_GPU_BUFFER_H

#include "win/gpu/batch.h"

struct xfi_gpu_buffer {
	VkBuffer buffer;
	VkDeviceMemory memory;
	VkDeviceSize size;
	uint8_t *bytes; /* of one in host memory */
};

int xfi_gpu_buffer_create(
	struct xfi_gpu *gpu, VkDeviceSize size, struct xfi_gpu_buffer **ret_buffer);

/* In host memory, for copies: `bytes` are the processor's when what writes there is done. */
int xfi_gpu_buffer_create_host(
	struct xfi_gpu *gpu, VkDeviceSize size, struct xfi_gpu_buffer **ret_buffer);

/* When all that was recorded is done. NULL is allowed. */
void xfi_gpu_buffer_destroy(struct xfi_gpu *gpu, struct xfi_gpu_buffer *buffer);

/* A view of elements that lives as long as the open batch. */
int xfi_gpu_buffer_view(struct xfi_gpu *gpu, VkBuffer buffer, VkFormat format, VkDeviceSize offset,
	VkDeviceSize size, VkBufferView *ret_view);

/* Records a copy. */
int xfi_gpu_buffer_copy(
	struct xfi_gpu *gpu, VkBuffer to, VkBuffer from, const VkBufferCopy *region);

/* Records that a part becomes the same four bytes again and again; it begins and ends with some. */
int xfi_gpu_buffer_fill(struct xfi_gpu *gpu, VkBuffer buffer, VkDeviceSize offset,
	VkDeviceSize size, uint32_t word);

#endif
