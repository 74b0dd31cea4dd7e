/* SPDX-License-Identifier: MIT */
#include "win/gpu/chunk.h"

#include <stdlib.h>

#define CHUNK (VkDeviceSize)(256 << 10)

static void chunk_free(struct xfi_gpu *gpu, struct xfi_gpu_chunk *chunk)
{
	struct xfi_card *card = gpu->card;
	card->vk.DestroyBuffer(card->device, chunk->buffer, NULL);
	card->vk.FreeMemory(card->device, chunk->memory, NULL);
	free(chunk);
}

static int bind(struct xfi_gpu *gpu, struct xfi_gpu_chunk *chunk)
{
	struct xfi_card *card = gpu->card;
	const VkMemoryPropertyFlags flags =
		VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
	VkMemoryRequirements requirements;
	card->vk.GetBufferMemoryRequirements(card->device, chunk->buffer, &requirements);
	int r = xfi_card_allocate(
		card, &requirements, flags, VK_MEMORY_PROPERTY_HOST_CACHED_BIT, &chunk->memory);
	if (r)
		return r;
	VkResult error = card->vk.BindBufferMemory(card->device, chunk->buffer, chunk->memory, 0);
	if (!error)
		error = card->vk.MapMemory(
			card->device, chunk->memory, 0, VK_WHOLE_SIZE, 0, (void **)&chunk->bytes);
	return error ? xfi_gpu_result(gpu, "vkMapMemory", error) : 0;
}

static int make(struct xfi_gpu *gpu, struct xfi_batch *batch, VkDeviceSize size)
{
	struct xfi_card *card = gpu->card;
	const VkBufferCreateInfo info = { .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
		.size = size > CHUNK ? size : CHUNK,
		.usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT |
			 VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT |
			 VK_BUFFER_USAGE_STORAGE_TEXEL_BUFFER_BIT |
			 VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT | VK_BUFFER_USAGE_STORAGE_BUFFER_BIT |
			 VK_BUFFER_USAGE_INDEX_BUFFER_BIT | VK_BUFFER_USAGE_VERTEX_BUFFER_BIT |
			 VK_BUFFER_USAGE_INDIRECT_BUFFER_BIT };
	struct xfi_gpu_chunk *chunk = calloc(1, sizeof(*chunk));
	if (!chunk)
		return -ENOMEM;
	VkResult error = card->vk.CreateBuffer(card->device, &info, NULL, &chunk->buffer);
	int r = error ? xfi_gpu_result(gpu, "vkCreateBuffer", error) : bind(gpu, chunk);
	if (r) {
		chunk_free(gpu, chunk);
		return r;
	}
	chunk->size = info.size;
	chunk->next = batch->chunks;
	batch->chunks = chunk;
	return 0;
}

static bool cut(struct xfi_gpu_chunk *chunk, VkDeviceSize size, VkDeviceSize align,
	struct xfi_gpu_span *ret_span)
{
	const VkDeviceSize at = (chunk->used + align - 1) & ~(align - 1);
	if (at > chunk->size || size > chunk->size - at)
		return false;
	*ret_span = (struct xfi_gpu_span){ chunk->buffer, at, chunk->bytes + at };
	chunk->used = at + size;
	return true;
}

int xfi_batch_span(struct xfi_gpu *gpu, struct xfi_batch *batch, VkDeviceSize size,
	VkDeviceSize align, struct xfi_gpu_span *ret_span)
{
	batch->span_bytes += size;
	for (struct xfi_gpu_chunk *chunk = batch->chunks; chunk; chunk = chunk->next)
		if (cut(chunk, size, align, ret_span))
			return 0;
	int r = make(gpu, batch, size);
	if (!r)
		(void)cut(batch->chunks, size, align, ret_span); /* it has room */
	return r;
}

/* Large ones were for one large thing. */
void xfi_chunks_recycle(struct xfi_gpu *gpu, struct xfi_batch *batch)
{
	struct xfi_gpu_chunk **link = &batch->chunks;
	while (*link) {
		struct xfi_gpu_chunk *chunk = *link;
		chunk->used = 0;
		if (chunk->size <= CHUNK) {
			link = &chunk->next;
			continue;
		}
		*link = chunk->next;
		chunk_free(gpu, chunk);
	}
}

void xfi_chunks_free(struct xfi_gpu *gpu, struct xfi_batch *batch)
{
	while (batch->chunks) {
		struct xfi_gpu_chunk *chunk = batch->chunks;
		batch->chunks = chunk->next;
		chunk_free(gpu, chunk);
	}
}
