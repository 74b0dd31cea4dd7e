/* SPDX-License-Identifier: MIT */
/*
 * Copies of a few rows that the processor has filled: the bytes are then those that it would have
 * written itself, whatever the view's format makes of the image's, and any box can be filled.
 */
#include "win/dxgi/fill_gpu.h"

#include "win/dxgi/clear_view.h"
#include "win/dxgi/region.h"
#include "win/dxgi/render.h"
#include "win/dxgi/upload.h"
#include "win/gpu/buffer.h"
#include "win/gpu/chunk.h"

/* Bytes to copy from; the widest row there is has as many. */
#define PATTERN 262144

static bool is_buffer(const struct xfi_resource *resource)
{
	return resource->desc.dimension == D3D11_RESOURCE_DIMENSION_BUFFER;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static int make_pattern(struct xfi_gpu *gpu, const struct xfi_ink *ink, uint32_t bytes,
	struct xfi_gpu_span *ret_span)
{
	int r = xfi_batch_span(gpu, gpu->open, bytes, 64, ret_span);
	if (!r)
		xfi_ink_repeat(ink, ret_span->bytes, bytes);
	return r;
}

/* Is every aligned four bytes the same? */
static bool is_word(const struct xfi_ink *ink, uint32_t *ret_word)
{
	uint8_t bytes[2 * sizeof(ink->pixel)];
	xfi_ink_repeat(ink, bytes, sizeof(bytes) / ink->size * ink->size);
	memcpy(ret_word, bytes, sizeof(*ret_word));
	return (ink->size % 4 == 0 || 4 % ink->size == 0) &&
	       !memcmp(bytes, bytes + 4, ink->size > 4 ? ink->size - 4 : 4);
}

static int fill_bytes(struct xfi_gpu *gpu, VkBuffer buffer, VkDeviceSize at, uint32_t bytes,
	const struct xfi_ink *ink)
{
	const uint32_t most = least(bytes, PATTERN / ink->size * ink->size);
	struct xfi_gpu_span span;
	uint32_t word;
	if (!(at % 4) && !(bytes % 4) && is_word(ink, &word))
		return xfi_gpu_buffer_fill(gpu, buffer, at, bytes, word);
	int r = make_pattern(gpu, ink, most, &span);
	for (uint32_t done = 0; !r && done < bytes; done += most)
		r = xfi_gpu_buffer_copy(gpu, buffer, span.buffer,
			&(VkBufferCopy){ span.offset, at + done, least(most, bytes - done) });
	return r;
}

/* A part of an element at the end stays as it is. */
static int fill_buffer(struct xfi_gpu *gpu, const struct xfi_view *view, const D3D11_BOX *box,
	const struct xfi_ink *ink)
{
	const uint32_t bytes = (box->right - box->left) / ink->size * ink->size;
	VkDeviceSize at;
	VkBuffer buffer;
	int r = xfi_upload_buffer(gpu, view->resource, true, &buffer, &at);
	return r || !bytes ? r
			   : fill_bytes(gpu, buffer, at + view->left_byte + box->left, bytes, ink);
}

/* All slices of the view, `rows` at a time, from one place of a buffer. */
static void make_regions(const struct xfi_view *view, const D3D11_BOX *box, uint32_t rows,
	VkDeviceSize offset, VkBufferImageCopy *region)
{
	const bool volume = view->resource->desc.dimension == D3D11_RESOURCE_DIMENSION_TEXTURE3D;
	for (UINT i = view->first; i < view->first + view->count; i++)
		for (uint32_t y = box->top; y < box->bottom; y += rows)
			*region++ = (VkBufferImageCopy){ .bufferOffset = offset,
				.imageSubresource = { VK_IMAGE_ASPECT_COLOR_BIT, view->mip,
					volume ? 0 : i, 1 },
				.imageOffset = { (int32_t)box->left, (int32_t)y,
					volume ? (int32_t)i : 0 },
				.imageExtent = {
					box->right - box->left, least(rows, box->bottom - y), 1 } };
}

static int fill_image(struct xfi_gpu *gpu, const struct xfi_view *view, const D3D11_BOX *box,
	const struct xfi_ink *ink)
{
	const uint32_t row = (box->right - box->left) * ink->size, height = box->bottom - box->top;
	const uint32_t rows = least(height, PATTERN / row);
	const uint32_t count = view->count * ((height + rows - 1) / rows);
	VkBufferImageCopy *regions = calloc(count, sizeof(*regions));
	struct xfi_gpu_span span;
	int r = regions ? make_pattern(gpu, ink, rows * row, &span) : -ENOMEM;
	if (!r) {
		make_regions(view, box, rows, span.offset, regions);
		r = xfi_gpu_image_write(
			gpu, view->resource->gpu.images[view->chroma], span.buffer, regions, count);
	}
	free(regions);
	return r;
}

static bool is_whole(const struct xfi_view *view, const D3D11_BOX *box)
{
	const struct xfi_desc *desc = &view->resource->desc;
	return desc->mips == 1 && !view->resource->format->two_planes &&
	       box->right - box->left == desc->width && box->bottom - box->top == desc->height &&
	       view->count == (desc->dimension == D3D11_RESOURCE_DIMENSION_TEXTURE3D ? desc->depth
										     : desc->array);
}

static int fill(
	struct xfi_gpu *gpu, struct xfi_view *view, const D3D11_BOX *box, const struct xfi_ink *ink)
{
	struct xfi_resource *resource = view->resource;
	struct xfi_batch *batch;
	int r = xfi_batch_open(gpu, &batch);
	if (!r && is_buffer(resource)) {
		r = fill_buffer(gpu, view, box, ink);
	} else if (!r) {
		r = xfi_region_is_bytes(resource) ? 0 : -EOPNOTSUPP;
		if (!r)
			r = xfi_upload_images(gpu, resource, is_whole(view, box));
		if (!r)
			r = fill_image(gpu, view, box, ink);
	}
	if (!r)
		xfi_residence_written(resource);
	return r;
}

static bool is_there(const struct xfi_resource *resource)
{
	return !resource->mapped && (resource->gpu.images[0] || resource->gpu.buffer);
}

bool xfi_fill_gpu(
	struct xfi_view *view, const D3D11_RECT *rects, UINT count, const struct xfi_ink *ink)
{
	struct xfi_resource *resource = view->resource;
	struct xfi_device *device = resource->child.device;
	D3D11_BOX box;
	int r = 0;
	if (!is_there(resource) || ink->end - ink->first != ink->size)
		return false;
	if (!xfi_residence_is_held(resource))
		return true;
	for (UINT i = 0; !r && i < count; i++)
		if (xfi_view_cut(view, &rects[i], &box))
			r = fill(device->gpu, view, &box, ink);
	if (r == -EOPNOTSUPP)
		return false;
	(void)xfi_render_note(device, r);
	xfi_render_flush_if_many(device);
	return true;
}
