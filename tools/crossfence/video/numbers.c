/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <crossfence/surface.h>

#include "exit_status.h"
#include "complain.h"
#include "numbers.h"
#include "text.h"

int numbers_count(const char *text, uint32_t least, uint32_t most, uint32_t *ret_count)
{
	uint64_t count;
	if (text_to_u64(text, &count) || count < least || count > most)
		return complain_usage("'%s' is not a number from %u to %u", text, least, most);
	*ret_count = (uint32_t)count;
	return EXIT_DONE;
}

int numbers_size(const char *text, uint32_t *ret_width_px, uint32_t *ret_height_px)
{
	uint32_t width, height;
	int end = 0;
	if (strspn(text, "0123456789x") != strlen(text) ||
		sscanf(text, "%9ux%9u%n", &width, &height, &end) != 2 || text[end] || !width ||
		!height || width > XF_SIZE_MAX_PX || height > XF_SIZE_MAX_PX)
		return complain_usage("'%s' is no size; 640x480 would be, up to %dx%d", text,
			XF_SIZE_MAX_PX, XF_SIZE_MAX_PX);
	*ret_width_px = width;
	*ret_height_px = height;
	return EXIT_DONE;
}

static bool read_ratio(const char *text, uint32_t *ret_num, uint32_t *ret_den)
{
	int end = 0, all = 0;
	*ret_den = 1;
	int n = sscanf(text, "%9u%n/%9u%n", ret_num, &end, ret_den, &all);
	return (n == 1 && !text[end]) || (n == 2 && !text[all]);
}

/* Up to three digits behind the point: 29.97 is 29970/1000. */
static bool read_decimal(const char *text, uint32_t *ret_num, uint32_t *ret_den)
{
	uint32_t whole, thousandths;
	int point = 0, end = 0;
	if (sscanf(text, "%6u.%n%3u%n", &whole, &point, &thousandths, &end) != 2 || text[end])
		return false;
	for (int digits = end - point; digits < 3; digits++)
		thousandths *= 10;
	*ret_num = whole * 1000 + thousandths;
	*ret_den = 1000;
	return true;
}

int numbers_rate(const char *text, uint32_t *ret_num, uint32_t *ret_den)
{
	uint32_t num = 0, den = 0;
	bool digits = strspn(text, "0123456789/.") == strlen(text);
	if (!digits || (!read_ratio(text, &num, &den) && !read_decimal(text, &num, &den)) || !num ||
		!den)
		return complain_usage("'%s' is no rate; 30 or 30000/1001 would be", text);
	*ret_num = num;
	*ret_den = den;
	return EXIT_DONE;
}
