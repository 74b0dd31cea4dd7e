/* SPDX-License-Identifier: MIT */
/*
 * What GST_DEBUG calls us: "crossfence"; whoever asks for one of the elements, "xfsink" or "xfsrc",
 * gets all of it. INFO: what becomes of the stream; DEBUG: what is lost, copied or waited for; LOG:
 * each frame.
 */
#ifndef XF_GST_CATEGORY_H
#define XF_GST_CATEGORY_H

#include <gst/gst.h>

extern GstDebugCategory *category;
#define GST_CAT_DEFAULT category

void category_init(void);

#endif
