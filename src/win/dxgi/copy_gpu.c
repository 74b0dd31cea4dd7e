/* SPDX-License-Identifier: MIT */
/*
 * Through memory of the batch go what overlaps within one subresource, blocks that become numbers
 * and the other way round, and those at the edge of a level that has no such edge on the other
 * side: Vulkan copies pixels, and those that such a block has beyond the edge it does not have.
 * Left to the processor are video, parts of depth, and other processes' textures without a mutex
 * (they are to see a copy at once).
 */
#include "win/dxgi/copy_gpu.h"

#include "win/dxgi/copy.h"
#include "win/dxgi/device_memory.h"
#include "win/dxgi/readback.h"
#include "win/dxgi/region.h"
#include "win/dxgi/render.h"
#include "win/dxgi/upload.h"
#include "win/gpu/buffer.h"
#include "win/gpu/chunk.h"

static bool is_buffer(const struct xfi_resource *resource)
{
	return resource->desc.dimension == D3D11_RESOURCE_DIMENSION_BUFFER;
}

/* Has it memory on the GPU that lives longer than a batch? */
static bool is_there(const struct xfi_resource *resource)
{
	return is_buffer(resource) ? resource->gpu.buffer != VK_NULL_HANDLE
				   : resource->gpu.images[0] != VK_NULL_HANDLE;
}

static bool may_be_there(const struct xfi_resource *resource)
{
	return resource->desc.usage != D3D11_USAGE_STAGING && !resource->mapped &&
	       (!resource->pixels || resource->mutex) &&
	       (is_buffer(resource) || !resource->format->two_planes);
}

static bool may_be_written(const struct xfi_resource *to)
{
	return to->child.device->gpu && to->desc.usage == D3D11_USAGE_DEFAULT && may_be_there(to);
}

/* Are its newest bytes there, or were they to be put there? */
static bool lives_there(const struct xfi_resource *resource)
{
	return resource->gpu.newest_on_gpu || xfi_in_device_memory(resource);
}

static bool is_ours(const struct xfi_resource *to, const struct xfi_resource *from)
{
	return to->child.device == from->child.device && may_be_written(to) && may_be_there(from) &&
	       to->desc.dimension == from->desc.dimension &&
	       (lives_there(to) || lives_there(from) || (is_there(to) && is_there(from)));
}

/* Bytes that the processor has, for what is there. */
static bool is_from_host(const struct xfi_resource *to, const struct xfi_resource *from)
{
	return to->child.device == from->child.device && may_be_written(to) && is_there(to) &&
	       from->desc.usage == D3D11_USAGE_STAGING && from->memory &&
	       !xfi_residence_is_arriving(from) && to->desc.dimension == from->desc.dimension;
}

/* Bytes of the GPU's, for the processor. */
static bool is_to_host(const struct xfi_resource *to, const struct xfi_resource *from)
{
	return to->child.device == from->child.device && to->desc.usage == D3D11_USAGE_STAGING &&
	       !to->mapped && !to->pixels && may_be_there(from) && lives_there(from) &&
	       to->desc.dimension == from->desc.dimension;
}

/* True: it is done, or never will be. */
static bool finish(struct xfi_resource *to, int r)
{
	if (r == -EOPNOTSUPP)
		return false;
	(void)xfi_render_note(to->child.device, r);
	if (!r && to->desc.usage != D3D11_USAGE_STAGING)
		xfi_residence_written(to);
	xfi_render_flush_if_many(to->child.device);
	return true;
}

/* An edge of so many pixels from `at` on: whole blocks, or up to the level's end? */
static bool ends_well(uint32_t at, uint32_t pixels, uint32_t block, uint32_t end)
{
	return at + pixels <= end && (!(pixels % block) || at + pixels == end);
}

/* -EOPNOTSUPP: Vulkan has no such copy. */
static int region_of(const struct xfi_copy *copy, const D3D11_BOX *blocks, VkImageCopy *ret_region)
{
	const uint32_t w = copy->from->format->block_width, h = copy->from->format->block_height;
	struct xfi_extent a, b;
	if (w != copy->to->format->block_width ||
		!xfi_desc_extent(&copy->to->desc, copy->to_subresource, &a) ||
		!xfi_desc_extent(&copy->from->desc, copy->from_subresource, &b))
		return -EOPNOTSUPP;
	const VkExtent3D size = xfi_region_size(copy->from, &b, blocks);
	if (!ends_well(copy->x, size.width, w, a.width) ||
		!ends_well(copy->y, size.height, h, a.height))
		return -EOPNOTSUPP;
	*ret_region = (VkImageCopy){ .srcSubresource =
					     xfi_region_layers(copy->from, copy->from_subresource),
		.srcOffset = xfi_region_corner(copy->from, blocks),
		.dstSubresource = xfi_region_layers(copy->to, copy->to_subresource),
		.dstOffset = { (int32_t)copy->x, (int32_t)copy->y, (int32_t)copy->z },
		.extent = size };
	return 0;
}

static bool meet(uint32_t a, int32_t b, uint32_t size)
{
	return a < (uint32_t)b + size && (uint32_t)b < a + size;
}

static bool overlaps(const struct xfi_copy *copy, const VkImageCopy *region)
{
	return copy->to == copy->from && copy->to_subresource == copy->from_subresource &&
	       meet(copy->x, region->srcOffset.x, region->extent.width) &&
	       meet(copy->y, region->srcOffset.y, region->extent.height) &&
	       meet(copy->z, region->srcOffset.z, region->extent.depth);
}

/* For whole blocks in a row. */
static int make_span(
	struct xfi_resource *resource, const D3D11_BOX *blocks, struct xfi_gpu_span *ret_span)
{
	const uint32_t bytes = resource->format->bytes;
	struct xfi_gpu *gpu = resource->child.device->gpu;
	struct xfi_batch *batch;
	if (!xfi_region_is_bytes(resource))
		return -EOPNOTSUPP;
	int r = xfi_batch_open(gpu, &batch);
	return r ? r
		 : xfi_batch_span(gpu, batch,
			   (uint64_t)(blocks->right - blocks->left) *
				   (blocks->bottom - blocks->top) * (blocks->back - blocks->front) *
				   bytes,
			   64, ret_span);
}

/* Those blocks of the source, where they go. */
static D3D11_BOX target_of(const struct xfi_copy *copy, const D3D11_BOX *blocks)
{
	const struct xfi_format *format = copy->to->format;
	const UINT left = copy->x / (format ? format->block_width : 1);
	const UINT top = copy->y / (format ? format->block_height : 1);
	return (D3D11_BOX){ left, top, copy->z, left + blocks->right - blocks->left,
		top + blocks->bottom - blocks->top, copy->z + blocks->back - blocks->front };
}

/* Blocks of a texture that lie in a span, one row behind the other. */
static VkBufferImageCopy packed_region(const struct xfi_resource *resource, UINT subresource,
	const D3D11_BOX *blocks, VkDeviceSize offset)
{
	struct xfi_extent e;
	(void)xfi_desc_extent(&resource->desc, subresource, &e); /* it was looked at */
	return (VkBufferImageCopy){ .bufferOffset = offset,
		.imageSubresource = xfi_region_layers(resource, subresource),
		.imageOffset = xfi_region_corner(resource, blocks),
		.imageExtent = xfi_region_size(resource, &e, blocks) };
}

/* By way of memory: each side has its own blocks, and its own edges. */
static int copy_through(const struct xfi_copy *copy, const D3D11_BOX *blocks)
{
	struct xfi_gpu *gpu = copy->to->child.device->gpu;
	const D3D11_BOX target = target_of(copy, blocks);
	struct xfi_gpu_span span;
	int r = xfi_region_is_bytes(copy->to) ? make_span(copy->from, blocks, &span) : -EOPNOTSUPP;
	if (r)
		return r;
	const VkBufferImageCopy out =
		packed_region(copy->from, copy->from_subresource, blocks, span.offset);
	const VkBufferImageCopy in =
		packed_region(copy->to, copy->to_subresource, &target, span.offset);
	r = xfi_gpu_image_read(gpu, copy->from->gpu.images[0], span.buffer, &out, 1);
	return r ? r : xfi_gpu_image_write(gpu, copy->to->gpu.images[0], span.buffer, &in, 1);
}

/* Is it all there is? */
static bool is_whole(const struct xfi_resource *to, const VkExtent3D *size)
{
	return to->desc.mips == 1 && to->desc.array == 1 && size->width == to->desc.width &&
	       size->height == to->desc.height && size->depth == to->desc.depth;
}

/* -EOPNOTSUPP: Vulkan copies nothing between the two. */
static int bring_images(struct xfi_resource *to, struct xfi_resource *from)
{
	struct xfi_gpu *gpu = to->child.device->gpu;
	int r = xfi_upload_images(gpu, from, false);
	if (!r)
		r = xfi_upload_images(gpu, to, false);
	if (!r && (to->gpu.images[0]->aspects != from->gpu.images[0]->aspects ||
			  (to->gpu.images[0]->aspects != VK_IMAGE_ASPECT_COLOR_BIT &&
				  to->gpu.images[0]->format != from->gpu.images[0]->format)))
		r = -EOPNOTSUPP;
	return r;
}

static int copy_image(const struct xfi_copy *copy, const D3D11_BOX *blocks)
{
	VkImageCopy region;
	int r = bring_images(copy->to, copy->from);
	if (r)
		return r;
	if (region_of(copy, blocks, &region) || overlaps(copy, &region))
		return copy_through(copy, blocks);
	return xfi_gpu_image_copy(copy->to->child.device->gpu, copy->to->gpu.images[0],
		copy->from->gpu.images[0], &region, 1);
}

static int copy_bytes(struct xfi_gpu *gpu, VkBuffer to, VkDeviceSize to_at, VkBuffer from,
	VkDeviceSize from_at, VkDeviceSize size)
{
	return xfi_gpu_buffer_copy(gpu, to, from, &(VkBufferCopy){ from_at, to_at, size });
}

static int copy_buffer(const struct xfi_copy *copy, const D3D11_BOX *blocks)
{
	const VkDeviceSize size = blocks->right - blocks->left;
	struct xfi_gpu *gpu = copy->to->child.device->gpu;
	struct xfi_gpu_span span;
	VkDeviceSize to_at, from_at;
	VkBuffer to, from;
	int r = xfi_upload_buffer(gpu, copy->to, true, &to, &to_at);
	if (!r)
		r = xfi_upload_buffer(gpu, copy->from, false, &from, &from_at);
	if (r || copy->to != copy->from)
		return r ? r : copy_bytes(gpu, to, copy->x, from, from_at + blocks->left, size);
	r = xfi_batch_span(gpu, gpu->open, size, 64, &span);
	if (!r)
		r = copy_bytes(gpu, span.buffer, span.offset, from, blocks->left, size);
	return r ? r : copy_bytes(gpu, to, copy->x, span.buffer, span.offset, size);
}

static bool are_held(struct xfi_resource *to, struct xfi_resource *from)
{
	return xfi_residence_is_held(to) && xfi_residence_is_held(from);
}

static int copy_images(struct xfi_resource *to, struct xfi_resource *from)
{
	const UINT count = to->desc.mips * to->desc.array;
	VkImageCopy *regions = calloc(count, sizeof(*regions));
	int r = regions ? bring_images(to, from) : -ENOMEM;
	for (UINT i = 0; !r && i < count; i++) {
		const struct xfi_copy copy = { to, from, i, i, 0, 0, 0, NULL };
		D3D11_BOX blocks;
		if (!xfi_upload_blocks(&from->desc, i, NULL, &blocks))
			r = -EOPNOTSUPP;
		else
			r = region_of(&copy, &blocks, &regions[i]);
	}
	if (!r)
		r = xfi_gpu_image_copy(to->child.device->gpu, to->gpu.images[0],
			from->gpu.images[0], regions, count);
	free(regions);
	return r;
}

static void take_rows(
	uint8_t *to, const D3D11_SUBRESOURCE_DATA *data, const D3D11_BOX *blocks, uint32_t bytes)
{
	const size_t row = (size_t)(blocks->right - blocks->left) * bytes;
	for (uint32_t z = 0; z < blocks->back - blocks->front; z++)
		for (uint32_t y = 0; y < blocks->bottom - blocks->top; y++, to += row)
			memcpy(to,
				(const uint8_t *)data->pSysMem +
					(size_t)z * data->SysMemSlicePitch +
					(size_t)y * data->SysMemPitch,
				row);
}

static int update_image(struct xfi_resource *to, UINT subresource, const D3D11_BOX *blocks,
	const D3D11_SUBRESOURCE_DATA *data)
{
	struct xfi_gpu *gpu = to->child.device->gpu;
	struct xfi_gpu_span span;
	struct xfi_extent e;
	int r = xfi_region_is_bytes(to) && xfi_desc_extent(&to->desc, subresource, &e)
			? 0
			: -EOPNOTSUPP;
	const VkExtent3D size = r ? (VkExtent3D){ 0 } : xfi_region_size(to, &e, blocks);
	if (!r)
		r = xfi_upload_images(gpu, to, is_whole(to, &size));
	if (!r)
		r = make_span(to, blocks, &span);
	if (r)
		return r;
	take_rows(span.bytes, data, blocks, to->format->bytes);
	return xfi_gpu_image_write(gpu, to->gpu.images[0], span.buffer,
		&(VkBufferImageCopy){ .bufferOffset = span.offset,
			.imageSubresource = xfi_region_layers(to, subresource),
			.imageOffset = xfi_region_corner(to, blocks),
			.imageExtent = size },
		1);
}

static int update_buffer(
	struct xfi_resource *to, const D3D11_BOX *blocks, const D3D11_SUBRESOURCE_DATA *data)
{
	struct xfi_gpu *gpu = to->child.device->gpu;
	struct xfi_gpu_span span;
	VkDeviceSize at;
	VkBuffer buffer;
	int r = xfi_upload_buffer(gpu, to, true, &buffer, &at);
	if (!r)
		r = xfi_batch_span(gpu, gpu->open, blocks->right - blocks->left, 64, &span);
	if (r)
		return r;
	take_rows(span.bytes, data, blocks, 1);
	return copy_bytes(
		gpu, buffer, blocks->left, span.buffer, span.offset, blocks->right - blocks->left);
}

static bool put(struct xfi_resource *to, UINT subresource, const D3D11_BOX *blocks,
	const D3D11_SUBRESOURCE_DATA *data)
{
	return finish(to, is_buffer(to) ? update_buffer(to, blocks, data)
					: update_image(to, subresource, blocks, data));
}

bool xfi_update_gpu(struct xfi_resource *to, UINT subresource, const D3D11_BOX *box,
	const D3D11_SUBRESOURCE_DATA *data)
{
	D3D11_BOX blocks;
	if (!may_be_written(to) || !is_there(to))
		return false;
	if (!xfi_residence_is_held(to) || !xfi_upload_blocks(&to->desc, subresource, box, &blocks))
		return true;
	return put(to, subresource, &blocks, data);
}

/* The same from the memory of a staging resource. */
static bool put_from_host(const struct xfi_copy *copy, const D3D11_BOX *blocks)
{
	const struct xfi_format *format = copy->from->format;
	const D3D11_BOX at = target_of(copy, blocks);
	struct xfi_extent e;
	if (!xfi_desc_extent(&copy->from->desc, copy->from_subresource, &e))
		return false;
	const D3D11_SUBRESOURCE_DATA data = {
		(uint8_t *)copy->from->memory + e.offset + (size_t)blocks->front * e.depth_pitch +
			(size_t)blocks->top * e.row_pitch +
			(size_t)blocks->left * (format ? format->bytes : 1),
		e.row_pitch, e.depth_pitch
	};
	return put(copy->to, copy->to_subresource, &at, &data);
}

bool xfi_copy_region_gpu(const struct xfi_copy *copy)
{
	const struct xfi_image to = { &copy->to->desc, NULL, copy->to_subresource };
	const struct xfi_image from = { &copy->from->desc, NULL, copy->from_subresource };
	const bool from_host = is_from_host(copy->to, copy->from);
	const bool to_host = is_to_host(copy->to, copy->from);
	D3D11_BOX blocks;
	if (!from_host && !to_host && !is_ours(copy->to, copy->from))
		return false;
	if (!are_held(copy->to, copy->from) ||
		!xfi_copy_blocks(&to, copy->x, copy->y, copy->z, &from, copy->box, &blocks))
		return true;
	if (from_host)
		return put_from_host(copy, &blocks);
	if (to_host)
		return finish(copy->to, xfi_readback_record(copy, &blocks));
	return finish(copy->to,
		is_buffer(copy->to) ? copy_buffer(copy, &blocks) : copy_image(copy, &blocks));
}

/* False: not all of them, and the processor has to copy. */
static bool copy_each(struct xfi_resource *to, struct xfi_resource *from)
{
	bool copied = true;
	for (UINT i = 0; copied && i < to->desc.mips * to->desc.array; i++)
		copied = xfi_copy_region_gpu(&(struct xfi_copy){ to, from, i, i, 0, 0, 0, NULL });
	return copied;
}

bool xfi_copy_gpu(struct xfi_resource *to, struct xfi_resource *from)
{
	const struct xfi_copy copy = { to, from, 0, 0, 0, 0, 0, NULL };
	const UINT count = to->desc.mips * to->desc.array;
	if (count == 1)
		return xfi_copy_region_gpu(&copy);
	if (is_to_host(to, from) || is_from_host(to, from))
		return copy_each(to, from);
	if (!is_ours(to, from))
		return false;
	if (!are_held(to, from))
		return true;
	if (to->format->family != from->format->family)
		return copy_each(to, from);
	return finish(to, copy_images(to, from));
}
