/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "stamp.h"

#define MAGIC UINT64_C(0x706d617473206678) /* "xf stamp" */

struct stamp {
	uint64_t magic;
	uint64_t frame;
	uint32_t picture;
	uint32_t row;
	uint64_t row_hash;
	uint64_t check; /* hash of what is above */
};
_Static_assert(sizeof(struct stamp) <= STAMP_BYTES, "a stamp fits before a row");

static uint64_t mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 29;
}

static uint64_t word_at(const uint8_t *bytes)
{
	uint64_t word;
	memcpy(&word, bytes, sizeof(word));
	return word;
}

/* Four chains side by side: one alone waits for its multiplication most of the time. */
static uint64_t hash(const void *bytes, size_t n_words)
{
	const uint8_t *at = bytes, *end = at + n_words / 4 * 32;
	uint64_t a = 1, b = 2, c = 3, d = 4;
	for (; at < end; at += 32) {
		a = mix(a, word_at(at));
		b = mix(b, word_at(at + 8));
		c = mix(c, word_at(at + 16));
		d = mix(d, word_at(at + 24));
	}
	for (n_words %= 4; n_words; n_words--, at += 8)
		a = mix(a, word_at(at));
	return mix(mix(mix(a, b), c), d);
}

static uint64_t hash_row(const void *pixels)
{
	return hash(pixels, FRAME_WIDTH_PX * 4 / sizeof(uint64_t));
}

static uint64_t stamp_hash(const struct stamp *stamp)
{
	return hash(stamp, offsetof(struct stamp, check) / sizeof(uint64_t));
}

void stamp_surface_desc(struct xf_surface_desc *ret_desc)
{
	*ret_desc = (struct xf_surface_desc){
		.size = sizeof(*ret_desc),
		.width_px = FRAME_WIDTH_PX,
		.height_px = FRAME_HEIGHT_PX,
		.fourcc = XF_FORMAT_ABGR8888,
		.n_planes = 1,
		.planes = { { .offset_bytes = STAMP_BYTES, .stride_bytes = FRAME_STRIDE } },
	};
}

void slide_init(struct slide *slide, uint32_t picture, uint8_t *rgba)
{
	slide->picture = picture;
	slide->rgba = rgba;
	for (size_t row = 0; row < FRAME_HEIGHT_PX; row++)
		slide->row_hash[row] = hash_row(rgba + row * FRAME_WIDTH_PX * 4);
	slide->checksum = hash(slide->row_hash, FRAME_HEIGHT_PX);
}

void slide_finish(struct slide *slide)
{
	free(slide->rgba);
	slide->rgba = NULL;
}

void stamp_paint(
	void *data, const struct slide *slide, uint64_t frame, uint32_t first_row, uint32_t end_row)
{
	for (uint32_t row = first_row; row < end_row; row++) {
		uint8_t *to = (uint8_t *)data + (size_t)row * FRAME_STRIDE;
		struct stamp stamp = { MAGIC, frame, slide->picture, row, slide->row_hash[row], 0 };
		stamp.check = stamp_hash(&stamp);
		memcpy(to, &stamp, sizeof(stamp));
		memcpy(to + STAMP_BYTES, slide->rgba + (size_t)row * FRAME_WIDTH_PX * 4,
			FRAME_WIDTH_PX * 4);
	}
}

/* Copies the stamp of `row` out of the surface, for which no reader trusts the writer. */
static bool read_stamp(const void *data, uint32_t row, struct stamp *stamp)
{
	memcpy(stamp, (const uint8_t *)data + (size_t)row * FRAME_STRIDE, sizeof(*stamp));
	return stamp->magic == MAGIC && stamp->check == stamp_hash(stamp);
}

uint64_t stamp_peek(const void *data)
{
	struct stamp stamp;
	return read_stamp(data, 0, &stamp) ? stamp.frame : 0;
}

void stamp_check(const void *data, struct stamp_result *ret_result)
{
	struct stamp_result result = { 0 };
	uint64_t row_hash[FRAME_HEIGHT_PX];
	for (uint32_t row = 0; row < FRAME_HEIGHT_PX; row++) {
		struct stamp stamp;
		bool valid = read_stamp(data, row, &stamp);
		if (row == 0 && valid) {
			result.frame = stamp.frame;
			result.picture = stamp.picture;
		}
		row_hash[row] =
			hash_row((const uint8_t *)data + (size_t)row * FRAME_STRIDE + STAMP_BYTES);
		result.bad_rows += !valid || stamp.frame != result.frame || stamp.row != row ||
				   stamp.row_hash != row_hash[row];
	}
	result.checksum = hash(row_hash, FRAME_HEIGHT_PX);
	*ret_result = result;
}
