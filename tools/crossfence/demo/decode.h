/* SPDX-License-Identifier: MIT */
/* Pictures from files. */
#ifndef CROSSFENCE_DEMO_DECODE_H
#define CROSSFENCE_DEMO_DECODE_H

#include "image.h"

/*
 * Reads a JPEG or PNG file. The content decides, not the name. Large JPEGs may come out smaller,
 * but not smaller than what fits into `fit_width_px` x `fit_height_px`. Transparent parts show
 * `backdrop` grey. JPEGs are turned as their EXIF says.
 *
 * 0; -errno of the file; -EILSEQ: `reason` says what is wrong with it; -ENOMEM.
 */
int image_load(const char *path, uint32_t fit_width_px, uint32_t fit_height_px, uint8_t backdrop,
	struct image *ret_image, char reason[REASON_MAX]);

/* Decodes bytes in memory; results as image_load(). */
int image_decode_png(const uint8_t *bytes, size_t size, uint8_t backdrop, struct image *ret_image,
	char reason[REASON_MAX]);

#endif
