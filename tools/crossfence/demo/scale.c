/* SPDX-License-Identifier: MIT */
/*
 * Scaling with a triangle filter as wide as one pixel of the coarser side, rows first, then
 * columns: shrinking averages all source pixels, enlarging is bilinear. Each direction has one
 * short list of weights for each target pixel, computed once.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scale.h"

#define ONE (1 << 14) /* weights are fixed point; they add up to this */

struct taps {
	uint32_t per_pixel; /* weights for each target pixel */
	uint32_t *first; /* [target]: the first source pixel */
	int16_t *weights; /* [target][per_pixel] */
};

static void taps_finish(struct taps *taps)
{
	free(taps->first);
	free(taps->weights);
}

/* The largest weight takes what rounding left over, so that flat areas stay exactly flat. */
static void round_weights(const double *exact, uint32_t n, int16_t *weights)
{
	double sum = 0;
	int left = ONE;
	uint32_t largest = 0;
	for (uint32_t i = 0; i < n; i++)
		sum += exact[i];
	for (uint32_t i = 0; i < n; i++) {
		weights[i] = (int16_t)lrint(exact[i] / sum * ONE);
		left -= weights[i];
		if (exact[i] > exact[largest])
			largest = i;
	}
	weights[largest] = (int16_t)(weights[largest] + left);
}

static int taps_init(struct taps *taps, uint32_t from, uint32_t to)
{
	double ratio = (double)from / to, radius = ratio > 1 ? ratio : 1;
	uint32_t n = (uint32_t)ceil(radius * 2) + 1;
	if (n > from)
		n = from;
	*taps = (struct taps){ n, calloc(to, sizeof(uint32_t)),
		calloc((size_t)to * n, sizeof(int16_t)) };
	double *exact = calloc(n, sizeof(*exact));
	int r = taps->first && taps->weights && exact ? 0 : -ENOMEM;
	for (uint32_t t = 0; !r && t < to; t++) {
		double center = (t + 0.5) * ratio - 0.5;
		double first = fmax(0, ceil(center - radius));
		first = fmin(first, from - n);
		for (uint32_t i = 0; i < n; i++)
			exact[i] = fmax(0, 1 - fabs(first + i - center) / radius);
		taps->first[t] = (uint32_t)first;
		round_weights(exact, n, taps->weights + (size_t)t * n);
	}
	free(exact);
	return r;
}

static uint8_t finished(int32_t sum)
{
	return (uint8_t)((sum + ONE / 2) / ONE); /* weights are positive and add up: 0..255 */
}

static void scale_row(const uint8_t *from, uint8_t *to, uint32_t width, const struct taps *taps)
{
	for (uint32_t x = 0; x < width; x++) {
		const uint8_t *pixel = from + (size_t)taps->first[x] * 4;
		const int16_t *weight = taps->weights + (size_t)x * taps->per_pixel;
		int32_t sum[4] = { 0 };
		for (uint32_t i = 0; i < taps->per_pixel; i++)
			for (int c = 0; c < 4; c++)
				sum[c] += weight[i] * pixel[4 * i + c];
		for (int c = 0; c < 4; c++)
			to[4 * x + c] = finished(sum[c]);
	}
}

/* One target row from several source rows of `bytes` bytes, which lie one after the other. */
static void blend_rows(const uint8_t *from, size_t bytes, const int16_t *weights, uint32_t n,
	int32_t *sums, uint8_t *to)
{
	memset(sums, 0, bytes * sizeof(*sums));
	for (uint32_t i = 0; i < n; i++, from += bytes)
		for (size_t b = 0; b < bytes && weights[i]; b++)
			sums[b] += weights[i] * from[b];
	for (size_t b = 0; b < bytes; b++)
		to[b] = finished(sums[b]);
}

static int scale_through(const struct image *from, struct image *to, const struct taps *across,
	const struct taps *down)
{
	struct image narrow;
	size_t row = (size_t)to->width_px * 4;
	int r = image_init(&narrow, to->width_px, from->height_px);
	int32_t *sums = malloc(row * sizeof(*sums));
	if (!sums)
		r = -ENOMEM;
	for (uint32_t y = 0; !r && y < from->height_px; y++)
		scale_row(image_row(from, y), image_row(&narrow, y), to->width_px, across);
	for (uint32_t y = 0; !r && y < to->height_px; y++)
		blend_rows(image_row(&narrow, down->first[y]), row,
			down->weights + (size_t)y * down->per_pixel, down->per_pixel, sums,
			image_row(to, y));
	free(sums);
	image_finish(&narrow);
	return r;
}

int image_scale(const struct image *from, struct image *to)
{
	struct taps across = { 0 }, down = { 0 };
	int r = taps_init(&across, from->width_px, to->width_px);
	if (!r)
		r = taps_init(&down, from->height_px, to->height_px);
	if (!r)
		r = scale_through(from, to, &across, &down);
	taps_finish(&across);
	taps_finish(&down);
	return r;
}

void image_fit(const struct image *from, uint32_t box_width_px, uint32_t box_height_px,
	uint32_t *ret_width_px, uint32_t *ret_height_px)
{
	double across = (double)box_width_px / from->width_px;
	double down = (double)box_height_px / from->height_px;
	double factor = fmin(across, down);
	uint32_t width = (uint32_t)lrint(from->width_px * factor);
	uint32_t height = (uint32_t)lrint(from->height_px * factor);
	*ret_width_px = width ? width : 1;
	*ret_height_px = height ? height : 1;
}

int image_letterbox(const struct image *from, uint32_t box_width_px, uint32_t box_height_px,
	uint8_t backdrop, struct image *ret_image)
{
	struct image scaled = { 0 }, box = { 0 };
	uint32_t width, height;
	image_fit(from, box_width_px, box_height_px, &width, &height);
	int r = image_init(&scaled, width, height);
	if (!r)
		r = image_scale(from, &scaled);
	if (!r)
		r = image_init(&box, box_width_px, box_height_px);
	if (!r) {
		image_fill(&box, backdrop, backdrop, backdrop);
		image_place(
			&scaled, &box, (box_width_px - width) / 2, (box_height_px - height) / 2);
		*ret_image = box;
	}
	image_finish(&scaled);
	return r;
}
