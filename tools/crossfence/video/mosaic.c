/* SPDX-License-Identifier: MIT */
/*
 * A character cell is about twice as high as wide, so half of one is a square pixel. Each pixel is
 * the mean of up to 4 x 4 points of what it stands for: enough for people, and cheap also for 4K.
 */
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mosaic.h"

#define POINTS 4 /* looked at in each direction */

enum mosaic mosaic_choose(int fd)
{
	const char *colours = getenv("COLORTERM"), *term = getenv("TERM");
	if (!isatty(fd) || strcmp(nl_langinfo(CODESET), "UTF-8") != 0 || !term)
		return MOSAIC_LETTERS;
	if (colours && (strcmp(colours, "truecolor") == 0 || strcmp(colours, "24bit") == 0))
		return MOSAIC_TRUE;
	return strstr(term, "256color") ? MOSAIC_256 : MOSAIC_LETTERS;
}

struct grid {
	const struct colour *colour;
	uint32_t across, down; /* pixels of ours */
};

static struct grid fit(const struct colour *colour, uint32_t columns, uint32_t pixel_rows)
{
	uint64_t width = colour->desc->width_px, height = colour->desc->height_px;
	struct grid grid = { colour, columns, (uint32_t)(height * columns / width) };
	if (grid.down > pixel_rows) {
		grid.down = pixel_rows;
		grid.across = (uint32_t)(width * pixel_rows / height);
	}
	grid.across += grid.across == 0;
	grid.down += grid.down == 0;
	return grid;
}

/* Where the `i`th of the points lies that stand for pixel `at` of `n` over `size`. */
static uint32_t point(uint32_t at, uint32_t n, uint32_t size, uint32_t i)
{
	return (uint32_t)(((uint64_t)at * 2 * POINTS + 2 * i + 1) * size / (2 * POINTS * n));
}

static void mean(const struct grid *grid, uint32_t x, uint32_t y, uint32_t ret_rgb[3])
{
	const struct xf_surface_desc *desc = grid->colour->desc;
	uint32_t sum[3] = { 0 };
	for (uint32_t i = 0; i < POINTS * POINTS; i++) {
		uint8_t rgba[4];
		colour_at(grid->colour, point(x, grid->across, desc->width_px, i % POINTS),
			point(y, grid->down, desc->height_px, i / POINTS), rgba);
		for (int c = 0; c < 3; c++)
			sum[c] += rgba[c];
	}
	for (int c = 0; c < 3; c++)
		ret_rgb[c] = sum[c] / (POINTS * POINTS);
}

static uint32_t cube(uint32_t value)
{
	return value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40;
}

/* xterm's cube of 6 x 6 x 6 colours, and its 24 greys. */
static uint32_t in_256(const uint32_t rgb[3])
{
	uint32_t low = rgb[0], high = rgb[0];
	for (int c = 1; c < 3; c++) {
		low = rgb[c] < low ? rgb[c] : low;
		high = rgb[c] > high ? rgb[c] : high;
	}
	if (high - low < 12 && low >= 8 && high < 238)
		return 232 + (rgb[1] - 8) / 10;
	return 16 + 36 * cube(rgb[0]) + 6 * cube(rgb[1]) + cube(rgb[2]);
}

/* 38: letters, 48: what is behind them. */
static void set_colour(FILE *to, enum mosaic how, int which, const uint32_t rgb[3])
{
	if (how == MOSAIC_TRUE)
		fprintf(to, "\033[%d;2;%u;%u;%um", which, rgb[0], rgb[1], rgb[2]);
	else
		fprintf(to, "\033[%d;5;%um", which, in_256(rgb));
}

static void write_blocks(
	FILE *to, const struct grid *grid, enum mosaic how, uint32_t y, const char *newline)
{
	uint32_t before[2][3] = { { 999 }, { 999 } };
	for (uint32_t x = 0; x < grid->across; x++)
		for (int half = 0; half < 2; half++) {
			uint32_t rgb[3] = { 0 };
			if (y + (uint32_t)half < grid->down)
				mean(grid, x, y + (uint32_t)half, rgb);
			if (memcmp(rgb, before[half], sizeof(rgb)) != 0)
				set_colour(to, how, half ? 48 : 38, rgb);
			memcpy(before[half], rgb, sizeof(rgb));
			if (half)
				fputs("\342\226\200", to); /* upper half block */
		}
	fprintf(to, "\033[0m%s", newline);
}

static void write_letters(FILE *to, const struct grid *grid, uint32_t y, const char *newline)
{
	static const char letters[] = " .,:;i1tfLCG08@";
	for (uint32_t x = 0; x < grid->across; x++) {
		uint32_t rgb[3];
		mean(grid, x, y, rgb);
		uint32_t luma = (299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2]) / 1000;
		putc(letters[luma * (sizeof(letters) - 1) / 256], to);
	}
	fputs(newline, to);
}

uint32_t mosaic_write(FILE *to, const struct colour *colour, enum mosaic how, uint32_t columns,
	uint32_t rows, const char *newline)
{
	struct grid grid = fit(colour, columns, rows * 2);
	if (how != MOSAIC_LETTERS) {
		for (uint32_t y = 0; y < grid.down; y += 2)
			write_blocks(to, &grid, how, y, newline);
		return (grid.down + 1) / 2;
	}
	grid.down = (grid.down + 1) / 2;
	for (uint32_t y = 0; y < grid.down; y++)
		write_letters(to, &grid, y, newline);
	return grid.down;
}
