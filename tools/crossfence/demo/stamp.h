/* SPDX-License-Identifier: MIT */
/*
 * How a torn frame is noticed. Before every row of a surface lie STAMP_BYTES that no picture uses
 * (the plane begins behind them, and the stride is that much longer than a row of pixels). The
 * producer writes there, row by row as it writes the pixels: the number of the frame, the number of
 * the row, and a hash of the row's pixels, computed from its own copy of the picture before the
 * surface was touched.
 *
 * A reader takes the frame number of row 0 and demands of all 1080 rows: the same frame, their own
 * row number, and pixels that hash to what the stamp says. Two frames mixed at a row boundary
 * disagree in the frame number, mixed within a row they disagree in the hash. The checksum of a
 * frame is the hash over its row hashes; the producer's and both consumers' are compared.
 */
#ifndef CROSSFENCE_DEMO_STAMP_H
#define CROSSFENCE_DEMO_STAMP_H

#include <stdbool.h>
#include <stdint.h>

#include <crossfence/surface.h>

#define FRAME_WIDTH_PX	1920
#define FRAME_HEIGHT_PX 1080
#define FRAME_BACKDROP	24 /* grey, around pictures that are not 16:9 */
#define STAMP_BYTES	64
#define FRAME_STRIDE	(FRAME_WIDTH_PX * 4 + STAMP_BYTES)

/* A picture ready to be sent: FRAME_WIDTH_PX x FRAME_HEIGHT_PX, and what its stamps will say. */
struct slide {
	uint32_t picture; /* index in the list of pictures */
	uint8_t *rgba; /* owned; rows without gap; NULL: none */
	uint64_t row_hash[FRAME_HEIGHT_PX];
	uint64_t checksum;
};

/* The format of all surfaces of the demo. */
void stamp_surface_desc(struct xf_surface_desc *ret_desc);

/* Takes over `rgba`, of the size above, and hashes it. */
void slide_init(struct slide *slide, uint32_t picture, uint8_t *rgba);
void slide_finish(struct slide *slide);

/*
 * Writes rows `first_row` to `end_row` - 1 of frame `frame` to the surface memory `data`. Frame
 * numbers begin with 1.
 */
void stamp_paint(void *data, const struct slide *slide, uint64_t frame, uint32_t first_row,
	uint32_t end_row);

/* The pixels in the surface memory `data`; FRAME_STRIDE from one row to the next. */
static inline uint8_t *stamp_pixels(void *data)
{
	return (uint8_t *)data + STAMP_BYTES;
}

/* What a surface holds. Nothing in it is trusted: another process wrote it. */
struct stamp_result {
	uint64_t frame; /* of row 0; 0: row 0 carries no valid stamp */
	uint32_t picture; /* of row 0 */
	uint32_t bad_rows; /* rows that do not belong to `frame`, or whose pixels do not match */
	uint64_t checksum; /* over the pixels as they are */
};

/* The frame number of row 0, 0: none. */
uint64_t stamp_peek(const void *data);
void stamp_check(const void *data, struct stamp_result *ret_result);

#endif
