/* SPDX-License-Identifier: MIT */
#include "win/dxgi/stand_in.h"

#include "win/dxgi/upload.h"
#include "win/gpu/buffer.h"

static bool is_buffer(const struct xfi_view *view)
{
	return view->resource->desc.dimension == D3D11_RESOURCE_DIMENSION_BUFFER;
}

static UINT level(UINT size, UINT mip)
{
	return size >> mip ? size >> mip : 1;
}

bool xfi_stand_in_is_needed(const struct xfi_view *view)
{
	if (is_buffer(view))
		return view->kind == XFI_RTV;
	return view->kind == XFI_UAV && xfi_view_dimension(view) == XFI_3D &&
	       view->count < level(view->resource->desc.depth, view->mip);
}

UINT xfi_stand_in_width(const struct xfi_gpu *gpu, const struct xfi_view *view)
{
	const UINT most = gpu->card->properties.limits.maxImageDimension2D;
	const UINT all = view->n_bytes / view->format->bytes;
	return all < most ? all : most;
}

static struct xfi_gpu_image_desc desc_of(const struct xfi_gpu *gpu, const struct xfi_view *view)
{
	if (is_buffer(view))
		return (struct xfi_gpu_image_desc){ .format = view->format->format,
			.type = VK_IMAGE_TYPE_2D,
			.width = xfi_stand_in_width(gpu, view),
			.height = 1,
			.depth = 1,
			.mips = 1,
			.layers = 1,
			.bind = D3D11_BIND_RENDER_TARGET };
	struct xfi_gpu_image_desc desc = xfi_upload_desc(view->resource, 0);
	desc.width = level(desc.width, view->mip);
	desc.height = level(desc.height, view->mip);
	desc.depth = view->count;
	desc.mips = 1;
	desc.bind = D3D11_BIND_UNORDERED_ACCESS;
	return desc;
}

/* Between the stand-in and a buffer. */
static int move_row(struct xfi_gpu *gpu, struct xfi_view *view, bool in)
{
	VkDeviceSize at;
	VkBuffer buffer;
	int r = xfi_upload_buffer(gpu, view->resource, true, &buffer, &at);
	const VkBufferImageCopy region = { .bufferOffset = at + view->left_byte,
		.imageSubresource = { VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1 },
		.imageExtent = { xfi_stand_in_width(gpu, view), 1, 1 } };
	if (r)
		return r;
	return in ? xfi_gpu_image_write(gpu, view->stand_in, buffer, &region, 1)
		  : xfi_gpu_image_read(gpu, view->stand_in, buffer, &region, 1);
}

/* Between the stand-in and slices of a volume. */
static int move_slices(struct xfi_gpu *gpu, struct xfi_view *view, bool in)
{
	struct xfi_gpu_image *volume = view->resource->gpu.images[0];
	const struct xfi_gpu_image_desc desc = desc_of(gpu, view);
	const VkImageSubresourceLayers whole = { volume->aspects, view->mip, 0, 1 };
	const VkImageSubresourceLayers own = { volume->aspects, 0, 0, 1 };
	const VkOffset3D first = { 0, 0, (int32_t)view->first }, none = { 0, 0, 0 };
	const VkImageCopy region = { .srcSubresource = in ? whole : own,
		.srcOffset = in ? first : none,
		.dstSubresource = in ? own : whole,
		.dstOffset = in ? none : first,
		.extent = { desc.width, desc.height, desc.depth } };
	return xfi_gpu_image_copy(
		gpu, in ? view->stand_in : volume, in ? volume : view->stand_in, &region, 1);
}

static int move(struct xfi_gpu *gpu, struct xfi_view *view, bool in)
{
	return is_buffer(view) ? move_row(gpu, view, in) : move_slices(gpu, view, in);
}

static int make(struct xfi_gpu *gpu, struct xfi_view *view)
{
	const struct xfi_gpu_image_desc desc = desc_of(gpu, view);
	int r = view->stand_in ? 0 : xfi_gpu_image_create(gpu, &desc, &view->stand_in);
	return r ? r : xfi_gpu_image_ready(gpu, view->stand_in);
}

/* Several stages may have one and the same. */
static bool is_here(const struct xfi_drawing *drawing, const struct xfi_view *view)
{
	for (uint32_t i = 0; i < drawing->n_stand_ins; i++)
		if (drawing->stand_ins[i] == view)
			return true;
	return false;
}

static int bring(struct xfi_drawing *drawing, struct xfi_view *view)
{
	struct xfi_gpu *gpu = drawing->gpu;
	int r = is_buffer(view) ? 0 : xfi_upload_images(gpu, view->resource, false);
	if (!r)
		r = make(gpu, view);
	if (!r)
		r = move(gpu, view, true);
	if (r)
		return r;
	drawing->varies = true;
	drawing->stand_ins[drawing->n_stand_ins++] = view;
	return 0;
}

int xfi_stand_in_bring(struct xfi_drawing *drawing, struct xfi_view *view, VkImageView *ret_view)
{
	int r = is_here(drawing, view) ? 0 : bring(drawing, view);
	return r ? r : xfi_view_image_of(drawing->gpu, view, view->stand_in, ret_view);
}

void xfi_stand_in_take_back(struct xfi_drawing *drawing)
{
	for (uint32_t i = 0; i < drawing->n_stand_ins; i++)
		(void)move(drawing->gpu, drawing->stand_ins[i], false); /* as `bring` did */
}
