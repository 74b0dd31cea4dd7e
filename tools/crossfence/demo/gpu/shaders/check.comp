#version 450
#extension GL_GOOGLE_include_directive : require
/* SPDX-License-Identifier: MIT */
/*
 * Is the surface whole? Each row must carry the frame's number, its own number, and pixels that
 * have the hash which its stamp says.
 */
#include "frame.glsl"
#include "row_hash.glsl"

layout(local_size_x = LANES) in;
layout(set = 0, binding = 0, rgba8) uniform readonly image2D surface;
layout(set = 0, binding = 1) writeonly buffer Rows { uvec4 rows[]; };
layout(push_constant) uniform Frame { uvec2 frame; uint picture; };

void main()
{
	uint lane = gl_LocalInvocationID.x, row = gl_WorkGroupID.y;
	uvec2 hash = hash_begin(lane);
	for (uint x = lane; x < WIDTH; x += LANES)
		hash = mix_in(hash, word_of(imageLoad(surface, ivec2(STAMP + x, row))));
	hash = hash_end(lane, hash);
	if (lane != 0)
		return;
	uint words[STAMP_WORDS], bad = 0;
	stamp_fill(words, frame, picture, row, hash);
	for (int i = 0; i < STAMP_WORDS; i++)
		bad |= word_of(imageLoad(surface, ivec2(i, row))) ^ words[i];
	rows[row] = uvec4(hash, picture, bad);
}
