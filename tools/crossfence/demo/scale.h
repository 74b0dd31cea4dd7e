/* SPDX-License-Identifier: MIT */
/* Pictures of another size. */
#ifndef CROSSFENCE_DEMO_SCALE_H
#define CROSSFENCE_DEMO_SCALE_H

#include "image.h"

/* Fills `to` with `from` scaled to `to`'s size, averaging where it shrinks. 0 or -ENOMEM. */
int image_scale(const struct image *from, struct image *to);
/* The largest size with `from`'s proportions that fits into the box; at least 1 x 1. */
void image_fit(const struct image *from, uint32_t box_width_px, uint32_t box_height_px,
	uint32_t *ret_width_px, uint32_t *ret_height_px);
/* Makes a box-sized picture with `from`, scaled to fit, in its middle on `backdrop` grey. */
int image_letterbox(const struct image *from, uint32_t box_width_px, uint32_t box_height_px,
	uint8_t backdrop, struct image *ret_image);

#endif
