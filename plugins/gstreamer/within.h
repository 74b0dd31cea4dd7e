/* SPDX-License-Identifier: MIT */
/* GStreamer maps where a video meta says that planes lie, and looks at their first byte only. */
#ifndef XF_GST_WITHIN_H
#define XF_GST_WITHIN_H

#include <gst/video/video.h>

/* Whether a picture as `info` says can be read from `buffer`, wherever its video meta leads. */
gboolean within_buffer(GstBuffer *buffer, const GstVideoInfo *info);

#endif
