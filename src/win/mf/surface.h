/* SPDX-License-Identifier: MIT */
/* Surfaces as D3D12 textures, and what they keep. */
#ifndef XFI_WIN_MF_SURFACE_H
#define XFI_WIN_MF_SURFACE_H

#include <crossfence/surface.h>

#include "win/mf/proxy.h"
#include "win/nt/object.h"

/* As xf_win_d3d12_open_surface(); the texture has a reference of `kept` (or NULL), which has the
 * surface. */
HRESULT xfi_surface_texture(ID3D12Device *device, struct xf_surface *surface,
	struct xfi_object *kept, ID3D12Resource **ret_resource);

/* What the object keeps, with a reference for the caller; NULL: it is no such texture. */
struct xfi_object *xfi_surface_kept(ID3D12DeviceChild *object);

#endif
