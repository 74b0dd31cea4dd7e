/* SPDX-License-Identifier: MIT */
/* Written after what the filters are, not after the shaders: plain, and a pixel at a time. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"

#define TAPS 9
#define EDGE (TAPS / 2)
static const int weights[TAPS] = { 1, 8, 28, 56, 70, 56, 28, 8, 1 }; /* together 256 */

/* `n` bytes, each from the same of nine others: the blur, in whichever direction these lie. */
static void blend(const uint8_t *const from[TAPS], size_t n, uint8_t *to)
{
	for (size_t b = 0; b < n; b++) {
		int sum = 128;
		for (int i = 0; i < TAPS; i++)
			sum += weights[i] * from[i][b];
		to[b] = (uint8_t)(sum / 256);
	}
}

/* `room`: for a row, and the outermost pixels four times more on both sides. */
static void blur_across(const struct image *image, uint8_t *room)
{
	const uint8_t *from[TAPS];
	size_t bytes = (size_t)image->width_px * 4;
	for (int i = 0; i < TAPS; i++)
		from[i] = room + 4 * i;
	for (uint32_t y = 0; y < image->height_px; y++) {
		uint8_t *row = image_row(image, y);
		memcpy(room + 4 * EDGE, row, bytes);
		for (size_t i = 0; i < EDGE; i++) {
			memcpy(room + 4 * i, row, 4);
			memcpy(room + 4 * EDGE + bytes + 4 * i, row + bytes - 4, 4);
		}
		blend(from, bytes, row);
	}
}

static void blur_down(const struct image *from, struct image *to)
{
	const uint8_t *rows[TAPS];
	int last = (int)from->height_px - 1;
	for (int y = 0; y <= last; y++) {
		for (int i = 0; i < TAPS; i++) {
			int row = y + i - EDGE;
			row = row < 0 ? 0 : row > last ? last : row;
			rows[i] = image_row(from, (uint32_t)row);
		}
		blend(rows, (size_t)from->width_px * 4, image_row(to, (uint32_t)y));
	}
}

static int blur(struct image *image)
{
	struct image blurred;
	uint8_t *room = malloc(((size_t)image->width_px + 2 * EDGE) * 4);
	int r = room ? image_init(&blurred, image->width_px, image->height_px) : -ENOMEM;
	if (!r) {
		blur_across(image, room);
		blur_down(image, &blurred);
		image_finish(image);
		*image = blurred;
	}
	free(room);
	return r;
}

/* BT.709, limited range, in 256ths; divisions of what is never negative. */
static uint8_t luma(const uint8_t *rgb)
{
	return (uint8_t)(16 + (47 * rgb[0] + 157 * rgb[1] + 16 * rgb[2] + 128) / 256);
}

/* Of the sums of four pixels. */
static uint8_t chroma(const int sums[3], int red, int green, int blue)
{
	int sum = red * sums[0] + green * sums[1] + blue * sums[2];
	return (uint8_t)((sum + 128 * 1024 + 512) / 1024);
}

/* What is below 0, however little, is 0. */
static uint8_t channel(int sum)
{
	return (uint8_t)(sum < 0 ? 0 : sum / 256 > 255 ? 255 : sum / 256);
}

static void back(uint8_t *pixel, int y, int u, int v)
{
	int base = 298 * (y - 16) + 128;
	pixel[0] = channel(base + 459 * (v - 128));
	pixel[1] = channel(base - 55 * (u - 128) - 136 * (v - 128));
	pixel[2] = channel(base + 541 * (u - 128));
	pixel[3] = 255;
}

/* Two by two pixels share their colour. */
static void through_nv12(struct image *image, uint32_t x, uint32_t y)
{
	int sums[3] = { 0 };
	for (uint32_t i = 0; i < 4; i++)
		for (int c = 0; c < 3; c++)
			sums[c] += image_row(image, y + i / 2)[4 * (x + i % 2) + c];
	int u = chroma(sums, -26, -86, 112), v = chroma(sums, 112, -102, -10);
	for (uint32_t i = 0; i < 4; i++) {
		uint8_t *pixel = image_row(image, y + i / 2) + (size_t)4 * (x + i % 2);
		back(pixel, luma(pixel), u, v);
	}
}

int filter_apply(struct image *image)
{
	int r = blur(image);
	for (uint32_t y = 0; !r && y < image->height_px; y += 2)
		for (uint32_t x = 0; x < image->width_px; x += 2)
			through_nv12(image, x, y);
	return r;
}
