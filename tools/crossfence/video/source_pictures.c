/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "complain.h"
#include "demo/decode.h"
#include "demo/image.h"
#include "demo/pictures.h"
#include "demo/scale.h"
#include "source_pictures.h"

#define BACKDROP 24 /* grey, around pictures of other proportions and behind transparent ones */

/* One per process, as of source_file.c. */
static struct {
	struct pictures pictures;
	struct source_request request;
	struct image image; /* the next one */
	uint32_t at; /* its successor */
	uint32_t refused; /* in a row */
	bool loop;
} show;

static int load(const char *path)
{
	struct image found = { 0 };
	char reason[REASON_MAX];
	bool fitted = show.request.width_px != 0;
	int r = image_load(path, fitted ? show.request.width_px : XF_SIZE_MAX_PX,
		fitted ? show.request.height_px : XF_SIZE_MAX_PX, BACKDROP, &found, reason);
	image_finish(&show.image);
	if (!r && fitted) {
		r = image_letterbox(&found, show.request.width_px, show.request.height_px, BACKDROP,
			&show.image);
		image_finish(&found);
	} else if (!r) {
		show.image = found;
	}
	if (r)
		complain(0, "skipped %s: %s", pictures_name(path),
			reason[0] ? reason : strerror(-r));
	return r;
}

static int next(struct source *source)
{
	do {
		if (show.at == show.pictures.count && !show.loop)
			return SOURCE_END;
		show.at %= show.pictures.count;
		if (show.refused == show.pictures.count)
			return source_fail(source, -ENODATA, "none of the pictures can be shown");
		show.refused++;
	} while (load(show.pictures.paths[show.at++]));
	show.refused = 0;
	struct source_request what = show.request;
	what.width_px = show.image.width_px;
	what.height_px = show.image.height_px;
	return source_set_format(source, &what);
}

static int fill(struct source *source, void *data)
{
	for (uint32_t y = 0; y < show.image.height_px; y++)
		memcpy((uint8_t *)data + (size_t)y * source->desc.planes[0].stride_bytes,
			image_row(&show.image, y), (size_t)show.image.width_px * 4);
	return 0;
}

static void finish(struct source *source)
{
	(void)source;
	image_finish(&show.image);
	pictures_finish(&show.pictures);
}

int source_pictures_open(
	struct source *source, char *const *paths, const struct source_request *request, bool loop)
{
	*source = (struct source){ .next = next, .fill = fill, .close = finish };
	show.request = *request;
	show.request.fourcc = XF_FORMAT_XBGR8888;
	show.loop = loop;
	for (; *paths; paths++) {
		int r = pictures_add(&show.pictures, *paths);
		if (r)
			return source_fail(source, r, "%s: %s", *paths, strerror(-r));
	}
	return show.pictures.count ? 0 : source_fail(source, -ENOENT, "there are no pictures");
}
