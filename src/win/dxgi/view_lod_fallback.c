/* SPDX-License-Identifier: MIT */
#include "win/dxgi/view_lod.h"

void xfi_resource_set_min_lod(struct xfi_resource *resource, float lod)
{
	if (resource->desc.misc & D3D11_RESOURCE_MISC_RESOURCE_CLAMP)
		resource->min_lod = lod;
}
