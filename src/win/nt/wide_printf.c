/* SPDX-License-Identifier: MIT */
/*
 * swprintf of 16-bit characters. Numbers are written by the C library's snprintf, one conversion at
 * a time; what Windows means by other letters than C does is translated before.
 */
#include "win/nt/wide_printf.h"

#include <stdio.h>

#include "win/nt/name.h"
#include "win/nt/wide.h"

struct out {
	wchar_t *at, *end; /* room for the final zero is kept apart */
	size_t written;
	bool full;
};

/* One conversion, as read from the format. */
struct spec {
	char flags[8];
	int width, precision; /* -1: none */
	char size[4]; /* "", "h", "hh", "l", "ll", "j", "z", "t", "L", "w" */
	char letter;
};

static void put(struct out *out, wchar_t c)
{
	if (out->at == out->end) {
		out->full = true;
		return;
	}
	*out->at++ = c;
	out->written++;
}

static void pad(struct out *out, const struct spec *spec, size_t length, bool left)
{
	if (!!strchr(spec->flags, '-') != left)
		return;
	for (size_t n = length; spec->width > 0 && n < (size_t)spec->width && !out->full; n++)
		put(out, ' ');
}

static void put_wide(struct out *out, const struct spec *spec, const wchar_t *text, size_t length)
{
	pad(out, spec, length, false);
	for (size_t i = 0; i < length; i++)
		put(out, text[i]);
	pad(out, spec, length, true);
}

/* Bytes that are not UTF-8 are taken for the characters of the same numbers. */
static size_t next_narrow(const char *text, wchar_t unit[2])
{
	size_t n = xfi_utf8_length(text);
	char one[5] = { 0 };
	unit[0] = (unsigned char)*text;
	unit[1] = 0;
	if (n < 2)
		return 1;
	memcpy(one, text, n);
	(void)xfi_name_widen(one, (WCHAR *)unit); /* one or two units */
	return n;
}

static size_t narrow_length(const char *text, size_t max)
{
	wchar_t unit[2];
	size_t units = 0;
	while (units < max && *text) {
		text += next_narrow(text, unit);
		units += unit[1] ? 2 : 1;
	}
	return units < max ? units : max;
}

static void put_narrow(struct out *out, const struct spec *spec, const char *text)
{
	size_t length =
		narrow_length(text, spec->precision < 0 ? SIZE_MAX : (size_t)spec->precision);
	wchar_t unit[2];
	pad(out, spec, length, false);
	for (size_t units = 0; units < length;) {
		text += next_narrow(text, unit);
		for (int i = 0; i < 2 && (i == 0 || unit[i]) && units < length; i++, units++)
			put(out, unit[i]);
	}
	pad(out, spec, length, true);
}

static int read_number(const wchar_t **format, va_list *args)
{
	int n = 0;
	if (**format == '*') {
		(*format)++;
		return va_arg(*args, int);
	}
	while (**format >= '0' && **format <= '9' && n < 100000)
		n = n * 10 + (*(*format)++ - '0');
	return n;
}

static bool skip(const wchar_t **format, const char *text)
{
	size_t n = strlen(text);
	for (size_t i = 0; i < n; i++)
		if ((*format)[i] != (wchar_t)text[i])
			return false;
	*format += n;
	return true;
}

static void read_size(const wchar_t **format, struct spec *spec)
{
	static const struct {
		const char *text, *size;
	} sizes[] = { { "I64", "ll" }, { "I32", "" }, { "I", "z" }, { "hh", "hh" }, { "h", "h" },
		{ "ll", "ll" }, { "l", "l" }, { "j", "j" }, { "z", "z" }, { "t", "t" },
		{ "L", "L" }, { "w", "w" } };
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (skip(format, sizes[i].text)) {
			strcpy(spec->size, sizes[i].size);
			return;
		}
}

/* After the per cent sign. */
static void read_spec(const wchar_t **format, va_list *args, struct spec *spec)
{
	size_t n = 0;
	*spec = (struct spec){ .precision = -1 };
	while (**format && **format < 0x80 && strchr("-+ #0", (char)**format)) {
		if (n < sizeof(spec->flags) - 2)
			spec->flags[n++] = (char)**format;
		(*format)++;
	}
	spec->width = read_number(format, args);
	if (spec->width < 0) {
		spec->flags[n] = '-';
		spec->width = -spec->width;
	}
	if (skip(format, "."))
		spec->precision = read_number(format, args);
	read_size(format, spec);
	spec->letter = **format && **format < 0x80 ? (char)*(*format)++ : 0;
}

/* Writes what snprintf made of a number. */
static int put_text(struct out *out, const char *text, int length)
{
	for (int i = 0; i < length; i++)
		put(out, (unsigned char)text[i]);
	return length < 0 ? -1 : 0;
}

#define NUMBER_MAX 512 /* the longest double has 309 digits before the point */

static int put_number(struct out *out, const struct spec *spec, va_list *args)
{
	char format[32], text[NUMBER_MAX + 1];
	int width = spec->width < NUMBER_MAX ? spec->width : NUMBER_MAX;
	int precision = spec->precision < 100 ? spec->precision : 100;
	bool is_float = strchr("aAeEfFgG", spec->letter);
	int n;
	snprintf(format, sizeof(format), "%%%s*.*%s%c", spec->flags, spec->size, spec->letter);
#define write(type) n = snprintf(text, sizeof(text), format, width, precision, va_arg(*args, type))
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	if (spec->letter == 'p')
		n = snprintf(text, sizeof(text), "%0*lX", (int)sizeof(void *) * 2,
			(unsigned long)va_arg(*args, void *));
	else if (is_float && spec->size[0] == 'L')
		write(long double);
	else if (is_float)
		write(double);
	else if (!strcmp(spec->size, "ll") || spec->size[0] == 'j')
		write(long long);
	else if (spec->size[0] == 'l' || spec->size[0] == 'z' || spec->size[0] == 't')
		write(long);
	else
		write(int);
#pragma GCC diagnostic pop
#undef write
	return put_text(out, text, n < NUMBER_MAX ? n : NUMBER_MAX);
}

static void put_string(struct out *out, const struct spec *spec, bool wide, va_list *args)
{
	const void *text = va_arg(*args, void *);
	if (!text)
		text = wide ? (const void *)L"(null)" : "(null)";
	if (wide)
		put_wide(out, spec, text,
			xf_win_wcsnlen(
				text, spec->precision < 0 ? SIZE_MAX : (size_t)spec->precision));
	else
		put_narrow(out, spec, text);
}

static int put_one(struct out *out, const struct spec *spec, va_list *args)
{
	bool wide = spec->size[0] == 'h' ? false
		    : spec->size[0]	 ? true
					 : spec->letter >= 'a'; /* small letters are wide */
	wchar_t c;
	switch (spec->letter) {
	case '%':
		put(out, '%');
		return 0;
	case 's':
	case 'S':
		put_string(out, spec, wide, args);
		return 0;
	case 'c':
	case 'C':
		c = (wchar_t)va_arg(*args, int);
		if (!wide)
			c &= 0xff;
		put_wide(out, spec, &c, 1);
		return 0;
	default:
		if (!spec->letter || !strchr("diuoxXaAeEfFgGp", spec->letter))
			return -1;
		return put_number(out, spec, args);
	}
}

int xf_win_vswprintf(wchar_t *to, size_t count, const wchar_t *format, va_list list)
{
	struct out out = { to, to + count - 1, 0, false };
	struct spec spec;
	va_list args;
	int r = 0;
	if (!count)
		return -1;
	va_copy(args, list); /* so that it can be pointed at */
	while (*format && !r && !out.full) {
		if (*format != '%') {
			put(&out, *format++);
			continue;
		}
		format++;
		read_spec(&format, &args, &spec);
		r = put_one(&out, &spec, &args);
	}
	va_end(args);
	*out.at = 0;
	return r || out.full ? -1 : (int)out.written;
}

int xf_win_swprintf(wchar_t *to, size_t count, const wchar_t *format, ...)
{
	va_list args;
	int r;
	va_start(args, format);
	r = xf_win_vswprintf(to, count, format, args);
	va_end(args);
	return r;
}
