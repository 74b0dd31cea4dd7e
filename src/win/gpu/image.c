/* SPDX-License-Identifier: MIT */
#include "win/gpu/image.h"

#include "win/gpu/trash.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	UINT bind;
	VkFormatFeatureFlags needs;
	VkImageUsageFlags usage;
} usages[] = {
	{ D3D11_BIND_SHADER_RESOURCE, VK_FORMAT_FEATURE_SAMPLED_IMAGE_BIT,
		VK_IMAGE_USAGE_SAMPLED_BIT },
	{ D3D11_BIND_RENDER_TARGET, VK_FORMAT_FEATURE_COLOR_ATTACHMENT_BIT,
		VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT },
	{ D3D11_BIND_DEPTH_STENCIL, VK_FORMAT_FEATURE_DEPTH_STENCIL_ATTACHMENT_BIT,
		VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT },
	{ D3D11_BIND_UNORDERED_ACCESS, VK_FORMAT_FEATURE_STORAGE_IMAGE_BIT,
		VK_IMAGE_USAGE_STORAGE_BIT },
};

/* What a format of a family lacks, another one that is viewed may have: extended usage. */
static VkImageUsageFlags usage_of(UINT bind)
{
	VkImageUsageFlags usage = VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT;
	for (size_t i = 0; i < sizeof(usages) / sizeof(usages[0]); i++)
		if (bind & usages[i].bind)
			usage |= usages[i].usage;
	return usage;
}

static VkImageCreateFlags flags_of(const struct xfi_gpu_image_desc *desc, bool depth)
{
	VkImageCreateFlags flags = 0;
	if (!depth)
		flags |= VK_IMAGE_CREATE_MUTABLE_FORMAT_BIT | VK_IMAGE_CREATE_EXTENDED_USAGE_BIT;
	if (desc->cube)
		flags |= VK_IMAGE_CREATE_CUBE_COMPATIBLE_BIT;
	if (desc->type == VK_IMAGE_TYPE_3D && desc->bind & D3D11_BIND_RENDER_TARGET)
		flags |= VK_IMAGE_CREATE_2D_ARRAY_COMPATIBLE_BIT;
	return flags;
}

int xfi_gpu_image_info(struct xfi_gpu *gpu, const struct xfi_gpu_image_desc *desc,
	struct xfi_gpu_image *image, VkImageCreateInfo *info)
{
	const bool depth = desc->bind & D3D11_BIND_DEPTH_STENCIL;
	const struct xfi_gpu_format format = xfi_gpu_format(desc->format, depth);
	VkFormatProperties has;
	*info = (VkImageCreateInfo){ .sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
		.flags = flags_of(desc, depth),
		.imageType = desc->type,
		.format = format.format,
		.extent = { desc->width, desc->height, desc->depth },
		.mipLevels = desc->mips,
		.arrayLayers = desc->layers,
		.samples = VK_SAMPLE_COUNT_1_BIT,
		.usage = usage_of(desc->bind) };
	if (!format.format)
		return xf_fail(-EOPNOTSUPP, "drawing: DXGI_FORMAT %d has no counterpart in Vulkan",
			(int)desc->format);
	gpu->card->vi.GetPhysicalDeviceFormatProperties(gpu->card->physical, format.format, &has);
	if (!has.optimalTilingFeatures)
		return xf_fail(-EOPNOTSUPP, "drawing: %s has no images of VkFormat %d",
			gpu->card->properties.deviceName, (int)format.format);
	image->format = format.format;
	image->aspects = format.aspects;
	image->mips = desc->mips;
	image->layers = desc->layers;
	return 0;
}

static int bind(struct xfi_gpu *gpu, struct xfi_gpu_image *image)
{
	struct xfi_card *card = gpu->card;
	VkMemoryRequirements requirements;
	card->vk.GetImageMemoryRequirements(card->device, image->image, &requirements);
	int r = xfi_card_allocate(
		card, &requirements, 0, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, &image->memory);
	if (r)
		return r;
	VkResult error = card->vk.BindImageMemory(card->device, image->image, image->memory, 0);
	return error ? xfi_gpu_result(gpu, "vkBindImageMemory", error) : 0;
}

static int make(
	struct xfi_gpu *gpu, const struct xfi_gpu_image_desc *desc, struct xfi_gpu_image *image)
{
	VkImageCreateInfo info;
	int r = xfi_gpu_image_info(gpu, desc, image, &info);
	if (r)
		return r;
	VkResult error = gpu->card->vk.CreateImage(gpu->card->device, &info, NULL, &image->image);
	return error ? xfi_gpu_result(gpu, "vkCreateImage", error) : bind(gpu, image);
}

int xfi_gpu_image_create(struct xfi_gpu *gpu, const struct xfi_gpu_image_desc *desc,
	struct xfi_gpu_image **ret_image)
{
	struct xfi_gpu_image *image = calloc(1, sizeof(*image));
	if (!image)
		return -ENOMEM;
	int r = make(gpu, desc, image);
	if (r)
		xfi_gpu_image_destroy(gpu, image);
	else
		*ret_image = image;
	return r;
}

void xfi_gpu_image_destroy(struct xfi_gpu *gpu, struct xfi_gpu_image *image)
{
	if (!image)
		return;
	while (image->views) {
		struct xfi_gpu_view *view = image->views;
		image->views = view->next;
		XFI_GPU_RETIRE(gpu, XFI_GPU_IMAGE_VIEW, view->view);
		free(view);
	}
	XFI_GPU_RETIRE(gpu, XFI_GPU_IMAGE, image->image);
	XFI_GPU_RETIRE(gpu, XFI_GPU_MEMORY, image->memory);
	free(image);
}

static VkComponentMapping swizzle(const struct xfi_gpu_view_desc *desc)
{
	if (desc->alpha_only)
		return (VkComponentMapping){ VK_COMPONENT_SWIZZLE_ZERO, VK_COMPONENT_SWIZZLE_ZERO,
			VK_COMPONENT_SWIZZLE_ZERO, VK_COMPONENT_SWIZZLE_R };
	if (desc->zero)
		return (VkComponentMapping){ VK_COMPONENT_SWIZZLE_ZERO, VK_COMPONENT_SWIZZLE_ZERO,
			VK_COMPONENT_SWIZZLE_ZERO, VK_COMPONENT_SWIZZLE_ZERO };
	if (desc->aspects == VK_IMAGE_ASPECT_STENCIL_BIT) /* D3D's formats have it as green */
		return (VkComponentMapping){ VK_COMPONENT_SWIZZLE_ZERO, VK_COMPONENT_SWIZZLE_R,
			VK_COMPONENT_SWIZZLE_ZERO, VK_COMPONENT_SWIZZLE_ONE };
	if (desc->opaque)
		return (VkComponentMapping){ .a = VK_COMPONENT_SWIZZLE_ONE };
	return (VkComponentMapping){ .r = VK_COMPONENT_SWIZZLE_IDENTITY };
}

static int make_view(struct xfi_gpu *gpu, const struct xfi_gpu_image *image,
	const struct xfi_gpu_view_desc *desc, VkImageView *ret_view)
{
	const VkImageViewUsageCreateInfo usage = {
		.sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_USAGE_CREATE_INFO, .usage = desc->usage
	};
	const VkImageViewMinLodCreateInfoEXT min_lod = {
		.sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_MIN_LOD_CREATE_INFO_EXT,
		.pNext = &usage,
		.minLod = desc->min_lod
	};
	const VkImageViewCreateInfo info = { .sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO,
		.pNext = desc->min_lod > 0 ? (const void *)&min_lod : &usage,
		.image = image->image,
		.viewType = desc->type,
		.format = desc->format,
		.components = swizzle(desc),
		.subresourceRange = {
			desc->aspects, desc->mip, desc->n_mips, desc->first, desc->count } };
	VkResult error = gpu->card->vk.CreateImageView(gpu->card->device, &info, NULL, ret_view);
	return error ? xfi_gpu_result(gpu, "vkCreateImageView", error) : 0;
}

void xfi_gpu_image_forget_min_lod(struct xfi_gpu *gpu, struct xfi_gpu_image *image)
{
	struct xfi_gpu_view **link = &image->views;
	while (*link) {
		struct xfi_gpu_view *view = *link;
		if (!(view->desc.min_lod > 0)) {
			link = &view->next;
			continue;
		}
		*link = view->next;
		XFI_GPU_RETIRE(gpu, XFI_GPU_IMAGE_VIEW, view->view);
		free(view);
	}
}

int xfi_gpu_image_view(struct xfi_gpu *gpu, struct xfi_gpu_image *image,
	const struct xfi_gpu_view_desc *desc, VkImageView *ret_view)
{
	struct xfi_gpu_view *view = image->views;
	while (view && memcmp(&view->desc, desc, sizeof(*desc)))
		view = view->next;
	if (view) {
		*ret_view = view->view;
		return 0;
	}
	view = calloc(1, sizeof(*view));
	if (!view)
		return -ENOMEM;
	int r = make_view(gpu, image, desc, &view->view);
	if (r) {
		free(view);
		return r;
	}
	view->desc = *desc;
	view->next = image->views;
	image->views = view;
	*ret_view = view->view;
	return 0;
}

/* Into the one layout that images have, in which nothing is kept of what they were. */
static void make_ready(struct xfi_gpu *gpu, struct xfi_batch *batch, struct xfi_gpu_image *image)
{
	const VkImageMemoryBarrier barrier = { .sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER,
		.dstAccessMask = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT,
		.oldLayout = VK_IMAGE_LAYOUT_UNDEFINED,
		.newLayout = VK_IMAGE_LAYOUT_GENERAL,
		.srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
		.dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
		.image = image->image,
		.subresourceRange = { image->aspects, 0, image->mips, 0, image->layers } };
	gpu->card->vk.CmdPipelineBarrier(batch->commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT,
		VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 0, NULL, 0, NULL, 1, &barrier);
	image->is_ready = true;
}

int xfi_gpu_image_ready(struct xfi_gpu *gpu, struct xfi_gpu_image *image)
{
	struct xfi_batch *batch;
	int r = image->is_ready ? 0 : xfi_batch_open(gpu, &batch);
	if (r || image->is_ready)
		return r;
	xfi_batch_order(gpu, batch);
	make_ready(gpu, batch, image);
	return 0;
}

int xfi_gpu_image_write(struct xfi_gpu *gpu, struct xfi_gpu_image *image, VkBuffer from,
	const VkBufferImageCopy *regions, uint32_t count)
{
	struct xfi_batch *batch;
	int r = xfi_batch_open(gpu, &batch);
	if (r)
		return r;
	xfi_batch_order(gpu, batch);
	if (!image->is_ready)
		make_ready(gpu, batch, image);
	gpu->card->vk.CmdCopyBufferToImage(
		batch->commands, from, image->image, VK_IMAGE_LAYOUT_GENERAL, count, regions);
	return 0;
}

int xfi_gpu_image_read(struct xfi_gpu *gpu, struct xfi_gpu_image *image, VkBuffer to,
	const VkBufferImageCopy *regions, uint32_t count)
{
	struct xfi_batch *batch;
	int r = xfi_batch_open(gpu, &batch);
	if (r)
		return r;
	xfi_batch_order(gpu, batch);
	gpu->card->vk.CmdCopyImageToBuffer(
		batch->commands, image->image, VK_IMAGE_LAYOUT_GENERAL, to, count, regions);
	return 0;
}

int xfi_gpu_image_copy(struct xfi_gpu *gpu, struct xfi_gpu_image *to, struct xfi_gpu_image *from,
	const VkImageCopy *regions, uint32_t count)
{
	struct xfi_batch *batch;
	int r = xfi_batch_open(gpu, &batch);
	if (r)
		return r;
	xfi_batch_order(gpu, batch);
	gpu->card->vk.CmdCopyImage(batch->commands, from->image, VK_IMAGE_LAYOUT_GENERAL, to->image,
		VK_IMAGE_LAYOUT_GENERAL, count, regions);
	return 0;
}
