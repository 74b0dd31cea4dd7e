/* SPDX-License-Identifier: MIT */
/*
 * When a frame is to be shown: its times on the clock of the pipeline that reads it, which has none
 * before 0. Frames may be of before: of a producer who waited for this reader, or of a moment ago.
 * A live reader that wants each shows all so much later that they fit; one that wants the latest
 * leaves those out. Readers that are not live begin with their first frame.
 */
#ifndef XF_GST_TIMES_H
#define XF_GST_TIMES_H

#include <gst/gst.h>

#include <crossfence/stream.h>

#include "origin.h"

/* Of a stream that is not GStreamer's only the distances mean something. */
struct times {
	gboolean ours; /* it is, and its times are CLOCK_MONOTONIC's */
	gboolean live, every; /* what the reader is */
	gboolean picture, sound; /* what frames are: each of them can do without the one before */
	guint64 newest; /* the frame that was there before the reader */

	struct origin *origin; /* once agreed on */
	gint64 later; /* what is added to all times; not live: that are CLOCK_MONOTONIC's */
	gboolean shows; /* the frame that was there before, at 0 */
	GstClockTime end; /* of the last frame */
	GstClockTime first_pts,
		first_time; /* else: what its first picture said, and when it came */
};

struct frame_times {
	GstClockTime pts, dts, duration;
};

/* A new start; and when there is nothing to follow. */
void times_start(struct times *times);
void times_finish(struct times *times);

/*
 * By the clock and the base time of `element`. `anew`: nothing before it counts. FALSE: the frame
 * is to be left out, for its time is one that has passed already.
 */
gboolean times_of(struct times *times, GstElement *element, const struct xf_frame_info *info,
	gboolean anew, struct frame_times *ret_times);

#endif
