/* SPDX-License-Identifier: MIT */
/* The bytes of a picture's rows that are pixels: not what lies between the rows. */
#ifndef XF_GST_ROWS_H
#define XF_GST_ROWS_H

#include <gst/video/video.h>

/*
 * Of one row of a plane; 0: its pixels have no step. gst_video_frame_copy() leaves out the last
 * pixel's chroma where pixels share that in one plane (YUY2 of odd width).
 */
gsize rows_bytes(const GstVideoInfo *info, guint plane);

/* Whether a picture of `size` bytes, as GStreamer lays it out, has any that are no pixels. */
gboolean rows_have_gaps(const GstVideoInfo *info, gsize size);

/* Copies the pixels in `from` to where `target` has them. FALSE: they cannot be read. */
gboolean rows_copy(GstVideoFrame *target, const GstVideoInfo *info, GstBuffer *from);

#endif
