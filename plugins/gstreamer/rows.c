/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include <string.h>

gsize rows_bytes(const GstVideoInfo *info, guint plane)
{
	gsize bytes = 0;
	for (guint c = 0; c < GST_VIDEO_INFO_N_COMPONENTS(info); c++)
		if ((guint)GST_VIDEO_INFO_COMP_PLANE(info, c) == plane)
			bytes = MAX(bytes, (gsize)GST_VIDEO_INFO_COMP_WIDTH(info, c) *
						   (gsize)GST_VIDEO_INFO_COMP_PSTRIDE(info, c));
	return bytes;
}

/* All components of a plane have as many. */
static gint rows_of(const GstVideoInfo *info, guint plane)
{
	gint comp[GST_VIDEO_MAX_COMPONENTS];
	gst_video_format_info_component(info->finfo, plane, comp);
	return GST_VIDEO_INFO_COMP_HEIGHT(info, comp[0]);
}

gboolean rows_have_gaps(const GstVideoInfo *info, gsize size)
{
	gsize pixels = 0;
	for (guint i = 0; i < GST_VIDEO_INFO_N_PLANES(info); i++)
		pixels += rows_bytes(info, i) * (gsize)rows_of(info, i);
	return pixels != size;
}

/* A stride below 0 leads backwards. */
static void copy_plane(const GstVideoFrame *to, const GstVideoFrame *from, guint plane)
{
	gint there = GST_VIDEO_FRAME_PLANE_STRIDE(to, plane);
	gint here = GST_VIDEO_FRAME_PLANE_STRIDE(from, plane);
	gsize bytes = MIN(rows_bytes(&to->info, plane), (gsize)MIN(ABS(there), ABS(here)));
	guint8 *target = GST_VIDEO_FRAME_PLANE_DATA(to, plane);
	const guint8 *source = GST_VIDEO_FRAME_PLANE_DATA(from, plane);
	for (gint y = 0; y < rows_of(&to->info, plane); y++)
		memcpy(target + (gssize)y * there, source + (gssize)y * here, bytes);
}

gboolean rows_copy(GstVideoFrame *target, const GstVideoInfo *info, GstBuffer *from)
{
	GstVideoFrame source;
	if (!gst_video_frame_map(&source, info, from, GST_MAP_READ))
		return FALSE;
	for (guint i = 0; i < GST_VIDEO_INFO_N_PLANES(info); i++)
		copy_plane(target, &source, i);
	gst_video_frame_unmap(&source);
	return TRUE;
}
