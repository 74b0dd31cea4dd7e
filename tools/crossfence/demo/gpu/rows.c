/* SPDX-License-Identifier: MIT */
/* As shaders/row_hash.glsl and frame.glsl have it, which must change together with this. */
#include <string.h>

#include "rows.h"

#define LANES 64

static void mix_in(uint32_t h[2], uint32_t word)
{
	h[0] = (h[0] ^ word) * 0x9e3779b1u;
	h[1] = (h[1] + word) * 0x85ebca77u;
	h[0] ^= h[0] >> 15;
	h[1] ^= h[1] >> 15;
}

struct row_push row_push(uint64_t frame, uint32_t picture)
{
	return (struct row_push){ { (uint32_t)frame, (uint32_t)(frame >> 32) }, picture };
}

uint64_t rows_checksum(const struct row *rows)
{
	uint32_t all[2] = { 5, 6 };
	for (uint32_t i = 0; i < FRAME_HEIGHT_PX; i++) {
		mix_in(all, rows[i].hash[0]);
		mix_in(all, rows[i].hash[1]);
	}
	return (uint64_t)all[0] << 32 | all[1];
}

uint32_t rows_bad(const struct row *rows)
{
	uint32_t bad = 0;
	for (uint32_t i = 0; i < FRAME_HEIGHT_PX; i++)
		bad += rows[i].bad != 0;
	return bad;
}

void row_hash(const uint8_t *rgba, struct row *ret_row)
{
	uint32_t lanes[LANES][2], all[2] = { 1, 2 };
	for (uint32_t i = 0; i < LANES; i++) {
		lanes[i][0] = i + 1;
		lanes[i][1] = ~i;
	}
	for (uint32_t x = 0; x < FRAME_WIDTH_PX; x++) {
		uint32_t word;
		memcpy(&word, rgba + (size_t)x * 4, sizeof(word));
		mix_in(lanes[x % LANES], word);
	}
	for (uint32_t i = 0; i < LANES; i++) {
		mix_in(all, lanes[i][0]);
		mix_in(all, lanes[i][1]);
	}
	*ret_row = (struct row){ .hash = { all[0], all[1] } };
}
