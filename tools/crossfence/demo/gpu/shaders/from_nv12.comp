#version 450
#extension GL_GOOGLE_include_directive : require
/* SPDX-License-Identifier: MIT */
/*
 * NV12 to RGB again, into the shared surface, with a stamp before each row: frame, picture, row and
 * the hash of the row's pixels, computed from what this shader made and not from the surface.
 */
#include "frame.glsl"
#include "row_hash.glsl"

layout(local_size_x = LANES) in;
layout(set = 0, binding = 0) readonly buffer From { uint from[]; };
layout(set = 0, binding = 1) writeonly buffer Rows { uvec4 rows[]; };
layout(set = 0, binding = 2, rgba8) uniform writeonly image2D surface;
layout(push_constant) uniform Frame { uvec2 frame; uint picture; };

uint byte_at(uint at)
{
	return (from[at / 4] >> (at % 4 * 8)) & 255;
}

uint pixel_at(uint x, uint y)
{
	uint pair = WIDTH * HEIGHT + y / 2 * WIDTH + x / 2 * 2;
	int luma = 298 * (int(byte_at(y * WIDTH + x)) - 16) + 128;
	int u = int(byte_at(pair)) - 128, v = int(byte_at(pair + 1)) - 128;
	ivec3 c = ivec3(luma + 459 * v, luma - 55 * u - 136 * v, luma + 541 * u) >> 8;
	c = clamp(c, 0, 255);
	return uint(c.r | c.g << 8 | c.b << 16) | 0xff000000u;
}

void main()
{
	uint lane = gl_LocalInvocationID.x, row = gl_WorkGroupID.y;
	uvec2 hash = hash_begin(lane);
	for (uint x = lane; x < WIDTH; x += LANES) {
		uint pixel = pixel_at(x, row);
		hash = mix_in(hash, pixel);
		imageStore(surface, ivec2(STAMP + x, row), unpackUnorm4x8(pixel));
	}
	hash = hash_end(lane, hash);
	if (lane != 0)
		return;
	uint words[STAMP_WORDS];
	stamp_fill(words, frame, picture, row, hash);
	for (int i = 0; i < STAMP; i++)
		imageStore(surface, ivec2(i, row), unpackUnorm4x8(i < STAMP_WORDS ? words[i] : 0));
	rows[row] = uvec4(hash, picture, 0);
}
