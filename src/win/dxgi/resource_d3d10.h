/* SPDX-License-Identifier: MIT */
/* ID3D10Buffer and ID3D10Texture1D, 2D and 3D of a resource. */
#ifndef XFI_WIN_RESOURCE_D3D10_H
#define XFI_WIN_RESOURCE_D3D10_H

#include "win/dxgi/resource.h"

void xfi_resource_init_d3d10(struct xfi_resource *resource);

#endif
