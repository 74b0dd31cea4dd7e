/* SPDX-License-Identifier: MIT */
/* Picture: how the pixels of a video format lie in memory, and copies between two layouts. */
#ifndef XFI_WIN_MF_PICTURE_H
#define XFI_WIN_MF_PICTURE_H

#include "win/prelude.h"

#include <dxgiformat.h>

struct xfi_plane {
	DWORD row_bytes, rows;
	DWORD pitch_shift; /* 1: its rows lie half a pitch apart (chroma of I420) */
};

struct xfi_picture {
	DWORD fourcc; /* a FourCC or a D3DFORMAT, as the first part of MFVideoFormat_'s GUIDs */
	DWORD width_px, height_px;
	DWORD n_planes; /* 0: not a picture */
	struct xfi_plane planes[3];
	DWORD length_bytes; /* rows without gaps but for what RGB formats round up */
	DWORD pitch_bytes, size_bytes; /* of a copy with aligned rows */
};

/* False: a format that is not known, or sizes without sense. */
bool xfi_picture_describe(
	DWORD fourcc, DWORD width_px, DWORD height_px, struct xfi_picture *ret_picture);

/* From rows that lie `pitch` bytes apart (any sign) to ones without gaps, and back. */
void xfi_picture_pack(const struct xfi_picture *picture, BYTE *to, const BYTE *from, LONG pitch);
void xfi_picture_unpack(const struct xfi_picture *picture, BYTE *to, LONG pitch, const BYTE *from);

/* DXGI_FORMAT_UNKNOWN, 0: there is none. */
DXGI_FORMAT xfi_picture_dxgi_format(DWORD fourcc);
DWORD xfi_picture_fourcc(DXGI_FORMAT format);

#endif
