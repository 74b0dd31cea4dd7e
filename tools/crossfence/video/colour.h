/* SPDX-License-Identifier: MIT */
/* Pixels of whatever format as red, green, blue and alpha: for people to look at, not to compute.
 */
#ifndef CROSSFENCE_VIDEO_COLOUR_H
#define CROSSFENCE_VIDEO_COLOUR_H

#include <stdbool.h>
#include <stdint.h>

#include <crossfence/stream.h>

struct colour_components;

/* A frame to be looked at; all borrowed. */
struct colour {
	const struct xf_surface_desc *desc;
	const uint8_t *data;
	const struct colour_components *components;
	double red_v, green_u, green_v, blue_u; /* of Y'CbCr, by its matrix */
	bool full_range, yuv, alpha;
	uint32_t block_width_px[XF_PLANES_MAX], block_height_px[XF_PLANES_MAX];
	uint32_t block_bytes[XF_PLANES_MAX];
};

/* -ENOTSUP: how pixels lie in this format is not known here. */
int colour_init(struct colour *ret_colour, const struct xf_stream_format *format, const void *data);

/* The pixel at (x, y), inside the picture; alpha 255 where the format has none. */
void colour_at(const struct colour *colour, uint32_t x, uint32_t y, uint8_t ret_rgba[4]);

#endif
