/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stddef.h>

#include "memory.h"

#define CPU_SEES (VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT)

/* The first kind that has all of `wanted`: drivers list them by preference. */
static uint32_t find_type(const struct gpu *gpu, uint32_t types, VkMemoryPropertyFlags wanted)
{
	for (uint32_t i = 0; i < gpu->memory.memoryTypeCount; i++)
		if (types & 1u << i &&
			(gpu->memory.memoryTypes[i].propertyFlags & wanted) == wanted)
			return i;
	return VK_MAX_MEMORY_TYPES;
}

static int allocate(struct gpu *gpu, const VkMemoryRequirements *needs,
	VkMemoryPropertyFlags wanted, VkDeviceMemory *ret_memory)
{
	const VkMemoryAllocateInfo info = { .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
		.allocationSize = needs->size,
		.memoryTypeIndex = find_type(gpu, needs->memoryTypeBits, wanted) };
	if (info.memoryTypeIndex == VK_MAX_MEMORY_TYPES)
		return -ENOMEM;
	return gpu_result(gpu->AllocateMemory(gpu->h.device, &info, NULL, ret_memory));
}

/* Near the device: a driver may well list memory first that it reaches over a bus. */
static int allocate_near(
	struct gpu *gpu, const VkMemoryRequirements *needs, VkDeviceMemory *ret_memory)
{
	int r = allocate(gpu, needs, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, ret_memory);
	return r == -ENOMEM ? allocate(gpu, needs, 0, ret_memory) : r;
}

/* What the CPU reads had better be cached by it, where the driver has that. */
static int allocate_for_cpu(
	struct gpu *gpu, const VkMemoryRequirements *needs, struct gpu_buffer *buffer)
{
	int r = allocate(
		gpu, needs, CPU_SEES | VK_MEMORY_PROPERTY_HOST_CACHED_BIT, &buffer->memory);
	if (r)
		r = allocate(gpu, needs, CPU_SEES, &buffer->memory);
	return r ? r
		 : gpu_result(gpu->MapMemory(
			   gpu->h.device, buffer->memory, 0, VK_WHOLE_SIZE, 0, &buffer->data));
}

int gpu_buffer_make(struct gpu *gpu, size_t size_bytes, bool for_cpu, struct gpu_buffer *ret_buffer)
{
	const VkBufferCreateInfo info = { .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
		.size = size_bytes,
		.usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
			 VK_BUFFER_USAGE_TRANSFER_DST_BIT };
	VkMemoryRequirements needs;
	int r = gpu_result(gpu->CreateBuffer(gpu->h.device, &info, NULL, &ret_buffer->buffer));
	if (r)
		return r;
	gpu->GetBufferMemoryRequirements(gpu->h.device, ret_buffer->buffer, &needs);
	r = for_cpu ? allocate_for_cpu(gpu, &needs, ret_buffer)
		    : allocate_near(gpu, &needs, &ret_buffer->memory);
	return r ? r
		 : gpu_result(gpu->BindBufferMemory(
			   gpu->h.device, ret_buffer->buffer, ret_buffer->memory, 0));
}

void gpu_buffer_finish(struct gpu *gpu, struct gpu_buffer *buffer)
{
	if (buffer->buffer)
		gpu->DestroyBuffer(gpu->h.device, buffer->buffer, NULL);
	if (buffer->memory)
		gpu->FreeMemory(gpu->h.device, buffer->memory, NULL);
	*buffer = (struct gpu_buffer){ 0 };
}

int gpu_view_make(struct gpu *gpu, VkImage image, VkImageView *ret_view)
{
	const VkImageViewCreateInfo info = { .sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO,
		.image = image,
		.viewType = VK_IMAGE_VIEW_TYPE_2D,
		.format = VK_FORMAT_R8G8B8A8_UNORM,
		.subresourceRange = { VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1 } };
	return gpu_result(gpu->CreateImageView(gpu->h.device, &info, NULL, ret_view));
}

int gpu_target_make(
	struct gpu *gpu, uint32_t width_px, uint32_t height_px, struct gpu_target *ret_target)
{
	const VkImageCreateInfo info = { .sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
		.imageType = VK_IMAGE_TYPE_2D,
		.format = VK_FORMAT_R8G8B8A8_UNORM,
		.extent = { width_px, height_px, 1 },
		.mipLevels = 1,
		.arrayLayers = 1,
		.samples = VK_SAMPLE_COUNT_1_BIT,
		.tiling = VK_IMAGE_TILING_OPTIMAL,
		.usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT };
	VkMemoryRequirements needs;
	int r = gpu_result(gpu->CreateImage(gpu->h.device, &info, NULL, &ret_target->image));
	if (r)
		return r;
	gpu->GetImageMemoryRequirements(gpu->h.device, ret_target->image, &needs);
	r = allocate_near(gpu, &needs, &ret_target->memory);
	if (!r)
		r = gpu_result(gpu->BindImageMemory(
			gpu->h.device, ret_target->image, ret_target->memory, 0));
	return r ? r : gpu_view_make(gpu, ret_target->image, &ret_target->view);
}

void gpu_target_finish(struct gpu *gpu, struct gpu_target *target)
{
	if (target->view)
		gpu->DestroyImageView(gpu->h.device, target->view, NULL);
	if (target->image)
		gpu->DestroyImage(gpu->h.device, target->image, NULL);
	if (target->memory)
		gpu->FreeMemory(gpu->h.device, target->memory, NULL);
	*target = (struct gpu_target){ 0 };
}
