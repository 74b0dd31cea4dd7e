/* SPDX-License-Identifier: MIT */
#include "win/dxgi/clear_gpu.h"

#include "win/dxgi/render.h"
#include "win/dxgi/upload.h"
#include "win/dxgi/view_gpu.h"

static bool is_ours(const struct xfi_view *view)
{
	const struct xfi_resource *resource = view->resource;
	return resource->gpu.images[0] && !resource->mapped &&
	       (view->kind == XFI_RTV || view->kind == XFI_DSV);
}

static bool is_whole(const struct xfi_view *view)
{
	const struct xfi_desc *desc = &view->resource->desc;
	return desc->mips == 1 && !view->resource->format->two_planes &&
	       view->count == (desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE3D ? desc->depth
										     : desc->array);
}

static int clear(struct xfi_view *view, const VkClearAttachment *attachment, bool whole)
{
	struct xfi_gpu *gpu = view->resource->child.device->gpu;
	struct xfi_gpu_targets targets;
	struct xfi_batch *batch;
	VkImageView image;
	memset(&targets, 0, sizeof(targets));
	int r = xfi_batch_open(gpu, &batch);
	if (!r)
		r = xfi_upload_images(gpu, view->resource, whole && is_whole(view));
	if (!r)
		r = xfi_view_image(gpu, view, &image);
	if (r)
		return r;
	const UINT width = view->resource->desc.width >> (view->mip + view->chroma);
	const UINT height = view->resource->desc.height >> (view->mip + view->chroma);
	targets.width = width ? width : 1;
	targets.height = height ? height : 1;
	targets.layers = view->count;
	if (view->kind == XFI_DSV) {
		targets.depth = image;
		targets.has_stencil =
			xfi_view_format(view).aspects & VK_IMAGE_ASPECT_STENCIL_BIT ? 1 : 0;
	} else {
		targets.colours[0] = image;
		targets.n_colours = 1;
	}
	const VkClearRect rect = { { { 0, 0 }, { targets.width, targets.height } }, 0,
		view->count };
	xfi_batch_render(gpu, batch, &targets);
	gpu->card->vk.CmdClearAttachments(batch->commands, 1, attachment, 1, &rect);
	batch->n_commands++;
	xfi_residence_written(view->resource);
	return 0;
}

static bool run(struct xfi_view *view, const VkClearAttachment *attachment, bool whole)
{
	struct xfi_device *device = view->resource->child.device;
	if (xfi_residence_is_held(view->resource))
		(void)xfi_render_note(device, clear(view, attachment, whole));
	return true;
}

/* Numbers are cut, not scaled. */
static VkClearColorValue value_of(const struct xfi_view *view, const FLOAT colour[4])
{
	VkClearColorValue value;
	for (int i = 0; i < 4; i++)
		if (view->format->type == XFI_CHANNEL_UINT)
			value.uint32[i] = colour[i] > 0 ? (uint32_t)colour[i] : 0;
		else if (view->format->type == XFI_CHANNEL_SINT)
			value.int32[i] = (int32_t)colour[i];
		else
			value.float32[i] = colour[i];
	return value;
}

bool xfi_clear_colour_gpu(struct xfi_view *view, const FLOAT colour[4])
{
	if (!is_ours(view) || !xfi_view_format(view).format || xfi_view_format(view).alpha_only)
		return false;
	const VkClearAttachment attachment = { .aspectMask = VK_IMAGE_ASPECT_COLOR_BIT,
		.clearValue.color = value_of(view, colour) };
	return run(view, &attachment, true);
}

bool xfi_clear_depth_gpu(struct xfi_view *view, UINT flags, FLOAT depth, UINT8 stencil)
{
	if (!is_ours(view))
		return false;
	const VkImageAspectFlags has = xfi_view_format(view).aspects;
	VkImageAspectFlags aspects = 0;
	if (flags & D3D11_CLEAR_DEPTH)
		aspects |= VK_IMAGE_ASPECT_DEPTH_BIT;
	if (flags & D3D11_CLEAR_STENCIL)
		aspects |= VK_IMAGE_ASPECT_STENCIL_BIT;
	const VkClearAttachment attachment = { .aspectMask = aspects & has,
		.clearValue.depthStencil = { depth < 0	 ? 0
					     : depth > 1 ? 1
							 : depth,
			stencil } };
	return !attachment.aspectMask || run(view, &attachment, (aspects & has) == has);
}
