/* SPDX-License-Identifier: MIT */
/* IDXGIResource1 and IDXGISurface1 of a resource. */
#ifndef XFI_WIN_RESOURCE_DXGI_H
#define XFI_WIN_RESOURCE_DXGI_H

#include "win/dxgi/resource.h"

void xfi_resource_init_dxgi(struct xfi_resource *resource);

#endif
