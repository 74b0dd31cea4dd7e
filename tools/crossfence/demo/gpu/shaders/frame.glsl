/* SPDX-License-Identifier: MIT */
/* What the shaders agree on; see also gpu/rows.h, gpu/passes.h and gpu/filter.h. */
#define WIDTH  1920
#define HEIGHT 1080
#define STAMP  16 /* pixels before each row that belong to no picture */
#define MAGIC  0x73666d78u
#define LANES  64 /* invocations that share a row: each has every 64th pixel */

/* Of one step of a hash: two chains of 32 bits. The order of the words matters. */
uvec2 mix_in(uvec2 h, uint word)
{
	h.x = (h.x ^ word) * 0x9e3779b1u;
	h.y = (h.y + word) * 0x85ebca77u;
	return h ^ (h >> 15);
}

/* Pixels are bytes R G B A, from the lowest: what a UNORM image keeps unchanged. */
uint word_of(vec4 pixel)
{
	return packUnorm4x8(pixel);
}
