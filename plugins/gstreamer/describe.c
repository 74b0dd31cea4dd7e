/* SPDX-License-Identifier: MIT */
#include "describe.h"

#include "meta.h"
#include "when.h"

/*
 * Of segments in bytes, for example, there is none. It is negative before the segment's start,
 * where the first packets of a film are decoded, and those that a seek into its middle needs.
 */
static GstClockTimeDiff running_time(GstBaseSink *sink, GstClockTime time)
{
	const GstSegment *segment = &sink->segment;
	guint64 distance;
	if (segment->format != GST_FORMAT_TIME || !GST_CLOCK_TIME_IS_VALID(time))
		return GST_CLOCK_STIME_NONE;
	gint sign = gst_segment_to_running_time_full(segment, GST_FORMAT_TIME, time, &distance);
	if (!sign || distance > G_MAXINT64)
		return GST_CLOCK_STIME_NONE;
	return sign * (GstClockTimeDiff)distance;
}

static void tell_times(
	GstBaseSink *sink, struct delay *delay, GstBuffer *buffer, struct xf_frame_info *info)
{
	GstClockTimeDiff pts = running_time(sink, GST_BUFFER_PTS(buffer));
	GstClockTimeDiff dts = running_time(sink, GST_BUFFER_DTS(buffer));
	struct when when = { FALSE, 0 };
	if (GST_CLOCK_STIME_IS_VALID(pts) || GST_CLOCK_STIME_IS_VALID(dts)) {
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
