/* SPDX-License-Identifier: MIT */
/*
 * A grid of equal cards, of the grey that also surrounds pictures which are not 16:9, so that only
 * the pictures themselves stand out. Cards get smaller when there are many.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "scale.h"
#include "sheet.h"
#include "stamp.h"
#include "writing.h"

#define GAP	24 /* between cards */
#define MARGIN	40
#define HEADING 92 /* height of what is above the cards */
#define TITLE	58 /* baseline in it */
#define CAPTION 46 /* height of the strip below a picture */
#define LINE	30 /* baseline in it */
#define INSET	14 /* of the writing in it, from both sides */
#define DESK	12 /* grey below the cards */

static const struct ink title_ink = { 34, { 236, 236, 240 } };
static const struct ink name_ink = { 19, { 214, 214, 220 } };
static const struct ink note_ink = { 19, { 140, 142, 152 } };

/* In shared memory: this, then the thumbnails, one after the other. */
struct tile {
	uint64_t frames;
	uint64_t drawn; /* last of all: the pixels are there */
	uint64_t checksum; /* of the frame, where sheet_put() drew */
	uint64_t reserved;
};

struct sheet {
	const struct pictures *pictures;
	uint32_t tile_width_px, tile_height_px;
	struct tile *tiles; /* [picture] */
	uint8_t *thumbnails;
};

static uint32_t tile_width(uint32_t n_pictures)
{
	return n_pictures <= 30 ? 384 : n_pictures <= 120 ? 288 : 192;
}

static size_t thumbnail_bytes(uint32_t width_px)
{
	return (size_t)width_px * (width_px * 9 / 16) * 4;
}

size_t sheet_size_bytes(uint32_t n_pictures)
{
	return n_pictures * (sizeof(struct tile) + thumbnail_bytes(tile_width(n_pictures)));
}

int sheet_create(const struct pictures *pictures, void *memory, struct sheet **ret_sheet)
{
	struct sheet *sheet = calloc(1, sizeof(*sheet));
	if (!sheet)
		return -ENOMEM;
	sheet->pictures = pictures;
	sheet->tile_width_px = tile_width(pictures->count);
	sheet->tile_height_px = sheet->tile_width_px * 9 / 16;
	sheet->tiles = memory;
	sheet->thumbnails = (uint8_t *)(sheet->tiles + pictures->count);
	*ret_sheet = sheet;
	return 0;
}

void sheet_destroy(struct sheet *sheet)
{
	free(sheet);
}

static struct image thumbnail(const struct sheet *sheet, uint32_t picture)
{
	return (struct image){ sheet->tile_width_px, sheet->tile_height_px,
		(size_t)sheet->tile_width_px * 4,
		sheet->thumbnails + picture * thumbnail_bytes(sheet->tile_width_px) };
}

static void set_drawn(struct tile *tile)
{
	__atomic_store_n(&tile->drawn, 1, __ATOMIC_RELEASE);
}

int sheet_add(struct sheet *sheet, uint32_t picture, void *data)
{
	const struct image frame = { FRAME_WIDTH_PX, FRAME_HEIGHT_PX, FRAME_STRIDE,
		stamp_pixels(data) };
	if (picture >= sheet->pictures->count)
		return 0;
	struct tile *tile = &sheet->tiles[picture];
	struct image small = thumbnail(sheet, picture);
	int r = tile->drawn ? 0 : image_scale(&frame, &small);
	if (r)
		return r;
	set_drawn(tile);
	tile->frames++;
	return 0;
}

void sheet_part_size(const struct sheet *sheet, uint32_t *ret_width_px, uint32_t *ret_height_px)
{
	*ret_width_px = sheet->tile_width_px;
	*ret_height_px = sheet->tile_height_px;
}

bool sheet_lacks(const struct sheet *sheet, uint32_t picture)
{
	return picture < sheet->pictures->count && !sheet->tiles[picture].drawn;
}

void sheet_put(struct sheet *sheet, uint32_t picture, const uint8_t *rgba, uint64_t checksum)
{
	if (picture >= sheet->pictures->count)
		return;
	struct tile *tile = &sheet->tiles[picture];
	if (rgba) {
		memcpy(thumbnail(sheet, picture).rgba, rgba, thumbnail_bytes(sheet->tile_width_px));
		tile->checksum = checksum;
		set_drawn(tile);
	}
	tile->frames++;
}

static uint32_t greatest_difference(const struct image *one, const struct image *other)
{
	uint32_t greatest = 0;
	for (size_t i = 0; i < one->stride_bytes * one->height_px; i++) {
		uint32_t difference = (uint32_t)abs(one->rgba[i] - other->rgba[i]);
		greatest = difference > greatest ? difference : greatest;
	}
	return greatest;
}

int sheet_compare(const struct sheet *sheet, uint32_t picture, const struct image *frame,
	uint32_t *ret_difference, uint64_t *ret_checksum)
{
	struct image small;
	if (picture >= sheet->pictures->count || !sheet->tiles[picture].drawn)
		return -ENOENT;
	const struct image drawn = thumbnail(sheet, picture);
	int r = image_init(&small, sheet->tile_width_px, sheet->tile_height_px);
	if (!r)
		r = image_scale(frame, &small);
	if (!r) {
		*ret_difference = greatest_difference(&small, &drawn);
		*ret_checksum = sheet->tiles[picture].checksum;
	}
	image_finish(&small);
	return r;
}

static uint32_t count_seen(const struct sheet *sheet)
{
	uint32_t seen = 0;
	for (uint32_t i = 0; i < sheet->pictures->count; i++)
		seen += sheet->tiles[i].drawn != 0;
	return seen;
}

struct grid {
	uint32_t columns, rows;
	uint32_t width_px, height_px; /* of the whole sheet */
};

/* About 4:3, and no lonely last row where one column more avoids it. */
static struct grid make_grid(const struct sheet *sheet, uint32_t n)
{
	struct grid grid;
	uint32_t across = sheet->tile_width_px + GAP, down = sheet->tile_height_px + CAPTION + GAP;
	grid.columns = (uint32_t)lrint(sqrt(n * 4.0 / 3.0 * down / across));
	if (grid.columns < 2)
		grid.columns = 2;
	if (grid.columns > 2 && n % grid.columns && n % (grid.columns + 1) == 0)
		grid.columns++;
	grid.rows = (n + grid.columns - 1) / grid.columns;
	grid.width_px = 2 * MARGIN + grid.columns * across - GAP;
	grid.height_px = HEADING + MARGIN + grid.rows * down - GAP;
	return grid;
}

static void draw_card(const struct sheet *sheet, struct writing *writing, uint32_t picture,
	struct image *paper, uint32_t x, uint32_t y)
{
	const struct tile *tile = &sheet->tiles[picture];
	const struct image small = thumbnail(sheet, picture);
	const char *name = pictures_name(sheet->pictures->paths[picture]);
	struct image card = { sheet->tile_width_px, sheet->tile_height_px + CAPTION,
		paper->stride_bytes, image_row(paper, y) + (size_t)x * 4 };
	uint32_t room = card.width_px - 2 * INSET, line = sheet->tile_height_px + LINE;
	char note[40];
	image_fill(&card, FRAME_BACKDROP, FRAME_BACKDROP, FRAME_BACKDROP);
	image_place(&small, &card, 0, 0);
	snprintf(note, sizeof(note), "%" PRIu64 " frame%s", tile->frames,
		tile->frames == 1 ? "" : "s");
	if (card.width_px >= 288) { /* smaller cards have room for the name only */
		uint32_t width = writing_width(writing, &note_ink, note);
		writing_draw(writing, &card, &note_ink, INSET + room - width, line, width, note);
		room -= width + INSET;
	}
	writing_draw(writing, &card, &name_ink, INSET, line, room, name);
}

static void draw_heading(const struct sheet *sheet, struct writing *writing, struct image *paper)
{
	static const char name[] = "crossfence";
	uint32_t left = MARGIN + writing_width(writing, &title_ink, name) + INSET * 2;
	uint64_t frames = 0;
	char note[100];
	for (uint32_t i = 0; i < sheet->pictures->count; i++)
		frames += sheet->tiles[i].frames;
	uint32_t seen = count_seen(sheet);
	snprintf(note, sizeof(note), "%u picture%s in %" PRIu64 " frame%s, seen in shared surfaces",
		seen, seen == 1 ? "" : "s", frames, frames == 1 ? "" : "s");
	writing_draw(writing, paper, &title_ink, MARGIN, TITLE, paper->width_px - 2 * MARGIN, name);
	writing_draw(writing, paper, &note_ink, left, TITLE, paper->width_px - MARGIN - left, note);
}

static void draw(const struct sheet *sheet, const struct grid *grid, struct image *paper)
{
	uint32_t at = 0;
	struct writing *writing = NULL;
	(void)writing_open(&writing); /* pictures without words are better than none */
	image_fill(paper, DESK, DESK, DESK);
	draw_heading(sheet, writing, paper);
	for (uint32_t i = 0; i < sheet->pictures->count; i++) {
		if (!sheet->tiles[i].drawn)
			continue;
		uint32_t column = at % grid->columns, row = at / grid->columns;
		draw_card(sheet, writing, i, paper, MARGIN + column * (sheet->tile_width_px + GAP),
			HEADING + row * (sheet->tile_height_px + CAPTION + GAP));
		at++;
	}
	writing_close(writing);
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
