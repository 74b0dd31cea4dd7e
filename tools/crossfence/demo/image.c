/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"

int image_init(struct image *image, uint32_t width_px, uint32_t height_px)
{
	size_t stride = (size_t)width_px * 4;
	*image = (struct image){ width_px, height_px, stride, malloc(stride * height_px) };
	return image->rgba ? 0 : -ENOMEM;
}

void image_finish(struct image *image)
{
	free(image->rgba);
	*image = (struct image){ 0 };
}

void image_fill(struct image *image, uint8_t red, uint8_t green, uint8_t blue)
{
	const uint8_t pixel[4] = { red, green, blue, 255 };
	for (uint32_t y = 0; y < image->height_px; y++)
		for (uint32_t x = 0; x < image->width_px; x++)
			memcpy(image_row(image, y) + (size_t)x * 4, pixel, 4);
}

void image_place(const struct image *from, struct image *to, uint32_t left_px, uint32_t top_px)
{
	for (uint32_t y = 0; y < from->height_px; y++)
		memcpy(image_row(to, top_px + y) + (size_t)left_px * 4, image_row(from, y),
			(size_t)from->width_px * 4);
}

static const uint8_t *source_pixel(
	const struct image *from, int orientation, uint32_t x, uint32_t y)
{
	uint32_t right = from->width_px - 1, bottom = from->height_px - 1;
	uint32_t sx = x, sy = y;
	switch (orientation) {
	case 2:
		sx = right - x;
		break;
	case 3:
		sx = right - x;
		sy = bottom - y;
		break;
	case 4:
		sy = bottom - y;
		break;
	case 5:
		sx = y;
		sy = x;
		break;
	case 6:
		sx = y;
		sy = bottom - x;
		break;
	case 7:
		sx = right - y;
		sy = bottom - x;
		break;
	case 8:
		sx = right - y;
		sy = x;
		break;
	default:
		break;
	}
	return image_row(from, sy) + (size_t)sx * 4;
}

int image_turn(struct image *image, int orientation)
{
	struct image turned;
	if (orientation < 2 || orientation > 8)
		return 0;
	int r = orientation >= 5 ? image_init(&turned, image->height_px, image->width_px)
				 : image_init(&turned, image->width_px, image->height_px);
	if (r)
		return r;
	uint8_t *to = turned.rgba;
	for (uint32_t y = 0; y < turned.height_px; y++)
		for (uint32_t x = 0; x < turned.width_px; x++, to += 4)
			memcpy(to, source_pixel(image, orientation, x, y), 4);
	image_finish(image);
	*image = turned;
	return 0;
}
