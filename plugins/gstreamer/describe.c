/* SPDX-License-Identifier: MIT */
#include "describe.h"

#include "meta.h"
#include "when.h"

/* Of segments in bytes, for example, there is none. */
static GstClockTime running_time(GstBaseSink *sink, GstClockTime time)
{
	const GstSegment *segment = &sink->segment;
	return segment->format == GST_FORMAT_TIME
		       ? gst_segment_to_running_time(segment, GST_FORMAT_TIME, time)
		       : GST_CLOCK_TIME_NONE;
}

static void tell_times(
	GstBaseSink *sink, struct delay *delay, GstBuffer *buffer, struct xf_frame_info *info)
{
	GstClockTime pts = running_time(sink, GST_BUFFER_PTS(buffer));
	GstClockTime dts = running_time(sink, GST_BUFFER_DTS(buffer));
	struct when when = { FALSE, 0 };
	if (GST_CLOCK_TIME_IS_VALID(pts) || GST_CLOCK_TIME_IS_VALID(dts)) {
		when = when_look(GST_ELEMENT_CAST(sink));
		when_add(&when, delay_now(delay, sink));
	}
	info->pts_ns = when_to_monotonic(&when, pts);
	info->dts_ns = when_to_monotonic(&when, dts);
	info->duration_ns =
		GST_BUFFER_DURATION_IS_VALID(buffer) ? GST_BUFFER_DURATION(buffer) : XF_NO_TIME;
}

gboolean describe_frame(GstBaseSink *sink, struct delay *delay, GstBuffer *buffer,
	const struct picture *picture, struct xf_frame_info *ret_info)
{
	ret_info->size = sizeof(*ret_info);
	ret_info->fence = 0;
	ret_info->producer = 0;
	tell_times(sink, delay, buffer, ret_info);
	return meta_to_info(buffer, picture, ret_info);
}
