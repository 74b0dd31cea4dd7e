/* SPDX-License-Identifier: MIT */
/* The pixel formats that this room stores, clears and copies. */
#ifndef XFI_WIN_FORMAT_H
#define XFI_WIN_FORMAT_H

#include "win/dxgi/com.h"

enum xfi_channel {
	XFI_CHANNEL_NONE, /* typeless, depth, video: no clear by colour */
	XFI_CHANNEL_UNORM,
	XFI_CHANNEL_SRGB, /* colour channels; alpha is UNORM */
	XFI_CHANNEL_SNORM,
	XFI_CHANNEL_UINT,
	XFI_CHANNEL_SINT,
	XFI_CHANNEL_FLOAT,
};

struct xfi_format {
	DXGI_FORMAT format;
	DXGI_FORMAT family; /* typeless format: formats of one family copy and view each other */
	uint8_t bytes; /* per pixel; of the first plane for NV12 */
	uint8_t channels;
	uint8_t channel_bytes;
	uint8_t type; /* enum xfi_channel */
	bool bgr;
	bool depth;
	uint32_t fourcc; /* of a core surface; 0: it is shared as raw bytes */
};

/* NULL: a format that this room does not know. */
const struct xfi_format *xfi_format(DXGI_FORMAT format);

/* One pixel of `colour` (red, green, blue, alpha) in that format, in format->bytes bytes. */
void xfi_format_pack_float(const struct xfi_format *format, const float colour[4], uint8_t *pixel);

/* The same from integers: low bits are stored, as ClearUnorderedAccessViewUint does. */
void xfi_format_pack_uint(const struct xfi_format *format, const UINT values[4], uint8_t *pixel);

/* What CheckFormatSupport tells, D3D10's and D3D11's bits alike; 0: format not supported. */
UINT xfi_format_support(DXGI_FORMAT format);

#endif
