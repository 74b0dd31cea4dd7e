#version 450
#extension GL_GOOGLE_include_directive : require
/* SPDX-License-Identifier: MIT */
/*
 * One direction of a blur: the eight-fold binomial filter, in whole numbers, so that every device
 * has the same result. Two channels share a word: no sum is above 65535.
 */
#include "frame.glsl"

layout(local_size_x = 64) in;
layout(constant_id = 0) const bool DOWN = false;
layout(set = 0, binding = 0) readonly buffer From { uint from[]; };
layout(set = 0, binding = 1) writeonly buffer To { uint to[]; };

const uint WEIGHTS[9] = uint[](1, 8, 28, 56, 70, 56, 28, 8, 1);

void main()
{
	ivec2 at = ivec2(gl_GlobalInvocationID.xy);
	uint even = 0x00800080u, odd = 0x00800080u; /* halves, for rounding */
	for (int i = 0; i < 9; i++) {
		int x = DOWN ? at.x : clamp(at.x + i - 4, 0, WIDTH - 1);
		int y = DOWN ? clamp(at.y + i - 4, 0, HEIGHT - 1) : at.y;
		uint pixel = from[y * WIDTH + x];
		even += (pixel & 0x00ff00ffu) * WEIGHTS[i];
		odd += ((pixel >> 8) & 0x00ff00ffu) * WEIGHTS[i];
	}
	to[at.y * WIDTH + at.x] = ((even >> 8) & 0x00ff00ffu) | (odd & 0xff00ff00u);
}
