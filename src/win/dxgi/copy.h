/* SPDX-License-Identifier: MIT */
/* Moving pixels between descriptions and plain memory. Callers hold both memories open. */
#ifndef XFI_WIN_COPY_H
#define XFI_WIN_COPY_H

#include "win/dxgi/desc.h"

/* One side of a copy. */
struct xfi_image {
	const struct xfi_desc *desc;
	uint8_t *memory;
	UINT subresource;
	bool chroma; /* of video: to be filled is the plane below the first */
};

/* False: the box is empty, upside down or reaches beyond the subresource. NULL is the whole. */
bool xfi_box_fits(const struct xfi_extent *extent, const D3D11_BOX *box);

/* From the program's memory; nothing happens if the box does not fit. */
void xfi_upload(const struct xfi_desc *desc, uint8_t *memory, UINT subresource,
	const D3D11_BOX *box, const D3D11_SUBRESOURCE_DATA *data);

/* The other way, to where `data` points. */
void xfi_download(const struct xfi_desc *desc, uint8_t *memory, UINT subresource,
	const D3D11_BOX *box, const D3D11_SUBRESOURCE_DATA *data);

/*
 * Does a copy move blocks of one format to the other: of one family, or, with `casts`, also where
 * one is the bits of the other? And has every level as many of them?
 */
bool xfi_copy_suits(const struct xfi_desc *to, const struct xfi_desc *from, bool casts);
bool xfi_copy_same_shape(const struct xfi_desc *to, const struct xfi_desc *from);

/*
 * `box` of `from` to the point (x, y, z) of `to`. Nothing happens if it does not fit or the formats
 * do not suit. Within one subresource the two may overlap: what is written is what
 * was there before.
 */
void xfi_copy(const struct xfi_image *to, UINT x, UINT y, UINT z, const struct xfi_image *from,
	const D3D11_BOX *box);

/*
 * What those two would move, in blocks of the source's format; pixels, squares of compressed ones,
 * or bytes of a buffer. False: nothing.
 */
bool xfi_upload_blocks(
	const struct xfi_desc *desc, UINT subresource, const D3D11_BOX *box, D3D11_BOX *ret_blocks);
bool xfi_copy_blocks(const struct xfi_image *to, UINT x, UINT y, UINT z,
	const struct xfi_image *from, const D3D11_BOX *box, D3D11_BOX *ret_blocks);

/* A pixel to fill with, of which the bytes from `first` to `end` count; the others stay. */
struct xfi_ink {
	uint8_t pixel[16];
	uint32_t size, first, end;
};

/* Whole pixels one after another; `size` is a multiple of theirs, and not 0. */
void xfi_ink_repeat(const struct xfi_ink *ink, uint8_t *bytes, size_t size);

/* Fills a box of one plane, in pixels of that plane. */
void xfi_fill(const struct xfi_image *image, const D3D11_BOX *box, const struct xfi_ink *ink);

#endif
