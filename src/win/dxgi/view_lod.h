/* SPDX-License-Identifier: MIT */
/* The lowest level of a texture that shaders see, whatever their views and samplers say. */
#ifndef XFI_WIN_VIEW_LOD_H
#define XFI_WIN_VIEW_LOD_H

#include "win/dxgi/resource.h"

/* Of a texture made with D3D11_RESOURCE_MISC_RESOURCE_CLAMP; of others it does nothing. */
void xfi_resource_set_min_lod(struct xfi_resource *resource, float lod);

#endif
