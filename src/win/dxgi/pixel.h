/* SPDX-License-Identifier: MIT */
/* One pixel of a colour, in the bytes of a format: at most format->bytes of them. */
#ifndef XFI_WIN_PIXEL_H
#define XFI_WIN_PIXEL_H

#include "win/dxgi/format.h"

/* `colour` is red, green, blue, alpha. */
void xfi_pixel_from_float(const struct xfi_format *format, const float colour[4], uint8_t *pixel);

/* The same from integers: low bits are stored, as ClearUnorderedAccessViewUint does. */
void xfi_pixel_from_uint(const struct xfi_format *format, const UINT values[4], uint8_t *pixel);

/* Of a depth-stencil format. */
void xfi_pixel_from_depth(
	const struct xfi_format *format, float depth, uint8_t stencil, uint8_t *pixel);

#endif
