/* SPDX-License-Identifier: MIT */
/*
 * Commands: they take the device's lock. What is on the GPU is copied and cleared there, recorded
 * in the order of what is drawn; else they run at once, and are done when they return. One that
 * needs a keyed resource which its device does not hold has no effect, and is counted.
 */
#ifndef XFI_WIN_COMMAND_H
#define XFI_WIN_COMMAND_H

#include "win/dxgi/view.h"

void xfi_command_copy(struct xfi_resource *to, struct xfi_resource *from);
void xfi_command_copy_region(struct xfi_resource *to, UINT to_subresource, UINT x, UINT y, UINT z,
	struct xfi_resource *from, UINT from_subresource, const D3D11_BOX *box);
void xfi_command_update(struct xfi_resource *to, UINT subresource, const D3D11_BOX *box,
	const D3D11_SUBRESOURCE_DATA *data);
void xfi_command_clear_float(struct xfi_view *view, const FLOAT colour[4]);
void xfi_command_clear_uint(struct xfi_view *view, const UINT values[4]);
void xfi_command_clear_depth(struct xfi_view *view, UINT flags, FLOAT depth, UINT8 stencil);

#endif
