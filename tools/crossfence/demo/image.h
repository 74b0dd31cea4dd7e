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

#define REASON_MAX 80

/*
 * Reads a JPEG or PNG file. The content decides, not the name. Large JPEGs may come out smaller,
 * but not smaller than what fits into `fit_width_px` x `fit_height_px`. Transparent parts show
 * `backdrop` grey. JPEGs are turned as their EXIF says.
 *
 * 0; -errno of the file; -EILSEQ: `reason` says what is wrong with it; -ENOMEM.
 */
int image_load(const char *path, uint32_t fit_width_px, uint32_t fit_height_px, uint8_t backdrop,
	struct image *ret_image, char reason[REASON_MAX]);

/* Decoders of bytes in memory; results as image_load(). */
int image_decode_jpeg(const uint8_t *bytes, size_t size, uint32_t fit_width_px,
	uint32_t fit_height_px, struct image *ret_image, char reason[REASON_MAX]);
int image_decode_png(const uint8_t *bytes, size_t size, uint8_t backdrop, struct image *ret_image,
	char reason[REASON_MAX]);

/* Pictures with more pixels than this are refused before memory is taken for them. */
#define IMAGE_PIXELS_MAX (UINT64_C(1) << 27)

/* EXIF orientation (1 to 8) in the bytes of an APP1 marker; 1 when there is none. */
int exif_orientation(const uint8_t *bytes, size_t size);
/* Turns and mirrors so that orientation becomes 1. 0 or -ENOMEM, then nothing changed. */
int image_turn(struct image *image, int orientation);

/* Fills `to` with `from` scaled to `to`'s size, averaging where it shrinks. 0 or -ENOMEM. */
int image_scale(const struct image *from, struct image *to);
/* The largest size with `from`'s proportions that fits into the box; at least 1 x 1. */
void image_fit(const struct image *from, uint32_t box_width_px, uint32_t box_height_px,
	uint32_t *ret_width_px, uint32_t *ret_height_px);
void image_fill(struct image *image, uint8_t red, uint8_t green, uint8_t blue);
/* Copies `from` to `to` with its top left corner there; it must fit. */
void image_place(const struct image *from, struct image *to, uint32_t left_px, uint32_t top_px);
/* Makes a box-sized picture with `from`, scaled to fit, in its middle on `backdrop` grey. */
int image_letterbox(const struct image *from, uint32_t box_width_px, uint32_t box_height_px,
	uint8_t backdrop, struct image *ret_image);

#endif
