#version 450
#extension GL_GOOGLE_include_directive : require
/* SPDX-License-Identifier: MIT */
/* RGB to NV12, BT.709, limited range, in whole numbers: four by two pixels at a time. */
#include "frame.glsl"

layout(local_size_x = 32) in;
layout(set = 0, binding = 0) readonly buffer From { uint from[]; };
layout(set = 0, binding = 1) writeonly buffer To { uint to[]; }; /* Y, then U and V in turns */

ivec3 colours(uint pixel)
{
	return ivec3(pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255);
}

uint luma(ivec3 c)
{
	return uint((47 * c.r + 157 * c.g + 16 * c.b + 128 + (16 << 8)) >> 8);
}

/* Of the sum of four pixels; above 0 before it is shifted. */
uint chroma(ivec3 c)
{
	int u = (-26 * c.r - 86 * c.g + 112 * c.b + 512 + (128 << 10)) >> 10;
	int v = (112 * c.r - 102 * c.g - 10 * c.b + 512 + (128 << 10)) >> 10;
	return uint(u | v << 8);
}

void main()
{
	uint x = gl_GlobalInvocationID.x * 4, y = gl_GlobalInvocationID.y * 2;
	if (x >= WIDTH)
		return;
	ivec3 sums[2] = ivec3[](ivec3(0), ivec3(0));
	for (uint row = 0; row < 2; row++) {
		uint lumas = 0;
		for (uint i = 0; i < 4; i++) {
			ivec3 c = colours(from[(y + row) * WIDTH + x + i]);
			lumas |= luma(c) << (8 * i);
			sums[i / 2] += c;
		}
		to[((y + row) * WIDTH + x) / 4] = lumas;
	}
	to[(WIDTH * HEIGHT + y / 2 * WIDTH + x) / 4] = chroma(sums[0]) | chroma(sums[1]) << 16;
}
