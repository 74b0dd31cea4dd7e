/* SPDX-License-Identifier: MIT */
/* The descriptions of state objects: which are allowed, and what they come to. */
#ifndef XFI_WIN_STATE_DESC_H
#define XFI_WIN_STATE_DESC_H

#include "win/dxgi/fault.h"

enum xfi_state_kind {
	XFI_STATE_BLEND,
	XFI_STATE_DEPTH_STENCIL,
	XFI_STATE_RASTERIZER,
	XFI_STATE_SAMPLER,
	XFI_STATE_KINDS
};

union xfi_state_desc {
	D3D11_BLEND_DESC1 blend;
	D3D11_DEPTH_STENCIL_DESC depth_stencil;
	D3D11_RASTERIZER_DESC2 rasterizer;
	D3D11_SAMPLER_DESC sampler;
};

/* Fills all of `ret_desc`. NULL: it is allowed. */
const struct xfi_fault *xfi_state_resolve(
	enum xfi_state_kind kind, const union xfi_state_desc *desc, union xfi_state_desc *ret_desc);

/* What is in force where no object is bound. */
const union xfi_state_desc *xfi_state_default(enum xfi_state_kind kind);

/* Between the versions of Direct3D, where their layouts differ. */
void xfi_blend_from_11(const D3D11_BLEND_DESC *from, D3D11_BLEND_DESC1 *to);
void xfi_blend_to_11(const D3D11_BLEND_DESC1 *from, D3D11_BLEND_DESC *to);
void xfi_blend_from_10(const D3D10_BLEND_DESC *from, D3D11_BLEND_DESC1 *to);
void xfi_blend_to_10(const D3D11_BLEND_DESC1 *from, D3D10_BLEND_DESC *to);

#endif
