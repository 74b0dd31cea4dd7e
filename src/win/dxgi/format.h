/* SPDX-License-Identifier: MIT */
/* The pixel formats that this room stores, clears and copies, and what each can be. */
#ifndef XFI_WIN_FORMAT_H
#define XFI_WIN_FORMAT_H

#include "win/dxgi/com.h"

enum xfi_kind {
	XFI_COLOUR,
	XFI_TYPELESS, /* of resources; views have another format of the family */
	XFI_DEPTH,
	XFI_PART, /* depth or stencil alone, for shaders to look at */
	XFI_BLOCKS, /* compressed */
	XFI_VIDEO,
};

enum xfi_channel {
	XFI_CHANNEL_NONE, /* no clear by colour */
	XFI_CHANNEL_UNORM,
	XFI_CHANNEL_SRGB, /* colour channels; alpha is UNORM */
	XFI_CHANNEL_SNORM,
	XFI_CHANNEL_UINT,
	XFI_CHANNEL_SINT,
	XFI_CHANNEL_FLOAT,
	XFI_CHANNEL_XR_BIAS, /* colour channels; alpha is UNORM */
	XFI_CHANNEL_SHARED_EXPONENT,
};

/* A channel of a pixel; none straddles four bytes. No bits: there is none. */
struct xfi_bits {
	uint8_t bits, shift;
};

struct xfi_format {
	DXGI_FORMAT format; /* 0: not known */
	DXGI_FORMAT family; /* typeless format: formats of one family copy and view each other */
	uint8_t bytes; /* of a block of pixels; of the first plane */
	uint8_t block_width, block_height; /* pixels */
	uint8_t kind; /* enum xfi_kind */
	uint8_t type; /* enum xfi_channel */
	bool two_planes; /* luma, and below it chroma of two rows of pixels in each row */
	const struct xfi_bits *channels; /* red, green, blue, alpha; NULL: not by colour */
	uint32_t fourcc; /* of a core surface; 0: it is shared as raw bytes */
};

/* NULL: a format that this room does not know. */
const struct xfi_format *xfi_format(DXGI_FORMAT format);

/*
 * Is the first one's pixel a number with as many bits as a block of the other, or its exponent and
 * the rest? Level 10.1 copies between the two.
 */
bool xfi_format_is_bits_of(const struct xfi_format *number, const struct xfi_format *of);

/* What CheckFormatSupport tells, D3D10's and D3D11's bits alike; 0: format not supported. */
UINT xfi_format_support(DXGI_FORMAT format);

/* D3D11_FORMAT_SUPPORT2: what shaders may do with an unordered view. */
UINT xfi_format_support2(DXGI_FORMAT format);

/* The same of resources: a typeless one can be what any format of its family can. */
bool xfi_format_can(DXGI_FORMAT format, UINT support);

#endif
