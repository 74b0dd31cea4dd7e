/* SPDX-License-Identifier: MIT */
#include "base/tidy.h"

#include <stdint.h>

static size_t claimed_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >> 5 == 0x06)
		return 2;
	if (first >> 4 == 0x0e)
		return 3;
	return first >> 3 == 0x1e ? 4 : 0;
}

/* The bytes that follow the first; the end of the text is none of them. False: it is cut off. */
static bool read_rest(const unsigned char *s, size_t n, uint32_t *c)
{
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return false;
		*c = *c << 6 | (s[i] & 0x3f);
	}
	return true;
}

static bool is_shown(uint32_t c)
{
	return c >= 0x20 && (c < 0x7f || c >= 0xa0) && c != 0x061c &&
	       !(c >= 0x200e && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e) &&
	       !(c >= 0x2066 && c <= 0x2069);
}

/* Bytes of the character at `s`, *ret_c; 0: there is none. */
static size_t read_one(const unsigned char *s, uint32_t *ret_c)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = claimed_length(*s);
	uint32_t c = n == 1 ? *s : *s & (0x7fu >> n);
	bool is_one = n && read_rest(s, n, &c) && c >= smallest[n] && c <= 0x10ffff &&
		      !(c >= 0xd800 && c < 0xe000);
	*ret_c = c;
	return is_one ? n : 0;
}

bool xfi_is_utf8(const char *text)
{
	uint32_t c;
	size_t n = 1;
	for (const unsigned char *s = (const unsigned char *)text; *s && n; s += n)
		n = read_one(s, &c);
	return n;
}

size_t xfi_utf8_cut(const char *text, size_t most)
{
	const unsigned char *s = (const unsigned char *)text;
	uint32_t c;
	size_t used = 0;
	while (s[used]) {
		size_t n = read_one(s + used, &c);
		n = n ? n : 1;
		if (used + n > most)
			break;
		used += n;
	}
	return used;
}

void xfi_tidy(char *text)
{
	unsigned char *s = (unsigned char *)text;
	while (*s) {
		uint32_t c;
		size_t n = read_one(s, &c);
		bool shown = n && is_shown(c);
		if (!shown)
			*s = '?';
		s += shown ? n : 1;
	}
}
