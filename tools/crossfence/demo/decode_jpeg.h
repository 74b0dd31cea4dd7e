/* SPDX-License-Identifier: MIT */
/* Pictures from JPEG. */
#ifndef CROSSFENCE_DEMO_DECODE_JPEG_H
#define CROSSFENCE_DEMO_DECODE_JPEG_H

#include "image.h"

/* As image_decode_png(); turned as its EXIF says, and perhaps smaller, see image_load(). */
int image_decode_jpeg(const uint8_t *bytes, size_t size, uint32_t fit_width_px,
	uint32_t fit_height_px, struct image *ret_image, char reason[REASON_MAX]);

#endif
