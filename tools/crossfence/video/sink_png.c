/* SPDX-License-Identifier: MIT */
/* Written under another name first: who looks into the folder sees whole pictures only. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <png.h>

#include "colour.h"
#include "exit_status.h"
#include "complain.h"
#include "sink_png.h"
#include "text.h"

#define PATH_MAX_HERE 4200

static const char *folder;

/* Ours is premultiplied, PNG's is not. */
static void store(const struct colour *colour, const uint8_t rgba[4], uint8_t *to)
{
	if (!colour->alpha) {
		memcpy(to, rgba, 3);
		return;
	}
	for (int i = 0; i < 3; i++) {
		unsigned straight = rgba[3] ? (rgba[i] * 255u + rgba[3] / 2) / rgba[3] : 0;
		to[i] = straight > 255 ? 255 : (uint8_t)straight;
	}
	to[3] = rgba[3];
}

static uint8_t *convert(const struct colour *colour)
{
	const struct xf_surface_desc *desc = colour->desc;
	size_t each = colour->alpha ? 4 : 3;
	uint8_t *pixels = malloc((size_t)desc->width_px * desc->height_px * each), *to = pixels;
	for (uint32_t y = 0; pixels && y < desc->height_px; y++)
		for (uint32_t x = 0; x < desc->width_px; x++, to += each) {
			uint8_t rgba[4];
			colour_at(colour, x, y, rgba);
			store(colour, rgba, to);
		}
	return pixels;
}

static int write_file(const struct colour *colour, const uint8_t *pixels, const char *path)
{
	char unfinished[PATH_MAX_HERE + 8];
	png_image png = { .version = PNG_IMAGE_VERSION,
		.width = colour->desc->width_px,
		.height = colour->desc->height_px,
		.format = colour->alpha ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB };
	snprintf(unfinished, sizeof(unfinished), "%s.part", path);
	errno = 0;
	if (!png_image_write_to_file(&png, unfinished, 0, pixels, 0, NULL) ||
		rename(unfinished, path)) {
		int r = errno ? -errno : -EIO;
		remove(unfinished);
		return r;
	}
	return 0;
}

static int show(struct sink *sink, const struct xf_frame *frame, const void *data)
{
	struct colour colour;
	char path[PATH_MAX_HERE], fourcc[TEXT_SIZE];
	(void)sink;
	if (colour_init(&colour, frame->format, data))
		return complain(EXIT_FAILED, "how to make a picture of %s is not known here",
			text_fourcc(fourcc, frame->format->desc->fourcc));
	snprintf(path, sizeof(path), "%s/%08" PRIu64 ".png", folder, frame->info->sequence);
	uint8_t *pixels = convert(&colour);
	int r = pixels ? write_file(&colour, pixels, path) : -ENOMEM;
	free(pixels);
	return r ? complain(EXIT_FAILED, "%s: %s", path, strerror(-r)) : EXIT_DONE;
}

int sink_png_open(struct sink *sink, const char *path)
{
	*sink = (struct sink){ .show = show };
	folder = path;
	if (strlen(path) > 4096)
		return complain(EXIT_FAILED, "%s", strerror(ENAMETOOLONG));
	if (mkdir(path, 0777) && errno != EEXIST)
		return complain(EXIT_FAILED, "%s: %s", path, strerror(errno));
	return EXIT_DONE;
}
