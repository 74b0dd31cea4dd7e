/* SPDX-License-Identifier: MIT */
/* xfsink: what comes in becomes the frames of a stream that others read. */
#ifndef XF_GST_SINK_H
#define XF_GST_SINK_H

#include <gst/base/gstbasesink.h>

G_DECLARE_FINAL_TYPE(GstXfSink, gst_xf_sink, GST, XF_SINK, GstBaseSink)

#endif
