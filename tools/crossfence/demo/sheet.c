/* SPDX-License-Identifier: MIT */
/*
 * A grid of equal tiles on the grey that also surrounds pictures which are not 16:9, so that only
 * the pictures themselves stand out. Tiles get smaller when there are many.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "image.h"
#include "sheet.h"
#include "stamp.h"
#include "writing.h"

#define GAP	 28
#define MARGIN	 44
#define HEADING	 84
#define CAPTION	 52
#define BACKDROP 24

static const struct ink title_ink = { 3, { 236, 236, 240 } };
static const struct ink name_ink = { 2, { 214, 214, 220 } };
static const struct ink note_ink = { 2, { 128, 130, 140 } };

struct tile {
	struct image thumbnail; /* no pixels: not seen */
	uint64_t frames;
};

struct sheet {
	const struct pictures *pictures;
	uint32_t tile_width_px, tile_height_px;
	uint64_t frames;
	struct tile *tiles; /* [picture] */
};

int sheet_create(const struct pictures *pictures, struct sheet **ret_sheet)
{
	struct sheet *sheet = calloc(1, sizeof(*sheet));
	if (!sheet)
		return -ENOMEM;
	sheet->pictures = pictures;
	sheet->tile_width_px = pictures->count <= 30 ? 384 : pictures->count <= 120 ? 288 : 192;
	sheet->tile_height_px = sheet->tile_width_px * 9 / 16;
	sheet->tiles = calloc(pictures->count, sizeof(*sheet->tiles));
	if (!sheet->tiles) {
		free(sheet);
		return -ENOMEM;
	}
	*ret_sheet = sheet;
	return 0;
}

void sheet_destroy(struct sheet *sheet)
{
	if (!sheet)
		return;
	for (uint32_t i = 0; i < sheet->pictures->count; i++)
		image_finish(&sheet->tiles[i].thumbnail);
	free(sheet->tiles);
	free(sheet);
}

int sheet_add(struct sheet *sheet, uint32_t picture, void *data)
{
	struct image frame = { FRAME_WIDTH_PX, FRAME_HEIGHT_PX, FRAME_STRIDE, data };
	if (picture >= sheet->pictures->count)
		return 0;
	struct tile *tile = &sheet->tiles[picture];
	sheet->frames++;
	tile->frames++;
	if (tile->thumbnail.rgba)
		return 0;
	int r = image_init(&tile->thumbnail, sheet->tile_width_px, sheet->tile_height_px);
	if (!r)
		r = image_scale(&frame, &tile->thumbnail);
	if (r)
		image_finish(&tile->thumbnail);
	return r;
}

static uint32_t count_seen(const struct sheet *sheet)
{
	uint32_t seen = 0;
	for (uint32_t i = 0; i < sheet->pictures->count; i++)
		seen += sheet->tiles[i].thumbnail.rgba != NULL;
	return seen;
}

struct grid {
	uint32_t columns, rows;
	uint32_t width_px, height_px; /* of the whole sheet */
};

/* About 4:3, and no lonely last row where one column more or less avoids it. */
static struct grid make_grid(const struct sheet *sheet, uint32_t n)
{
	struct grid grid;
	uint32_t step = sheet->tile_height_px + CAPTION + GAP;
	grid.columns = (uint32_t)lrint(sqrt(n * 4.0 / 3.0 * step / (sheet->tile_width_px + GAP)));
	if (grid.columns < 2)
		grid.columns = 2;
	if (grid.columns > 2 && n % grid.columns && n % (grid.columns + 1) == 0)
		grid.columns++;
	grid.rows = (n + grid.columns - 1) / grid.columns;
	grid.width_px = 2 * MARGIN + grid.columns * (sheet->tile_width_px + GAP) - GAP;
	grid.height_px = HEADING + MARGIN + grid.rows * step - GAP;
	return grid;
}

static void draw_tile(
	const struct sheet *sheet, uint32_t picture, struct image *paper, uint32_t x, uint32_t y)
{
	const struct tile *tile = &sheet->tiles[picture];
	char note[40];
	snprintf(note, sizeof(note), "%llu frame%s", (unsigned long long)tile->frames,
		tile->frames == 1 ? "" : "s");
	image_place(&tile->thumbnail, paper, x, y);
	y += sheet->tile_height_px + 10;
	uint32_t note_width = writing_width(&note_ink, note);
	uint32_t room = sheet->tile_width_px;
	if (room >= 288) { /* smaller tiles have room for the name only */
		writing_draw(paper, &note_ink, x + room - note_width, y, note_width, note);
		room -= note_width + 16;
	}
	writing_draw(paper, &name_ink, x, y, room, pictures_name(sheet->pictures->paths[picture]));
}

static void draw(const struct sheet *sheet, const struct grid *grid, struct image *paper)
{
	char note[100];
	uint32_t at = 0;
	image_fill(paper, BACKDROP, BACKDROP, BACKDROP);
	snprintf(note, sizeof(note), "%u pictures in %llu frames, drawn from shared surfaces",
		count_seen(sheet), (unsigned long long)sheet->frames);
	writing_draw(paper, &title_ink, MARGIN, 34, paper->width_px - 2 * MARGIN, "crossfence");
	uint32_t left = MARGIN + writing_width(&title_ink, "crossfence") + 24;
	writing_draw(paper, &note_ink, left, 41, paper->width_px - MARGIN - left, note);
	for (uint32_t i = 0; i < sheet->pictures->count; i++) {
		if (!sheet->tiles[i].thumbnail.rgba)
			continue;
		uint32_t column = at % grid->columns, row = at / grid->columns;
		draw_tile(sheet, i, paper, MARGIN + column * (sheet->tile_width_px + GAP),
			HEADING + row * (sheet->tile_height_px + CAPTION + GAP));
		at++;
	}
}

static int write_png(const struct image *paper, const char *path)
{
	png_image png = { .version = PNG_IMAGE_VERSION,
		.width = paper->width_px,
		.height = paper->height_px,
		.format = PNG_FORMAT_RGBA };
	errno = 0;
	if (png_image_write_to_file(&png, path, 0, paper->rgba, 0, NULL))
		return 0;
	return errno ? -errno : -EIO;
}

int sheet_write(const struct sheet *sheet, const char *path)
{
	struct grid grid = make_grid(sheet, count_seen(sheet));
	struct image paper;
	int r = image_init(&paper, grid.width_px, grid.height_px);
	if (!r) {
		draw(sheet, &grid, &paper);
		r = write_png(&paper, path);
	}
	image_finish(&paper);
	return r;
}
