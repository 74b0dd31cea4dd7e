/* SPDX-License-Identifier: MIT */
#include "win/dxgi/readback.h"

#include <stdlib.h>
#include <string.h>

#include "win/dxgi/region.h"
#include "win/dxgi/upload.h"
#include "win/gpu/buffer.h"

/* From now on its memory is the window's. Without one the processor has to copy. */
static int open_window(struct xfi_gpu *gpu, struct xfi_resource *to)
{
	struct xfi_gpu_buffer *window;
	if (to->gpu.window)
		return 0;
	int r = xfi_gpu_buffer_create_host(gpu, to->size_bytes, &window);
	if (r)
		return r == -EIO ? r : -EOPNOTSUPP;
	memcpy(window->bytes, to->memory, to->size_bytes);
	free(to->memory);
	to->memory = window->bytes;
	to->gpu.window = window;
	return 0;
}

static int read_buffer(struct xfi_gpu *gpu, const struct xfi_copy *copy, const D3D11_BOX *blocks)
{
	VkDeviceSize at;
	VkBuffer buffer;
	int r = xfi_upload_buffer(gpu, copy->from, false, &buffer, &at);
	if (!r)
		r = open_window(gpu, copy->to);
	return r ? r
		 : xfi_gpu_buffer_copy(gpu, copy->to->gpu.window->buffer, buffer,
			   &(VkBufferCopy){
				   at + blocks->left, copy->x, blocks->right - blocks->left });
}

/* -EOPNOTSUPP: to Vulkan that is no place for pixels in a buffer. */
static int place_of(const struct xfi_copy *copy, VkBufferImageCopy *region)
{
	const struct xfi_format *format = copy->to->format, *image = copy->from->format;
	struct xfi_extent e;
	if (!xfi_desc_extent(&copy->to->desc, copy->to_subresource, &e) ||
		e.row_pitch % format->bytes || e.depth_pitch % e.row_pitch)
		return -EOPNOTSUPP;
	region->bufferOffset = e.offset + (VkDeviceSize)copy->z * e.depth_pitch +
			       (VkDeviceSize)(copy->y / format->block_height) * e.row_pitch +
			       (VkDeviceSize)(copy->x / format->block_width) * format->bytes;
	region->bufferRowLength = e.row_pitch / format->bytes * image->block_width;
	region->bufferImageHeight = e.depth_pitch / e.row_pitch * image->block_height;
	return region->bufferOffset % format->bytes ? -EOPNOTSUPP : 0;
}

static int read_image(struct xfi_gpu *gpu, const struct xfi_copy *copy, const D3D11_BOX *blocks)
{
	struct xfi_extent e;
	int r = xfi_upload_images(gpu, copy->from, false);
	if (r || !xfi_region_is_bytes(copy->from) ||
		!xfi_desc_extent(&copy->from->desc, copy->from_subresource, &e))
		return r ? r : -EOPNOTSUPP;
	VkBufferImageCopy region = { .imageSubresource =
					     xfi_region_layers(copy->from, copy->from_subresource),
		.imageOffset = xfi_region_corner(copy->from, blocks),
		.imageExtent = xfi_region_size(copy->from, &e, blocks) };
	r = place_of(copy, &region);
	if (!r)
		r = open_window(gpu, copy->to);
	return r ? r
		 : xfi_gpu_image_read(gpu, copy->from->gpu.images[0], copy->to->gpu.window->buffer,
			   &region, 1);
}

int xfi_readback_record(const struct xfi_copy *copy, const D3D11_BOX *blocks)
{
	struct xfi_gpu *gpu = copy->to->child.device->gpu;
	const bool is_buffer = copy->to->desc.dimension == D3D11_RESOURCE_DIMENSION_BUFFER;
	int r = is_buffer ? read_buffer(gpu, copy, blocks) : read_image(gpu, copy, blocks);
	if (!r)
		copy->to->gpu.arrives = gpu->open->number;
	return r;
}
