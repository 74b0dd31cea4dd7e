/* SPDX-License-Identifier: MIT */
#include "times.h"

#include "when.h"

void times_start(struct times *times)
{
	*times = (struct times){ .first_pts = GST_CLOCK_TIME_NONE };
}

static GstClockTime time_of(
	struct times *times, const struct when *when, uint64_t time_ns, gboolean discontinuous)
{
	if (times->ours)
		return when_from_monotonic(when, time_ns);
	GstClockTime now = when_from_monotonic(when, (GstClockTime)xf_now());
	if (time_ns > G_MAXINT64) /* none, or none that could be */
		return now;
	if (!GST_CLOCK_TIME_IS_VALID(now))
		return time_ns;
	if (discontinuous || !GST_CLOCK_TIME_IS_VALID(times->first_pts) ||
		time_ns < times->first_pts || time_ns - times->first_pts > WHEN_FAR) {
		times->first_pts = time_ns;
		times->first_time = now;
	}
	return times->first_time + (time_ns - times->first_pts);
}

struct frame_times times_of(
	struct times *times, GstElement *element, const struct xf_frame_info *info)
{
	struct when when = { FALSE, 0 };
	if (!times->ours || info->pts_ns != XF_NO_TIME || info->dts_ns != XF_NO_TIME)
		when = when_look(element);
	return (struct frame_times){
		.pts = time_of(times, &when, info->pts_ns, info->flags & XF_FRAME_DISCONT),
		.dts = times->ours ? when_from_monotonic(&when, info->dts_ns) : GST_CLOCK_TIME_NONE,
		.duration = info->duration_ns > WHEN_FAR ? GST_CLOCK_TIME_NONE : info->duration_ns,
	};
}
