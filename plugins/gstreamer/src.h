/* SPDX-License-Identifier: MIT */
/* xfsrc: the frames of a stream, whoever produces them, as buffers. */
#ifndef XF_GST_SRC_H
#define XF_GST_SRC_H

#include <gst/base/gstpushsrc.h>

G_DECLARE_FINAL_TYPE(GstXfSrc, gst_xf_src, GST, XF_SRC, GstPushSrc)

#endif
