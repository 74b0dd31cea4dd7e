/* SPDX-License-Identifier: MIT */
/*
 * What changes hands is in the layout GENERAL and owned by VK_QUEUE_FAMILY_EXTERNAL, or FOREIGN
 * where other drivers may have it. CPUs see what
 * is handed on in host memory, which needs the host as a stage; what they wrote is seen by whatever
 * is submitted afterwards, which Vulkan promises for every submission.
 */
#include <errno.h>

#include "base/message.h"
#include "base/params.h"
#include "vulkan/image.h"

struct move {
	VkPipelineStageFlags from_stages, to_stages;
	VkAccessFlags from, to;
	VkImageLayout from_layout, to_layout;
	uint32_t from_family, to_family;
};

static void record(
	VkCommandBuffer commands, const struct xf_vulkan_image *image, const struct move *move)
{
	VkImageMemoryBarrier planes[XF_PLANES_MAX];
	const VkBufferMemoryBarrier buffer = { .sType = VK_STRUCTURE_TYPE_BUFFER_MEMORY_BARRIER,
		.srcAccessMask = move->from,
		.dstAccessMask = move->to,
		.srcQueueFamilyIndex = move->from_family,
		.dstQueueFamilyIndex = move->to_family,
		.buffer = image->buffer,
		.size = VK_WHOLE_SIZE };
	for (uint32_t i = 0; i < image->n_planes; i++)
		planes[i] = (VkImageMemoryBarrier){
			.sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER,
			.srcAccessMask = move->from,
			.dstAccessMask = move->to,
			.oldLayout = move->from_layout,
			.newLayout = move->to_layout,
			.srcQueueFamilyIndex = move->from_family,
			.dstQueueFamilyIndex = move->to_family,
			.image = image->planes[i].image,
			.subresourceRange = { VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1 },
		};
	image->vulkan->vk.CmdPipelineBarrier(commands, move->from_stages, move->to_stages, 0, 0,
		NULL, image->buffer != VK_NULL_HANDLE, &buffer, image->n_planes, planes);
}

static uint32_t outside(const struct xf_vulkan_image *image)
{
	return image->foreign ? VK_QUEUE_FAMILY_FOREIGN_EXT : VK_QUEUE_FAMILY_EXTERNAL;
}

static int read_access(VkCommandBuffer commands, const struct xf_vulkan_image *image,
	const struct xf_vulkan_access *given, struct xf_vulkan_access *access)
{
	if (!commands || !image)
		return xf_fail(-EINVAL, "%s is NULL", commands ? "image" : "commands");
	int r = XFI_PARAMS_READ(access, struct xf_vulkan_access, given);
	if (r)
		return r;
	if (!access->stages || access->flags & ~(uint32_t)XF_VULKAN_DISCARD || access->reserved)
		return xf_fail(
			-EINVAL, "struct xf_vulkan_access: stages is 0, flags 0x%x", access->flags);
	if (image->n_planes && access->layout == VK_IMAGE_LAYOUT_UNDEFINED)
		return xf_fail(-EINVAL, "struct xf_vulkan_access: layout is UNDEFINED");
	return 0;
}

int xf_vulkan_cmd_acquire(VkCommandBuffer commands, const struct xf_vulkan_image *image,
	const struct xf_vulkan_access *given)
{
	struct xf_vulkan_access access;
	xfi_message_forget();
	int r = read_access(commands, image, given, &access);
	if (r)
		return r;
	struct move move = { .from_stages = VK_PIPELINE_STAGE_TOP_OF_PIPE_BIT,
		.to_stages = access.stages,
		.to = access.access,
		.from_layout = VK_IMAGE_LAYOUT_GENERAL,
		.to_layout = access.layout,
		.from_family = outside(image),
		.to_family = access.queue_family };
	if (access.flags & XF_VULKAN_DISCARD) {
		move.from_layout = VK_IMAGE_LAYOUT_UNDEFINED;
		move.from_family = move.to_family = VK_QUEUE_FAMILY_IGNORED;
	}
	record(commands, image, &move);
	return 0;
}

int xf_vulkan_cmd_release(VkCommandBuffer commands, const struct xf_vulkan_image *image,
	const struct xf_vulkan_access *given)
{
	struct xf_vulkan_access access;
	xfi_message_forget();
	int r = read_access(commands, image, given, &access);
	if (r || access.flags)
		return r ? r : xf_fail(-EINVAL, "XF_VULKAN_DISCARD is for acquire");
	const VkMemoryBarrier host = { .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
		.srcAccessMask = access.access,
		.dstAccessMask = VK_ACCESS_HOST_READ_BIT | VK_ACCESS_HOST_WRITE_BIT };
	const struct move move = { .from_stages = access.stages,
		.to_stages = VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT,
		.from = access.access,
		.from_layout = access.layout,
		.to_layout = VK_IMAGE_LAYOUT_GENERAL,
		.from_family = access.queue_family,
		.to_family = outside(image) };
	if (image->memory.mapped)
		image->vulkan->vk.CmdPipelineBarrier(commands, access.stages,
			VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &host, 0, NULL, 0, NULL);
	record(commands, image, &move);
	return 0;
}
