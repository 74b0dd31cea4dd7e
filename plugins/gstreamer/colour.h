/* SPDX-License-Identifier: MIT */
/* Colours as GStreamer and as H.273 have them. */
#ifndef XF_GST_COLOUR_H
#define XF_GST_COLOUR_H

#include <gst/video/video.h>

#include <crossfence/stream.h>

void colour_from_gst(struct xf_colorimetry *to, const GstVideoInfo *info);

/* What is not said stays as GStreamer assumes it for the format and size. */
void colour_to_gst(GstVideoInfo *info, const struct xf_colorimetry *from);

#endif
