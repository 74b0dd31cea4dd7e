/* SPDX-License-Identifier: MIT */
#include "win/dxgi/region.h"

#include "win/dxgi/format.h"

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

VkExtent3D xfi_region_size(
	const struct xfi_resource *resource, const struct xfi_extent *e, const D3D11_BOX *blocks)
{
	const uint32_t w = resource->format->block_width, h = resource->format->block_height;
	return (VkExtent3D){ least(blocks->right * w, e->width) - blocks->left * w,
		least(blocks->bottom * h, e->height) - blocks->top * h,
		blocks->back - blocks->front };
}

VkOffset3D xfi_region_corner(const struct xfi_resource *resource, const D3D11_BOX *blocks)
{
	return (VkOffset3D){ (int32_t)(blocks->left * resource->format->block_width),
		(int32_t)(blocks->top * resource->format->block_height), (int32_t)blocks->front };
}

VkImageSubresourceLayers xfi_region_layers(const struct xfi_resource *resource, UINT subresource)
{
	return (VkImageSubresourceLayers){ resource->gpu.images[0]->aspects,
		subresource % resource->desc.mips, subresource / resource->desc.mips, 1 };
}

bool xfi_region_is_bytes(const struct xfi_resource *resource)
{
	const uint32_t bytes = resource->format->bytes;
	return !(bytes & (bytes - 1)) &&
	       resource->gpu.images[0]->aspects == VK_IMAGE_ASPECT_COLOR_BIT;
}
