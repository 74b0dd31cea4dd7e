/* SPDX-License-Identifier: MIT */
/* When a frame is to be shown: its times on the clock of the pipeline that reads it. */
#ifndef XF_GST_TIMES_H
#define XF_GST_TIMES_H

#include <gst/gst.h>

#include <crossfence/stream.h>

/* Of a stream that is not GStreamer's only the distances mean something. */
struct times {
	gboolean ours; /* it is, and its times are CLOCK_MONOTONIC's */
	GstClockTime first_pts,
		first_time; /* else: what its first picture said, and when it came */
};

struct frame_times {
	GstClockTime pts, dts, duration;
};

void times_start(struct times *times);

/* By the clock and the base time of `element`. */
struct frame_times times_of(
	struct times *times, GstElement *element, const struct xf_frame_info *info);

#endif
