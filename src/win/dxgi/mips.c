/* SPDX-License-Identifier: MIT */
#include "win/dxgi/mips.h"

#include "win/dxgi/pipeline.h"
#include "win/dxgi/render.h"
#include "win/dxgi/upload.h"
#include "win/dxgi/view_gpu.h"

static VkOffset3D corner(const struct xfi_desc *desc, UINT mip)
{
	const UINT width = desc->width >> mip, height = desc->height >> mip;
	const UINT depth = desc->depth >> mip;
	return (VkOffset3D){ width ? (int32_t)width : 1, height ? (int32_t)height : 1,
		depth ? (int32_t)depth : 1 };
}

/* Of a level, what the view shows of it. */
static VkImageSubresourceLayers layers_of(const struct xfi_view *view, UINT mip)
{
	const bool volume = view->resource->desc.dimension == D3D11_RESOURCE_DIMENSION_TEXTURE3D;
	return (VkImageSubresourceLayers){ VK_IMAGE_ASPECT_COLOR_BIT, mip, volume ? 0 : view->first,
		volume ? 1 : view->count };
}

static void reduce(struct xfi_gpu *gpu, const struct xfi_view *view, VkImage image, UINT mip)
{
	const struct xfi_desc *desc = &view->resource->desc;
	const VkImageBlit blit = { .srcSubresource = layers_of(view, mip),
		.srcOffsets[1] = corner(desc, mip),
		.dstSubresource = layers_of(view, mip + 1),
		.dstOffsets[1] = corner(desc, mip + 1) };
	xfi_batch_order(gpu, gpu->open);
	gpu->card->vk.CmdBlitImage(gpu->open->commands, image, VK_IMAGE_LAYOUT_GENERAL, image,
		VK_IMAGE_LAYOUT_GENERAL, 1, &blit, VK_FILTER_LINEAR);
}

static int copy_level(struct xfi_gpu *gpu, const struct xfi_view *view, struct xfi_gpu_image *to,
	struct xfi_gpu_image *from, UINT mip)
{
	const VkOffset3D end = corner(&view->resource->desc, mip);
	const VkImageCopy region = { .srcSubresource = layers_of(view, mip),
		.dstSubresource = layers_of(view, mip),
		.extent = { (uint32_t)end.x, (uint32_t)end.y, (uint32_t)end.z } };
	return xfi_gpu_image_copy(gpu, to, from, &region, 1);
}

/* Blits go by the image's format: where the view has another, by way of an image that has it. */
static int reduce_apart(struct xfi_gpu *gpu, const struct xfi_view *view, UINT levels)
{
	struct xfi_gpu_image_desc desc = xfi_upload_desc(view->resource, 0);
	struct xfi_gpu_image *own = view->resource->gpu.images[0], *apart;
	desc.format = view->format->format;
	desc.bind = 0;
	int r = xfi_gpu_image_create(gpu, &desc, &apart);
	if (r)
		return r;
	r = xfi_gpu_image_ready(gpu, apart);
	if (!r)
		r = copy_level(gpu, view, apart, own, view->mip);
	for (UINT i = 1; !r && i < levels; i++) {
		reduce(gpu, view, apart->image, view->mip + i - 1);
		r = copy_level(gpu, view, own, apart, view->mip + i);
	}
	xfi_gpu_image_destroy(gpu, apart);
	return r;
}

static int generate(struct xfi_gpu *gpu, struct xfi_view *view)
{
	const UINT levels = xfi_view_levels(view);
	struct xfi_batch *batch;
	int r = xfi_batch_open(gpu, &batch);
	if (!r)
		r = xfi_upload_images(gpu, view->resource, false);
	if (r)
		return r;
	if (xfi_view_format(view).format != view->resource->gpu.images[0]->format)
		r = reduce_apart(gpu, view, levels);
	else
		for (UINT i = 0; i + 1 < levels; i++)
			reduce(gpu, view, view->resource->gpu.images[0]->image, view->mip + i);
	xfi_residence_written(view->resource);
	return r;
}

void xfi_generate_mips(struct xfi_view *view)
{
	struct xfi_resource *resource = view->resource;
	struct xfi_device *device = resource->child.device;
	if (!(resource->desc.misc & D3D11_RESOURCE_MISC_GENERATE_MIPS) || resource->mutex)
		return;
	xfi_device_lock(device);
	struct xfi_gpu *gpu = device->pipeline->is_barred ? NULL : xfi_render_start(device);
	if (gpu)
		(void)xfi_render_note(device, generate(gpu, view));
	xfi_device_unlock(device);
}
