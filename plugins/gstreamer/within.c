/* SPDX-License-Identifier: MIT */
#include "within.h"

#include "rows.h"

/* That are copied; of formats whose pixels have no step it is the whole row. */
static gint64 bytes_of_row(const GstVideoInfo *info, guint plane, gint64 stride)
{
	gint64 bytes = (gint64)rows_bytes(info, plane);
	return bytes ? bytes : ABS(stride);
}

/* In one piece of memory, since that is what is mapped. A stride below 0 leads backwards. */
static gboolean plane_is_within(
	GstBuffer *buffer, const GstVideoMeta *meta, const GstVideoInfo *info, guint plane)
{
	guint index, length;
	gsize skip;
	gint64 stride = meta->stride[plane], row = bytes_of_row(info, plane, stride);
	if (meta->offset[plane] >= gst_buffer_get_size(buffer) || ABS(stride) < row ||
		!gst_buffer_find_memory(buffer, meta->offset[plane], 1, &index, &length, &skip))
		return FALSE;
	gint64 to_last = (GST_VIDEO_INFO_COMP_HEIGHT(info, plane) - 1) * stride;
	gint64 first = (gint64)skip + MIN(to_last, 0);
	gint64 end = (gint64)skip + MAX(to_last, 0) + row;
	return first >= 0 && end <= (gint64)gst_buffer_peek_memory(buffer, index)->size;
}

gboolean within_buffer(GstBuffer *buffer, const GstVideoInfo *info)
{
	const GstVideoMeta *meta = gst_buffer_get_video_meta(buffer);
	if (!meta)
		return TRUE; /* the size is looked at then */
	gboolean is = meta->format == GST_VIDEO_INFO_FORMAT(info) &&
		      meta->n_planes == GST_VIDEO_INFO_N_PLANES(info) &&
		      meta->width >= (guint)GST_VIDEO_INFO_WIDTH(info) &&
		      meta->height >= (guint)GST_VIDEO_INFO_HEIGHT(info);
	for (guint i = 0; is && i < meta->n_planes; i++)
		is = plane_is_within(buffer, meta, info, i);
	return is;
}
