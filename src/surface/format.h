/* SPDX-License-Identifier: MIT */
/* The pixel formats that crossfence knows: what their planes look like. */
#ifndef XFI_SURFACE_FORMAT_H
#define XFI_SURFACE_FORMAT_H

#include <stdint.h>

#define XFI_FORMAT_PLANES 3

/* A plane is made of blocks, each of x_div by y_div pixels of the picture. */
struct xfi_format_plane {
	uint8_t bytes; /* of one block */
	uint8_t x_div, y_div;
};

struct xfi_format {
	uint32_t fourcc;
	uint8_t n_planes;
	uint8_t bits; /* of a component; the largest, where they differ */
	struct xfi_format_plane planes[XFI_FORMAT_PLANES];
};

/* NULL: an unknown one. */
const struct xfi_format *xfi_format_find(uint32_t fourcc);

#endif
