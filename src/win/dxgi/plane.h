/* SPDX-License-Identifier: MIT */
/*
 * Views' descriptions of version 1: those of the first, and for textures of two dimensions the
 * number of a plane behind the others. Depth-stencil views have none.
 */
#ifndef XFI_WIN_PLANE_H
#define XFI_WIN_PLANE_H

#include "win/dxgi/view.h"

/*
 * As xfi_view_create(), with a description of version 1. E_INVALIDARG also: the format is not one
 * of that plane.
 */
HRESULT xfi_view_create1(struct xfi_device *device, enum xfi_view_kind kind,
	struct xfi_resource *resource, const void *desc1, struct xfi_view **ret_view);

/* Stores the view's description of version 1. */
void xfi_view_desc1(const struct xfi_view *view, void *ret_desc1);

#endif
