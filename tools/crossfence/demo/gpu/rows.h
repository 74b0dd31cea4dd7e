/* SPDX-License-Identifier: MIT */
/*
 * How a torn frame is noticed on a device: as stamp.h says, but that a shader writes stamps and
 * hashes, into the ROW_STAMP_PX pixels before each row, and shaders check them. What they tell the
 * CPU is one record for each row, from which everybody who has the same pixels makes the same
 * checksum.
 */
#ifndef CROSSFENCE_DEMO_GPU_ROWS_H
#define CROSSFENCE_DEMO_GPU_ROWS_H

#include <stdint.h>

#include "demo/stamp.h"

#define ROW_STAMP_PX 16

/* As shaders write it. */
struct row {
	uint32_t hash[2];
	uint32_t picture;
	uint32_t bad; /* not 0: the row is not what its stamp says, or is another frame's */
};

/* What shaders are told of the frame. */
struct row_push {
	uint32_t frame[2]; /* low half, high half */
	uint32_t picture;
};

struct row_push row_push(uint64_t frame, uint32_t picture);

/* Of FRAME_HEIGHT_PX records. */
uint64_t rows_checksum(const struct row *rows);
uint32_t rows_bad(const struct row *rows);

/* The same for pixels in memory: what the shaders would say of them. */
void row_hash(const uint8_t *rgba, struct row *ret_row);

#endif
