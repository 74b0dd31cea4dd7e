/* SPDX-License-Identifier: MIT */
#include "win/gpu/buffer.h"

#include "win/gpu/trash.h"

#include <stdlib.h>

static int bind(struct xfi_gpu *gpu, struct xfi_gpu_buffer *buffer, VkMemoryPropertyFlags flags,
	VkMemoryPropertyFlags better)
{
	struct xfi_card *card = gpu->card;
	VkMemoryRequirements requirements;
	card->vk.GetBufferMemoryRequirements(card->device, buffer->buffer, &requirements);
	int r = xfi_card_allocate(card, &requirements, flags, better, &buffer->memory);
	if (r)
		return r;
	VkResult error = card->vk.BindBufferMemory(card->device, buffer->buffer, buffer->memory, 0);
	return error ? xfi_gpu_result(gpu, "vkBindBufferMemory", error) : 0;
}

static int make(struct xfi_gpu *gpu, VkDeviceSize size, VkBufferUsageFlags usage,
	struct xfi_gpu_buffer **ret_buffer)
{
	const VkBufferCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, .size = size, .usage = usage
	};
	struct xfi_gpu_buffer *buffer = calloc(1, sizeof(*buffer));
	if (!buffer)
		return -ENOMEM;
	buffer->size = size;
	VkResult error =
		gpu->card->vk.CreateBuffer(gpu->card->device, &info, NULL, &buffer->buffer);
	*ret_buffer = buffer;
	return error ? xfi_gpu_result(gpu, "vkCreateBuffer", error) : 0;
}

/* Passes `r` on, and the buffer only with success. */
static int hand_over(struct xfi_gpu *gpu, int r, struct xfi_gpu_buffer *buffer,
	struct xfi_gpu_buffer **ret_buffer)
{
	if (r)
		xfi_gpu_buffer_destroy(gpu, buffer);
	else
		*ret_buffer = buffer;
	return r;
}

int xfi_gpu_buffer_create(
	struct xfi_gpu *gpu, VkDeviceSize size, struct xfi_gpu_buffer **ret_buffer)
{
	const VkBufferUsageFlags usage =
		VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT |
		VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT |
		VK_BUFFER_USAGE_STORAGE_TEXEL_BUFFER_BIT | VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT |
		VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_INDEX_BUFFER_BIT |
		VK_BUFFER_USAGE_VERTEX_BUFFER_BIT | VK_BUFFER_USAGE_INDIRECT_BUFFER_BIT;
	struct xfi_gpu_buffer *buffer = NULL;
	int r = make(gpu, size, usage, &buffer);
	if (!r)
		r = bind(gpu, buffer, 0, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT);
	return hand_over(gpu, r, buffer, ret_buffer);
}

int xfi_gpu_buffer_create_host(
	struct xfi_gpu *gpu, VkDeviceSize size, struct xfi_gpu_buffer **ret_buffer)
{
	struct xfi_card *card = gpu->card;
	struct xfi_gpu_buffer *buffer = NULL;
	int r = make(gpu, size, VK_BUFFER_USAGE_TRANSFER_DST_BIT, &buffer);
	if (!r)
		r = bind(gpu, buffer,
			VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
			VK_MEMORY_PROPERTY_HOST_CACHED_BIT);
	VkResult error = r ? VK_SUCCESS
			   : card->vk.MapMemory(card->device, buffer->memory, 0, VK_WHOLE_SIZE, 0,
				     (void **)&buffer->bytes);
	if (error)
		r = xfi_gpu_result(gpu, "vkMapMemory", error);
	return hand_over(gpu, r, buffer, ret_buffer);
}

void xfi_gpu_buffer_destroy(struct xfi_gpu *gpu, struct xfi_gpu_buffer *buffer)
{
	if (!buffer)
		return;
	XFI_GPU_RETIRE(gpu, XFI_GPU_BUFFER, buffer->buffer);
	XFI_GPU_RETIRE(gpu, XFI_GPU_MEMORY, buffer->memory);
	free(buffer);
}

int xfi_gpu_buffer_view(struct xfi_gpu *gpu, VkBuffer buffer, VkFormat format, VkDeviceSize offset,
	VkDeviceSize size, VkBufferView *ret_view)
{
	const VkBufferViewCreateInfo info = { .sType = VK_STRUCTURE_TYPE_BUFFER_VIEW_CREATE_INFO,
		.buffer = buffer,
		.format = format,
		.offset = offset,
		.range = size };
	VkResult error = gpu->card->vk.CreateBufferView(gpu->card->device, &info, NULL, ret_view);
	if (error)
		return xfi_gpu_result(gpu, "vkCreateBufferView", error);
	XFI_GPU_RETIRE(gpu, XFI_GPU_BUFFER_VIEW, *ret_view);
	return 0;
}

int xfi_gpu_buffer_copy(struct xfi_gpu *gpu, VkBuffer to, VkBuffer from, const VkBufferCopy *region)
{
	struct xfi_batch *batch;
	int r = xfi_batch_open(gpu, &batch);
	if (r)
		return r;
	xfi_batch_order(gpu, batch);
	gpu->card->vk.CmdCopyBuffer(batch->commands, from, to, 1, region);
	return 0;
}

int xfi_gpu_buffer_fill(
	struct xfi_gpu *gpu, VkBuffer buffer, VkDeviceSize offset, VkDeviceSize size, uint32_t word)
{
	struct xfi_batch *batch;
	int r = xfi_batch_open(gpu, &batch);
	if (r)
		return r;
	xfi_batch_order(gpu, batch);
	gpu->card->vk.CmdFillBuffer(batch->commands, buffer, offset, size, word);
	return 0;
}
