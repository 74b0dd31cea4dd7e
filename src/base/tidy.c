/* SPDX-License-Identifier: MIT */
#include "base/tidy.h"

#include <stdbool.h>
#include <stddef.h>
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
	return c >= 0x20 && (c < 0x7f || c >= 0xa0) && !(c >= 0xd800 && c < 0xe000) &&
	       c != 0x061c && !(c >= 0x200e && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e) &&
	       !(c >= 0x2066 && c <= 0x2069) && c <= 0x10ffff;
}

/* Bytes of the character at `s`; 0: there is none to be shown. */
static size_t length(const unsigned char *s)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = claimed_length(*s);
	uint32_t c = n == 1 ? *s : *s & (0x7fu >> n);
	return n && read_rest(s, n, &c) && c >= smallest[n] && is_shown(c) ? n : 0;
}

void xfi_tidy(char *text)
{
	unsigned char *s = (unsigned char *)text;
	while (*s) {
		size_t n = length(s);
		if (!n)
			*s = '?';
		s += n ? n : 1;
	}
}
