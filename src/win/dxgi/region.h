/* SPDX-License-Identifier: MIT */
/* Parts of textures as Vulkan's copies name them. The texture has an image. */
#ifndef XFI_WIN_REGION_H
#define XFI_WIN_REGION_H

#include "win/dxgi/resource.h"
#include "win/gpu/image.h"

/* Blocks of a subresource, whose extent is `e`, in pixels; those at its edge may end before. */
VkExtent3D xfi_region_size(
	const struct xfi_resource *resource, const struct xfi_extent *e, const D3D11_BOX *blocks);
VkOffset3D xfi_region_corner(const struct xfi_resource *resource, const D3D11_BOX *blocks);
VkImageSubresourceLayers xfi_region_layers(const struct xfi_resource *resource, UINT subresource);

/* Are its pixels in a buffer what D3D has in memory, and may they begin at any of them? */
bool xfi_region_is_bytes(const struct xfi_resource *resource);

#endif
