/* SPDX-License-Identifier: MIT */
#include "win/gpu/trash.h"

#include <stdlib.h>

static void destroy(struct xfi_gpu *gpu, const struct xfi_gpu_trash *trash)
{
	const struct xfi_gpu_device_calls *vk = &gpu->card->vk;
	const VkDevice device = gpu->card->device;
	const uint64_t object = trash->object;
	switch (trash->kind) {
	case XFI_GPU_BUFFER:
		vk->DestroyBuffer(device, (VkBuffer)object, NULL);
		break;
	case XFI_GPU_BUFFER_VIEW:
		vk->DestroyBufferView(device, (VkBufferView)object, NULL);
		break;
	case XFI_GPU_IMAGE:
		vk->DestroyImage(device, (VkImage)object, NULL);
		break;
	case XFI_GPU_IMAGE_VIEW:
		vk->DestroyImageView(device, (VkImageView)object, NULL);
		break;
	case XFI_GPU_MEMORY:
		vk->FreeMemory(device, (VkDeviceMemory)object, NULL);
		break;
	case XFI_GPU_MODULE:
		vk->DestroyShaderModule(device, (VkShaderModule)object, NULL);
		break;
	case XFI_GPU_SET_LAYOUT:
		vk->DestroyDescriptorSetLayout(device, (VkDescriptorSetLayout)object, NULL);
		break;
	case XFI_GPU_LAYOUT:
		vk->DestroyPipelineLayout(device, (VkPipelineLayout)object, NULL);
		break;
	case XFI_GPU_PIPELINE:
		vk->DestroyPipeline(device, (VkPipeline)object, NULL);
		break;
	case XFI_GPU_OTHER:
		trash->end((void *)(uintptr_t)object);
		break;
	}
}

/* The last batch that may need it: the open one, else the one that was sent last. */
static struct xfi_batch *last_batch(struct xfi_gpu *gpu)
{
	struct xfi_batch *batch = gpu->open ? gpu->open : gpu->sent;
	while (batch && batch->next)
		batch = batch->next;
	return batch;
}

static bool grow(struct xfi_batch *batch)
{
	const uint32_t room = batch->room ? 2 * batch->room : 16;
	struct xfi_gpu_trash *more = realloc(batch->trash, room * sizeof(*more));
	if (!more)
		return false;
	batch->trash = more;
	batch->room = room;
	return true;
}

static void retire(struct xfi_gpu *gpu, struct xfi_gpu_trash trash)
{
	struct xfi_batch *batch = last_batch(gpu);
	if (batch && batch->n_trash == batch->room && !grow(batch)) {
		(void)xfi_gpu_finish(gpu); /* without memory to remember it; lost is done, too */
		batch = NULL;
	}
	if (batch)
		batch->trash[batch->n_trash++] = trash;
	else
		destroy(gpu, &trash);
}

void xfi_gpu_retire(struct xfi_gpu *gpu, enum xfi_gpu_kind kind, uint64_t object)
{
	if (object)
		retire(gpu, (struct xfi_gpu_trash){ .kind = kind, .object = object });
}

void xfi_gpu_retire_other(struct xfi_gpu *gpu, void (*end)(void *object), void *object)
{
	retire(gpu, (struct xfi_gpu_trash){ XFI_GPU_OTHER, (uint64_t)(uintptr_t)object, end });
}

void xfi_trash_empty(struct xfi_gpu *gpu, struct xfi_batch *batch)
{
	for (uint32_t i = 0; i < batch->n_trash; i++)
		destroy(gpu, &batch->trash[i]);
	batch->n_trash = 0;
}
