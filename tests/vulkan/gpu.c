/* SPDX-License-Identifier: MIT */
#include "gpu.h"

#include <string.h>

void gpu_open(struct gpu *gpu, PFN_vkGetInstanceProcAddr get, struct xf_domain *domain)
{
	const struct xf_vulkan_params params = { .size = sizeof(params),
		.get_instance_proc_addr = get };
	memset(gpu, 0, sizeof(*gpu));
	EXPECT(0, xf_vulkan_create(&params, &gpu->vulkan));
	gpu->h.size = sizeof(gpu->h);
	EXPECT(0, xf_vulkan_handles(gpu->vulkan, &gpu->h));
	PFN_vkGetDeviceProcAddr find = (PFN_vkGetDeviceProcAddr)gpu->h.get_instance_proc_addr(
		gpu->h.instance, "vkGetDeviceProcAddr");
#define GPU_FIND(name)                                                                             \
	gpu->name = (PFN_vk##name)find(gpu->h.device, "vk" #name);                                 \
	CHECK(gpu->name);
	GPU_CALLS(GPU_FIND)
#undef GPU_FIND
	const VkCommandPoolCreateInfo pool = { .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
		.queueFamilyIndex = gpu->h.queue_family };
	CHECK(gpu->CreateCommandPool(gpu->h.device, &pool, NULL, &gpu->pool) == 0);
	EXPECT(0, xf_queue_create_vulkan(gpu->vulkan, NULL, domain, &gpu->queue));
}

void gpu_close(struct gpu *gpu)
{
	xf_queue_destroy(gpu->queue);
	gpu->DestroyCommandPool(gpu->h.device, gpu->pool, NULL);
	xf_vulkan_destroy(gpu->vulkan);
}

VkCommandBuffer gpu_begin(struct gpu *gpu)
{
	const VkCommandBufferAllocateInfo info = {
		.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
		.commandPool = gpu->pool,
		.commandBufferCount = 1
	};
	const VkCommandBufferBeginInfo begin = {
		.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO
	};
	VkCommandBuffer commands;
	CHECK(gpu->AllocateCommandBuffers(gpu->h.device, &info, &commands) == 0);
	CHECK(gpu->BeginCommandBuffer(commands, &begin) == 0);
	return commands;
}

void gpu_end(struct gpu *gpu, VkCommandBuffer commands)
{
	CHECK(gpu->EndCommandBuffer(commands) == 0);
}

struct xf_vulkan_access gpu_access(const struct gpu *gpu, bool writes, bool discards)
{
	return (struct xf_vulkan_access){ .size = sizeof(struct xf_vulkan_access),
		.stages = VK_PIPELINE_STAGE_TRANSFER_BIT,
		.access = writes ? VK_ACCESS_TRANSFER_WRITE_BIT : VK_ACCESS_TRANSFER_READ_BIT,
		.layout = writes ? VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL
				 : VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
		.queue_family = gpu->h.queue_family,
		.flags = discards ? XF_VULKAN_DISCARD : 0 };
}

static const VkImageSubresourceRange whole = { VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1 };

VkCommandBuffer gpu_fill(struct gpu *gpu, struct xf_vulkan_image *image,
	const struct xf_surface_desc *desc, uint8_t value)
{
	VkCommandBuffer commands = gpu_begin(gpu);
	struct xf_vulkan_access access = gpu_access(gpu, true, true);
	const float v = value / 255.f;
	const VkClearColorValue colour = { .float32 = { v, v, v, v } };
	EXPECT(0, xf_vulkan_cmd_acquire(commands, image, &access));
	if (xf_vulkan_image_buffer(image))
		gpu->CmdFillBuffer(commands, xf_vulkan_image_buffer(image), 0, VK_WHOLE_SIZE,
			value * UINT32_C(0x01010101));
	for (uint32_t i = 0; xf_vulkan_image_plane(image, i); i++)
		gpu->CmdClearColorImage(commands, xf_vulkan_image_plane(image, i),
			VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, &colour, 1, &whole);
	access.flags = 0;
	EXPECT(0, xf_vulkan_cmd_release(commands, image, &access));
	gpu_end(gpu, commands);
	(void)desc;
	return commands;
}

static void copy_plane(struct gpu *gpu, VkCommandBuffer commands, struct xf_vulkan_image *image,
	const struct xf_surface_desc *desc, uint32_t i, VkBuffer to, uint64_t *at)
{
	struct xf_format_info info = { .size = sizeof(info) };
	EXPECT(0, xf_format_info(desc->fourcc, &info));
	const struct xf_format_plane *plane = &info.planes[i];
	uint32_t width = desc->width_px / plane->block_width_px;
	uint32_t height = desc->height_px / plane->block_height_px;
	const VkBufferImageCopy copy = { .bufferOffset = *at,
		.imageSubresource = { VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1 },
		.imageExtent = { width, height, 1 } };
	gpu->CmdCopyImageToBuffer(commands, xf_vulkan_image_plane(image, i),
		VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, to, 1, &copy);
	*at += (uint64_t)width * height * plane->block_bytes;
}

VkCommandBuffer gpu_copy(struct gpu *gpu, struct xf_vulkan_image *image,
	const struct xf_surface_desc *desc, struct xf_vulkan_image *to)
{
	VkCommandBuffer commands = gpu_begin(gpu);
	struct xf_vulkan_access reads = gpu_access(gpu, false, false);
	struct xf_vulkan_access writes = gpu_access(gpu, true, true);
	VkBuffer target = xf_vulkan_image_buffer(to);
	uint64_t at = 0;
	EXPECT(0, xf_vulkan_cmd_acquire(commands, image, &reads));
	EXPECT(0, xf_vulkan_cmd_acquire(commands, to, &writes));
	if (xf_vulkan_image_buffer(image))
		gpu->CmdCopyBuffer(commands, xf_vulkan_image_buffer(image), target, 1,
			&(VkBufferCopy){ .size = (uint64_t)desc->width_px * desc->height_px * 4 });
	for (uint32_t i = 0; xf_vulkan_image_plane(image, i); i++)
		copy_plane(gpu, commands, image, desc, i, target, &at);
	writes.flags = 0;
	EXPECT(0, xf_vulkan_cmd_release(commands, image, &reads));
	EXPECT(0, xf_vulkan_cmd_release(commands, to, &writes));
	gpu_end(gpu, commands);
	return commands;
}

VkSemaphore gpu_timeline(struct gpu *gpu)
{
	const VkSemaphoreTypeCreateInfo type = {
		.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
		.semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE
	};
	const VkSemaphoreCreateInfo info = { .sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO,
		.pNext = &type };
	VkSemaphore semaphore;
	CHECK(gpu->CreateSemaphore(gpu->h.device, &info, NULL, &semaphore) == 0);
	return semaphore;
}

int gpu_submit(struct gpu *gpu, struct xf_surface *surface, uint64_t key, uint64_t next,
	VkCommandBuffer commands, VkSemaphore gate)
{
	const struct xf_vulkan_acquire acquire = { surface, key, xf_deadline(20000 * MS) };
	const struct xf_vulkan_release release = { surface, next };
	const struct xf_vulkan_semaphore wait = { gate, 1, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT };
	const struct xf_vulkan_submission submission = { .size = sizeof(submission),
		.acquires = &acquire,
		.releases = &release,
		.command_buffers = &commands,
		.wait_semaphores = &wait,
		.n_acquires = surface != NULL,
		.n_releases = surface != NULL,
		.n_command_buffers = commands != NULL,
		.n_wait_semaphores = gate != VK_NULL_HANDLE };
	return xf_vulkan_submit(gpu->queue, &submission);
}
