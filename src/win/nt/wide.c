/* SPDX-License-Identifier: MIT */
/* Strings of 16-bit characters, for code that counts on wchar_t being 16 bits. */
#include "win/nt/wide.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t xf_win_wcsnlen(const wchar_t *text, size_t max)
{
	size_t n = 0;
	while (n < max && text[n])
		n++;
	return n;
}

size_t xf_win_wcslen(const wchar_t *text)
{
	return xf_win_wcsnlen(text, SIZE_MAX);
}

static wchar_t fold(wchar_t c)
{
	return c >= 'A' && c <= 'Z' ? (wchar_t)(c + ('a' - 'A')) : c;
}

static wchar_t keep(wchar_t c)
{
	return c;
}

static int compare(const wchar_t *a, const wchar_t *b, size_t max, wchar_t (*map)(wchar_t c))
{
	for (size_t i = 0; i < max; i++) {
		wchar_t x = map(a[i]), y = map(b[i]);
		if (x != y)
			return x < y ? -1 : 1;
		if (!x)
			break;
	}
	return 0;
}

int xf_win_wcscmp(const wchar_t *a, const wchar_t *b)
{
	return compare(a, b, SIZE_MAX, keep);
}

int xf_win_wcsncmp(const wchar_t *a, const wchar_t *b, size_t max)
{
	return compare(a, b, max, keep);
}

int xf_win_wcsicmp(const wchar_t *a, const wchar_t *b)
{
	return compare(a, b, SIZE_MAX, fold);
}

int xf_win_wcsnicmp(const wchar_t *a, const wchar_t *b, size_t max)
{
	return compare(a, b, max, fold);
}

wchar_t *xf_win_wcscpy(wchar_t *to, const wchar_t *from)
{
	memcpy(to, from, (xf_win_wcslen(from) + 1) * sizeof(*to));
	return to;
}

/* Fills up with zeroes; without an end when `from` is as long as `max`. */
wchar_t *xf_win_wcsncpy(wchar_t *to, const wchar_t *from, size_t max)
{
	size_t n = xf_win_wcsnlen(from, max);
	memcpy(to, from, n * sizeof(*to));
	memset(to + n, 0, (max - n) * sizeof(*to));
	return to;
}

wchar_t *xf_win_wcscat(wchar_t *to, const wchar_t *from)
{
	xf_win_wcscpy(to + xf_win_wcslen(to), from);
	return to;
}

wchar_t *xf_win_wcschr(const wchar_t *text, wchar_t c)
{
	for (; *text != c; text++)
		if (!*text)
			return NULL;
	return (wchar_t *)text;
}

wchar_t *xf_win_wcsrchr(const wchar_t *text, wchar_t c)
{
	for (size_t n = xf_win_wcslen(text) + 1; n--;)
		if (text[n] == c)
			return (wchar_t *)text + n;
	return NULL;
}

wchar_t *xf_win_wcsstr(const wchar_t *text, const wchar_t *part)
{
	size_t n = xf_win_wcslen(part);
	for (; xf_win_wcsncmp(text, part, n); text++)
		if (!*text)
			return NULL;
	return (wchar_t *)text;
}

wchar_t *xf_win_wcsdup(const wchar_t *text)
{
	size_t bytes = (xf_win_wcslen(text) + 1) * sizeof(*text);
	wchar_t *copy = malloc(bytes);
	return copy ? memcpy(copy, text, bytes) : NULL;
}

int xf_win_wmemcmp(const wchar_t *a, const wchar_t *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

wchar_t *xf_win_wmemcpy(wchar_t *to, const wchar_t *from, size_t count)
{
	return count ? memcpy(to, from, count * sizeof(*to)) : to;
}

wchar_t *xf_win_wmemmove(wchar_t *to, const wchar_t *from, size_t count)
{
	return count ? memmove(to, from, count * sizeof(*to)) : to;
}

wchar_t *xf_win_wmemset(wchar_t *to, wchar_t c, size_t count)
{
	for (size_t i = 0; i < count; i++)
		to[i] = c;
	return to;
}

wchar_t *xf_win_wmemchr(const wchar_t *text, wchar_t c, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text[i] == c)
			return (wchar_t *)text + i;
	return NULL;
}
