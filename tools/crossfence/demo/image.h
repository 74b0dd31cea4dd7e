/* SPDX-License-Identifier: MIT */
/* A picture in memory: rows of R G B A bytes, opaque, row 0 at the top. */
#ifndef CROSSFENCE_DEMO_IMAGE_H
#define CROSSFENCE_DEMO_IMAGE_H

#include <stddef.h>
#include <stdint.h>

struct image {
	uint32_t width_px, height_px;
	size_t stride_bytes; /* from one row to the next */
	uint8_t *rgba; /* NULL: no picture. Owned where image_init() made it */
};

/* 0 or -ENOMEM. The pixels are not initialised; no gap between rows. */
int image_init(struct image *image, uint32_t width_px, uint32_t height_px);
void image_finish(struct image *image);

static inline uint8_t *image_row(const struct image *image, uint32_t row)
{
	return image->rgba + row * image->stride_bytes;
}

#define REASON_MAX 80 /* why a picture does not decode, in words */

/* Pictures with more pixels than this are refused before memory is taken for them. */
#define IMAGE_PIXELS_MAX (UINT64_C(1) << 27)

/* Turns and mirrors so that its EXIF orientation becomes 1. 0 or -ENOMEM, then nothing changed. */
int image_turn(struct image *image, int orientation);

void image_fill(struct image *image, uint8_t red, uint8_t green, uint8_t blue);
/* Copies `from` to `to` with its top left corner there; it must fit. */
void image_place(const struct image *from, struct image *to, uint32_t left_px, uint32_t top_px);

#endif
