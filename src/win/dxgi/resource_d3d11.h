/* SPDX-License-Identifier: MIT */
/* ID3D11Buffer and ID3D11Texture1D, 2D and 3D of a resource. */
#ifndef XFI_WIN_RESOURCE_D3D11_H
#define XFI_WIN_RESOURCE_D3D11_H

#include "win/dxgi/resource.h"

void xfi_resource_init_d3d11(struct xfi_resource *resource);

#endif
