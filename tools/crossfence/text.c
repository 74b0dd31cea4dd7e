/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <langinfo.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "text.h"

/* Length of the well-formed UTF-8 character at `s`, 0 when it is none. */
static size_t utf8_length(const unsigned char *s)
{
	static const uint32_t smallest[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s[0] < 0x80	     ? 1
		   : s[0] >> 5 == 6  ? 2
		   : s[0] >> 4 == 14 ? 3
		   : s[0] >> 3 == 30 ? 4
				     : 0;
	if (n <= 1)
		return n;
	uint32_t c = s[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0; /* also stops at the terminator */
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < smallest[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	/* C1 controls, and what changes the direction or order of the text around it. */
	if (c < 0xa0 || c == 0x061c || (c >= 0x200e && c <= 0x200f) ||
		(c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
		return 0;
	return n;
}

void text_clean(char *text)
{
	unsigned char *s = (unsigned char *)text;
	while (*s) {
		size_t n = utf8_length(s);
		if (n == 0 || *s < 0x20 || *s == 0x7f) {
			*s = '?';
			n = 1;
		}
		s += n;
	}
}

void text_for_terminal(char *text)
{
	char *to = text;
	if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
		return;
	for (const unsigned char *s = (unsigned char *)text; *s; s++)
		if ((*s & 0xc0) != 0x80) /* one mark for a whole character */
			*to++ = *s < 0x80 ? (char)*s : '?';
	*to = 0;
}

/* Bytes of cleaned `text` that fit into `columns`; *ret_width: the columns they take. */
static size_t fit(const char *text, size_t columns, size_t *ret_width)
{
	mbstate_t state = { 0 };
	size_t bytes = 0, width = 0;
	while (text[bytes]) {
		wchar_t c;
		size_t n = mbrtowc(&c, text + bytes, MB_CUR_MAX, &state);
		if (n == 0 || n > MB_CUR_MAX)
			break; /* not of this locale: text_for_terminal() was not called */
		int wide = wcwidth(c);
		if (wide > 0 && width + (size_t)wide > columns)
			break;
		width += wide > 0 ? (size_t)wide : 0;
		bytes += n;
	}
	*ret_width = width;
	return bytes;
}

size_t text_width(const char *text)
{
	size_t width;
	(void)fit(text, SIZE_MAX / 2, &width);
	return width;
}

void text_cut(char *text, size_t columns)
{
	size_t width;
	text[fit(text, columns, &width)] = 0;
}

void text_cut_words(char *text, size_t columns)
{
	size_t width, n = 0;
	if (text_width(text) <= columns)
		return;
	if (columns > 2)
		n = fit(text, columns - 2, &width);
	while (n && text[n] != ' ')
		n--;
	while (n && text[n - 1] == ' ')
		n--;
	strcpy(text + n, columns >= 2 ? " >" : ""); /* more than that was there */
}

char *text_bytes(char buffer[TEXT_SIZE], uint64_t bytes)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	double value = (double)bytes / 1024;
	size_t unit = 0;
	if (bytes < 1024) {
		snprintf(buffer, TEXT_SIZE, "%u B", (unsigned)bytes);
		return buffer;
	}
	for (; value >= 1023.95; unit++)
		value /= 1024;
	snprintf(buffer, TEXT_SIZE, "%.1f %s", value, units[unit]);
	return buffer;
}

char *text_duration(char buffer[TEXT_SIZE], int64_t ns)
{
	int64_t s = ns / 1000000000, min = s / 60, h = min / 60, d = h / 24;
	if (ns < 1000000)
		snprintf(buffer, TEXT_SIZE, "%" PRId64 " us", ns / 1000);
	else if (ns < 1000000000)
		snprintf(buffer, TEXT_SIZE, "%" PRId64 " ms", ns / 1000000);
	else if (s < 60)
		snprintf(buffer, TEXT_SIZE, "%" PRId64 ".%" PRId64 " s", s,
			ns % 1000000000 / 100000000);
	else if (min < 60)
		snprintf(buffer, TEXT_SIZE, "%" PRId64 " min %" PRId64 " s", min, s % 60);
	else if (h < 24)
		snprintf(buffer, TEXT_SIZE, "%" PRId64 " h %" PRId64 " min", h, min % 60);
	else
		snprintf(buffer, TEXT_SIZE, "%" PRId64 " d %" PRId64 " h", d, h % 24);
	return buffer;
}

char *text_fourcc(char buffer[TEXT_SIZE], uint32_t fourcc)
{
	for (int i = 0; i < 4; i++) {
		char c = (char)(fourcc >> (8 * i));
		buffer[i] = c >= 0x20 && c < 0x7f ? c : '?';
	}
	buffer[4] = 0;
	for (int i = 3; i > 0 && buffer[i] == ' '; i--)
		buffer[i] = 0; /* "R8  " */
	if (!fourcc)
		strcpy(buffer, "RAW");
	return buffer;
}

char *text_id(char buffer[TEXT_SIZE], xf_id id)
{
	snprintf(buffer, TEXT_SIZE, "0x%016" PRIx64, id);
	return buffer;
}

static const struct {
	const char *words, *key;
} types[] = {
	[XF_ANY] = { "object", "object" },
	[XF_EVENT] = { "event", "event" },
	[XF_TIMELINE] = { "timeline", "timeline" },
	[XF_KEYED_MUTEX] = { "keyed mutex", "keyed_mutex" },
	[XF_SURFACE] = { "surface", "surface" },
	[XF_POOL] = { "pool", "pool" },
	[XF_SYNC] = { "sync object", "sync_object" },
	[XF_STREAM] = { "stream", "stream" },
};

static enum xf_type known(enum xf_type type)
{
	return (unsigned)type < sizeof(types) / sizeof(types[0]) ? type : XF_ANY;
}

const char *text_type(enum xf_type type)
{
	return types[known(type)].words;
}

const char *text_type_key(enum xf_type type)
{
	return types[known(type)].key;
}

int text_to_u64(const char *text, uint64_t *ret_value)
{
	char *end;
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hex ? text + 2 : text;
	/* strtoull also takes signs, blanks and octal; a person means none of these. */
	if (!*digits ||
		strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789") != strlen(digits))
		return -EINVAL;
	errno = 0;
	uint64_t value = strtoull(digits, &end, hex ? 16 : 10);
	if (errno || *end)
		return -EINVAL;
	*ret_value = value;
	return 0;
}

int text_to_ns(const char *text, int64_t *ret_ns)
{
	char *end;
	if (!*text || strspn(text, "0123456789.") != strlen(text))
		return -EINVAL;
	double seconds = strtod(text, &end);
	if (end == text || *end || !(seconds <= 10.0 * 366 * 86400))
		return -EINVAL;
	*ret_ns = (int64_t)(seconds * 1e9);
	return 0;
}
