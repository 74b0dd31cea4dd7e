/* SPDX-License-Identifier: MIT */
/*
 * ID3D11Device3's way to the memory of a texture with D3D11_USAGE_DEFAULT that is mapped: parts of
 * a subresource between it and the program's memory, in rows.
 */
#ifndef XFI_WIN_SUBRESOURCE_H
#define XFI_WIN_SUBRESOURCE_H

#include "win/dxgi/resource.h"

/* Nothing happens if the box (NULL: the whole) does not fit, or the texture is not mapped. */
void xfi_subresource_write(struct xfi_resource *resource, UINT subresource, const D3D11_BOX *box,
	const D3D11_SUBRESOURCE_DATA *data);
void xfi_subresource_read(struct xfi_resource *resource, UINT subresource, const D3D11_BOX *box,
	const D3D11_SUBRESOURCE_DATA *data);

#endif
