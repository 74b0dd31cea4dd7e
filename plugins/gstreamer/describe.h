/* SPDX-License-Identifier: MIT */
/* What a buffer says beside its bytes, as a frame's info: when it is due in xfsink's pipeline, and
 * metas. */
#ifndef XF_GST_DESCRIBE_H
#define XF_GST_DESCRIBE_H

#include <gst/base/gstbasesink.h>

#include "delay.h"
#include "format.h"

/*
 * All of `ret_info`, for a buffer that came to `sink` and is in a frame as `picture` says. FALSE: a
 * meta had to be left out.
 */
gboolean describe_frame(GstBaseSink *sink, struct delay *delay, GstBuffer *buffer,
	const struct picture *picture, struct xf_frame_info *ret_info);

#endif
