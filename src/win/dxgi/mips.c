/* SPDX-License-Identifier: MIT */
#include "win/dxgi/mips.h"

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

static void reduce(struct xfi_gpu *gpu, const struct xfi_view *view, UINT mip)
{
	const struct xfi_desc *desc = &view->resource->desc;
	const bool volume = desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE3D;
	const UINT first = volume ? 0 : view->first, count = volume ? 1 : view->count;
	const VkImageBlit blit = { .srcSubresource = { VK_IMAGE_ASPECT_COLOR_BIT, mip, first,
					   count },
		.srcOffsets[1] = corner(desc, mip),
		.dstSubresource = { VK_IMAGE_ASPECT_COLOR_BIT, mip + 1, first, count },
		.dstOffsets[1] = corner(desc, mip + 1) };
	const VkImage image = view->resource->gpu.images[0]->image;
	xfi_batch_order(gpu, gpu->open);
	gpu->card->vk.CmdBlitImage(gpu->open->commands, image, VK_IMAGE_LAYOUT_GENERAL, image,
		VK_IMAGE_LAYOUT_GENERAL, 1, &blit, VK_FILTER_LINEAR);
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
	for (UINT i = 0; i + 1 < levels; i++)
		reduce(gpu, view, view->mip + i);
	xfi_residence_written(view->resource);
	return 0;
}

void xfi_generate_mips(struct xfi_view *view)
{
	struct xfi_resource *resource = view->resource;
	struct xfi_device *device = resource->child.device;
	if (!(resource->desc.misc & D3D11_RESOURCE_MISC_GENERATE_MIPS) || resource->mutex)
		return;
	xfi_device_lock(device);
	struct xfi_gpu *gpu = xfi_render_start(device);
	if (gpu)
		(void)xfi_render_note(device, generate(gpu, view));
	xfi_device_unlock(device);
}
