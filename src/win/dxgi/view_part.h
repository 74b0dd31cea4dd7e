/* SPDX-License-Identifier: MIT */
/*
 * What a view's description says, in one form. All the kinds of descriptions number dimensions
 * alike (those of depth-stencil views begin one later), and after that have the same numbers in the
 * same order, as far as they have them.
 */
#ifndef XFI_WIN_VIEW_PART_H
#define XFI_WIN_VIEW_PART_H

#include "win/dxgi/com.h"

enum xfi_view_kind { XFI_RTV, XFI_DSV, XFI_SRV, XFI_UAV };

/* As D3D11_SRV_DIMENSION has them. */
enum xfi_dimension {
	XFI_NOWHERE,
	XFI_BUFFER,
	XFI_1D,
	XFI_1D_ARRAY,
	XFI_2D,
	XFI_2D_ARRAY,
	XFI_2DMS,
	XFI_2DMS_ARRAY,
	XFI_3D,
	XFI_CUBE,
	XFI_CUBE_ARRAY,
	XFI_BUFFER_EX,
};

/* UINT_MAX as a count: all the rest. What a description does not say is 0, and n_mips 1. */
struct xfi_part {
	DXGI_FORMAT format;
	enum xfi_dimension dimension;
	UINT mip, n_mips;
	UINT first, count; /* elements of a buffer or an array, slices, cubes */
	UINT flags; /* of a buffer */
};

union xfi_view_desc {
	D3D11_RENDER_TARGET_VIEW_DESC rtv;
	D3D11_DEPTH_STENCIL_VIEW_DESC dsv;
	D3D11_SHADER_RESOURCE_VIEW_DESC srv;
	D3D11_UNORDERED_ACCESS_VIEW_DESC uav;
};

/* Bytes of a kind's description. */
size_t xfi_view_desc_size(enum xfi_view_kind kind);

/* False: that kind of view does not have the dimension. */
bool xfi_part_read(
	enum xfi_view_kind kind, const union xfi_view_desc *desc, struct xfi_part *ret_part);

/* Stores what the description can say; flags of depth-stencil views stay. */
void xfi_part_write(
	enum xfi_view_kind kind, const struct xfi_part *part, union xfi_view_desc *desc);

/* Does the dimension name a first element and a count for that kind of view? */
bool xfi_part_has_range(enum xfi_view_kind kind, enum xfi_dimension dimension);

#endif
