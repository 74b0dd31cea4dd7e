/* SPDX-License-Identifier: MIT */
#include "win/dxgi/transfer.h"

static bool is_depth(const struct xfi_resource *resource)
{
	return resource->desc.bind & D3D11_BIND_DEPTH_STENCIL;
}

static bool is_packed(const struct xfi_resource *resource)
{
	const struct xfi_gpu_format format =
		xfi_gpu_format(resource->desc.format, is_depth(resource));
	return is_depth(resource) && format.aspects & VK_IMAGE_ASPECT_STENCIL_BIT;
}

static UINT count_of(const struct xfi_desc *desc)
{
	return desc->mips * desc->array;
}

/* Pixels of all subresources before `end`. */
static uint64_t pixels_before(const struct xfi_desc *desc, UINT end)
{
	uint64_t pixels = 0;
	struct xfi_extent e;
	for (UINT i = 0; i < end && xfi_desc_extent(desc, i, &e); i++)
		pixels += (uint64_t)e.width * e.height;
	return pixels;
}

uint64_t xfi_transfer_packed_bytes(const struct xfi_resource *resource)
{
	return is_packed(resource) ? 5 * pixels_before(&resource->desc, count_of(&resource->desc))
				   : 0;
}

/* Of a pixel the first four bytes are depth (the top one of 24 bits ignored), then stencil. */
void xfi_transfer_pack(const struct xfi_resource *resource, const uint8_t *memory, uint8_t *packed)
{
	const uint32_t size = resource->format->bytes, at = size == 4 ? 3 : 4;
	const UINT count = count_of(&resource->desc);
	uint8_t *stencil = packed + 4 * pixels_before(&resource->desc, count);
	struct xfi_extent e;
	for (UINT i = 0; i < count && xfi_desc_extent(&resource->desc, i, &e); i++)
		for (uint32_t y = 0; y < e.height; y++) {
			const uint8_t *row = memory + e.offset + (size_t)y * e.row_pitch;
			for (uint32_t x = 0; x < e.width; x++, packed += 4) {
				memcpy(packed, row + (size_t)x * size, 4);
				*stencil++ = row[(size_t)x * size + at];
			}
		}
}

void xfi_transfer_unpack(
	const struct xfi_resource *resource, const uint8_t *packed, uint8_t *memory)
{
	const uint32_t size = resource->format->bytes, at = size == 4 ? 3 : 4;
	const UINT count = count_of(&resource->desc);
	const uint8_t *stencil = packed + 4 * pixels_before(&resource->desc, count);
	struct xfi_extent e;
	for (UINT i = 0; i < count && xfi_desc_extent(&resource->desc, i, &e); i++)
		for (uint32_t y = 0; y < e.height; y++) {
			uint8_t *row = memory + e.offset + (size_t)y * e.row_pitch;
			for (uint32_t x = 0; x < e.width; x++, packed += 4) {
				memcpy(row + (size_t)x * size, packed, 4);
				row[(size_t)x * size + at] = *stencil++;
			}
		}
}

static VkBufferImageCopy region_of(const struct xfi_desc *desc, UINT subresource,
	VkImageAspectFlags aspect, const struct xfi_extent *e)
{
	return (VkBufferImageCopy){ .imageSubresource = { aspect, subresource % desc->mips,
					    subresource / desc->mips, 1 },
		.imageExtent = { e->width, e->height, e->depth } };
}

static void packed_regions(
	const struct xfi_resource *resource, VkDeviceSize offset, VkBufferImageCopy *regions)
{
	const UINT count = count_of(&resource->desc);
	const VkDeviceSize stencil = offset + 4 * pixels_before(&resource->desc, count);
	struct xfi_extent e;
	for (UINT i = 0; i < count && xfi_desc_extent(&resource->desc, i, &e); i++) {
		const uint64_t before = pixels_before(&resource->desc, i);
		regions[2 * i] = region_of(&resource->desc, i, VK_IMAGE_ASPECT_DEPTH_BIT, &e);
		regions[2 * i].bufferOffset = offset + 4 * before;
		regions[2 * i + 1] = region_of(&resource->desc, i, VK_IMAGE_ASPECT_STENCIL_BIT, &e);
		regions[2 * i + 1].bufferOffset = stencil + before;
	}
}

/* False: a row is not a whole number of pixels. */
static bool plain_regions(const struct xfi_resource *resource, bool chroma, VkDeviceSize offset,
	VkBufferImageCopy *regions)
{
	const VkImageAspectFlags aspect =
		is_depth(resource) ? VK_IMAGE_ASPECT_DEPTH_BIT : VK_IMAGE_ASPECT_COLOR_BIT;
	const uint32_t bytes = resource->format->bytes * (chroma ? 2 : 1);
	struct xfi_extent e;
	for (UINT i = 0; i < count_of(&resource->desc); i++) {
		if (!xfi_desc_extent(&resource->desc, i, &e) || e.row_pitch % bytes)
			return false;
		if (chroma) {
			e.offset += (uint64_t)e.rows * e.row_pitch;
			e.width /= 2;
			e.height /= 2;
		}
		regions[i] = region_of(&resource->desc, i, aspect, &e);
		regions[i].bufferOffset = offset + e.offset;
		regions[i].bufferRowLength = e.row_pitch / bytes * resource->format->block_width;
		regions[i].bufferImageHeight =
			e.depth_pitch / e.row_pitch * resource->format->block_height;
	}
	return true;
}

static int refuse(const struct xfi_resource *resource)
{
	return xf_fail(-EOPNOTSUPP,
		"drawing: rows of DXGI_FORMAT %d are not whole pixels to Vulkan",
		(int)resource->desc.format);
}

static int move(struct xfi_gpu *gpu, struct xfi_resource *resource, VkBuffer buffer,
	VkDeviceSize offset, bool in)
{
	const bool packed = is_packed(resource);
	const UINT count = count_of(&resource->desc) * (packed ? 2 : 1);
	VkBufferImageCopy *regions = calloc(count, sizeof(*regions));
	int r = regions ? 0 : -ENOMEM;
	if (!r && packed)
		packed_regions(resource, offset, regions);
	for (int plane = 0; !r && plane < 2 && resource->gpu.images[plane]; plane++) {
		struct xfi_gpu_image *image = resource->gpu.images[plane];
		if (!packed && !plain_regions(resource, plane, offset, regions))
			r = refuse(resource);
		else if (in)
			r = xfi_gpu_image_write(gpu, image, buffer, regions, count);
		else
			r = xfi_gpu_image_read(gpu, image, buffer, regions, count);
	}
	free(regions);
	return r;
}

int xfi_transfer_in(
	struct xfi_gpu *gpu, struct xfi_resource *resource, VkBuffer from, VkDeviceSize offset)
{
	return move(gpu, resource, from, offset, true);
}

int xfi_transfer_out(
	struct xfi_gpu *gpu, struct xfi_resource *resource, VkBuffer to, VkDeviceSize offset)
{
	return move(gpu, resource, to, offset, false);
}
