/* SPDX-License-Identifier: MIT */
/*
 * MD5's rounds with an end of its own: the number of bits stands before the rest of the bytes
 * instead of behind them, so that no library's MD5 can be asked.
 */
#include "win/shader/checksum.h"

#include <string.h>

static const uint32_t sines[64] = { 0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf,
	0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be,
	0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51,
	0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6,
	0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942,
	0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
	0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8,
	0xc4ac5665, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92,
	0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82,
	0xbd3af235, 0x2ad7d2bb, 0xeb86d391 };
static const uint8_t turns[4][4] = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 },
	{ 6, 10, 15, 21 } };

/* One step's function of the state and its word's place in the block. */
static uint32_t mix(unsigned i, const uint32_t s[4], unsigned *ret_word)
{
	switch (i / 16) {
	case 0:
		*ret_word = i;
		return (s[1] & s[2]) | (~s[1] & s[3]);
	case 1:
		*ret_word = (5 * i + 1) % 16;
		return (s[3] & s[1]) | (~s[3] & s[2]);
	case 2:
		*ret_word = (3 * i + 5) % 16;
		return s[1] ^ s[2] ^ s[3];
	default:
		*ret_word = 7 * i % 16;
		return s[2] ^ (s[1] | ~s[3]);
	}
}

static void add_block(uint32_t digest[4], const void *bytes)
{
	uint32_t words[16], s[4];
	memcpy(words, bytes, sizeof(words));
	memcpy(s, digest, sizeof(s));
	for (unsigned i = 0; i < 64; i++) {
		unsigned word, turn = turns[i / 16][i % 4];
		uint32_t sum = mix(i, s, &word);
		sum += s[0] + sines[i] + words[word];
		s[0] = s[3];
		s[3] = s[2];
		s[2] = s[1];
		s[1] += sum << turn | sum >> (32 - turn);
	}
	for (unsigned i = 0; i < 4; i++)
		digest[i] += s[i];
}

void xfi_dxbc_checksum(const void *bytes, uint32_t size, uint32_t ret_digest[4])
{
	static const uint32_t start[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };
	const uint8_t *at = bytes;
	uint32_t rest = size % 64, n_bits = size * 8, odd = n_bits >> 2 | 1;
	uint8_t block[64] = { 0 };
	memcpy(ret_digest, start, sizeof(start));
	for (; at < (const uint8_t *)bytes + size - rest; at += 64)
		add_block(ret_digest, at);
	if (rest >= 56) { /* the number of bits goes into a block of its own */
		memcpy(block, at, rest);
		block[rest] = 0x80;
		add_block(ret_digest, block);
		memset(block, 0, sizeof(block));
	} else {
		memcpy(block + 4, at, rest);
		block[4 + rest] = 0x80;
	}
	memcpy(block, &n_bits, sizeof(n_bits));
	memcpy(block + 60, &odd, sizeof(odd));
	add_block(ret_digest, block);
}
