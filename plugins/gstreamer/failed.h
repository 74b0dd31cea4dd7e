/* SPDX-License-Identifier: MIT */
/*
 * Whether a pipeline has told of an error. Sources that fail, and those behind which something
 * fails, send an end of stream after that like any other: so for a sink what was shown until then
 * looks complete.
 */
#ifndef XF_GST_FAILED_H
#define XF_GST_FAILED_H

#include <gst/gst.h>

struct failed {
	GstElement *element; /* which this is part of */
	GstBus *bus; /* of the whole pipeline; NULL: none, and nothing is heard */
	gulong handler;
	gint told; /* atomic: an error came, which whoever handles messages did not keep back */
};

void failed_start(struct failed *failed, GstElement *element);
void failed_stop(struct failed *failed);

#endif
