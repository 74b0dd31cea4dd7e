/* SPDX-License-Identifier: MIT */
/* What a buffer says beside its bytes, as a frame's info: times of xfsink's pipeline, and metas. */
#ifndef XF_GST_DESCRIBE_H
#define XF_GST_DESCRIBE_H

#include <gst/base/gstbasesink.h>

#include "format.h"

/*
 * All of `ret_info`, for a buffer that came to `sink`; `picture` is what its caps say, and `format`
 * is the frame's own. FALSE: a meta had to be left out.
 */
gboolean describe_frame(GstBaseSink *sink, GstBuffer *buffer, const struct picture *picture,
	const struct xf_stream_format *format, struct xf_frame_info *ret_info);

#endif
