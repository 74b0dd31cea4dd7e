/* SPDX-License-Identifier: MIT */
#include "fill.h"

#include "memory.h"
#include "pool.h"
#include "rows.h"
#include "within.h"

#include <errno.h>

GstMemory *fill_not_needed(GstBuffer *buffer, struct link *link, struct format *format)
{
	/* Whoever keeps the buffer could look at the next picture in it. */
	if (!format->picture.is || gst_buffer_n_memory(buffer) != 1 ||
		!gst_buffer_is_writable(buffer))
		return NULL;
	GstMemory *memory = gst_buffer_peek_memory(buffer, 0);
	if (!memory_is_publishable(memory, link))
		return NULL;
	const struct xf_stream_format *its = memory_frame(memory)->format;
	const struct placement *placement = format_placement(format, its);
	if (!placement->same || !placement->fits ||
		!pool_is_described(buffer, its->desc, &placement->picture))
		return NULL;
	return gst_memory_ref(memory);
}

gboolean fill_picture(GstBuffer *buffer, const struct placement *there,
	const struct xf_frame *frame, GstMemory *to)
{
	GstVideoFrame target;
	const GstVideoInfo *info = &there->picture.info;
	if (!there->fits)
		return FALSE;
	GstBuffer *wrapped = gst_buffer_new();
	gst_buffer_append_memory(wrapped, gst_memory_ref(to));
	pool_describe(wrapped, frame->format->desc, &there->picture);
	gboolean done = gst_video_frame_map(&target, info, wrapped, GST_MAP_WRITE);
	if (done) {
		done = within_buffer(buffer, info) && rows_copy(&target, info, buffer);
		gst_video_frame_unmap(&target);
	}
	gst_buffer_unref(wrapped);
	return done;
}

int fill_bytes(GstBuffer *buffer, const struct xf_frame *frame, gsize room)
{
	void *data;
	gsize size = gst_buffer_get_size(buffer);
	if (size > room)
		return -EINVAL;
	int r = xf_surface_begin(frame->surface, XF_ACCESS_WRITE, &data);
	if (r)
		return r;
	gboolean done = gst_buffer_extract(buffer, 0, data, size) == size;
	xf_surface_end(frame->surface);
	return done ? 0 : -EINVAL;
}
