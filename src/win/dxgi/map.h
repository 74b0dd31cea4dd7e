/* SPDX-License-Identifier: MIT */
#ifndef XFI_WIN_MAP_H
#define XFI_WIN_MAP_H

#include "win/dxgi/resource.h"

/* Map and Unmap of every interface; the lock is not held. What fails gives nothing but zeros. */
HRESULT xfi_resource_map(struct xfi_resource *resource, UINT subresource, D3D11_MAP type,
	UINT flags, D3D11_MAPPED_SUBRESOURCE *ret_mapped);
void xfi_resource_unmap(struct xfi_resource *resource, UINT subresource);

#endif
