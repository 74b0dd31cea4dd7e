/* SPDX-License-Identifier: MIT */
/* What GST_DEBUG calls us: "crossfence". */
#ifndef XF_GST_CATEGORY_H
#define XF_GST_CATEGORY_H

#include <gst/gst.h>

extern GstDebugCategory *category;
#define GST_CAT_DEFAULT category

void category_init(void);

#endif
