/* SPDX-License-Identifier: MIT */
/* The hash of a row: each lane's own, then all of them, in order. */
shared uvec2 lanes[LANES];

uvec2 hash_begin(uint lane)
{
	return uvec2(lane + 1, ~lane);
}

/* In all lanes, with what each has; the result is lane 0's. */
uvec2 hash_end(uint lane, uvec2 mine)
{
	lanes[lane] = mine;
	barrier();
	uvec2 all = uvec2(1, 2);
	for (uint i = 0; lane == 0 && i < LANES; i++)
		all = mix_in(mix_in(all, lanes[i].x), lanes[i].y);
	return all;
}

/* The words of a stamp; the last one is the check of those before it. */
#define STAMP_WORDS 8
void stamp_fill(out uint words[STAMP_WORDS], uvec2 frame, uint picture, uint row, uvec2 hash)
{
	words = uint[](MAGIC, frame.x, frame.y, picture, row, hash.x, hash.y, 0);
	uvec2 check = uvec2(3, 4);
	for (uint i = 0; i < STAMP_WORDS - 1; i++)
		check = mix_in(check, words[i]);
	words[STAMP_WORDS - 1] = check.x ^ check.y;
}
