/* SPDX-License-Identifier: MIT */
#include "bytes.h"

#include <stdio.h>
#include <string.h>

#define ROW 4096 /* xfsink's */

/* Whatever somebody else wrote: only what can be read is shown. */
static void copy_readable(char caps[BYTES_CAPS], const char *text, size_t size)
{
	size_t n = size < BYTES_CAPS - 4 ? size : BYTES_CAPS - 4;
	for (size_t i = 0; i < n; i++)
		caps[i] = text[i];
	for (size_t i = 0; i < n; i++)
		if (caps[i] < ' ' || caps[i] > '~')
			caps[i] = '?';
	strcpy(caps + n, n < size ? "..." : "");
}

/* What follows "gst LEFT,TOP "; NULL: another kind of producer. */
static const char *text_of(const struct xf_stream_format *format, size_t *ret_size)
{
	const char *blob = format->blob, *at = blob;
	const char *end = blob ? blob + format->blob_size : NULL;
	if (!blob || format->blob_size < 4 || memcmp(blob, "gst ", 4) != 0)
		return NULL;
	at = memchr(blob + 4, ' ', (size_t)(end - blob) - 4);
	if (!at)
		return NULL;
	*ret_size = (size_t)(end - at) - 1;
	return at + 1;
}

bool bytes_are(const struct xf_stream_format *format, char caps[BYTES_CAPS])
{
	static const char RAW_VIDEO[] = "video/x-raw";
	size_t size, known = sizeof(RAW_VIDEO) - 1;
	const struct xf_surface_desc *desc = format->desc;
	const char *text = text_of(format, &size);
	/* Such rows are what no picture is sent as, but for grey ones of that width. */
	if (!text || desc->fourcc != XF_FORMAT_R8 || desc->width_px != ROW)
		return false;
	if (size > known && memcmp(text, RAW_VIDEO, known) == 0 && memmem(text, size, "GRAY8", 5))
		return false;
	if (size && *text == '@')
		snprintf(caps, BYTES_CAPS, "of a kind whose description is too long for a line");
	else
		copy_readable(caps, text, size);
	return true;
}

size_t bytes_meant(const struct xf_frame *frame)
{
	const struct xf_frame_info *info = frame->info;
	const struct xf_surface_desc *desc = frame->format->desc;
	size_t room = (size_t)desc->planes[0].stride_bytes * (desc->height_px - 1) + desc->width_px;
	uint64_t meant = 0;
	if (info->data_size < 12 || info->data_size > sizeof(info->data) ||
		memcmp(info->data, "GX02", 4) != 0)
		return room;
	for (int i = 7; i >= 0; i--)
		meant = meant << 8 | info->data[4 + i];
	return meant < room ? meant : room;
}
