/* SPDX-License-Identifier: MIT */
#include "times.h"

#include "when.h"

#define NEAR	 (100 * (gint64)GST_MSECOND) /* streams that go together begin so near each other */
#define SOON	 GST_SECOND /* what ends later than that from now was a lie */
#define A_MOMENT GST_MSECOND /* clocks are not compared more exactly; and two frames apart */

void times_start(struct times *times)
{
	times_finish(times);
	*times = (struct times){ .first_pts = GST_CLOCK_TIME_NONE };
}

void times_finish(struct times *times)
{
	origin_leave(&times->origin);
}

static GstClockTime not_before_0(GstClockTimeDiff time)
{
	return GST_CLOCK_STIME_IS_VALID(time) ? (GstClockTime)MAX(time, 0) : GST_CLOCK_TIME_NONE;
}

static GstClockTimeDiff earlier(GstClockTimeDiff a, GstClockTimeDiff b)
{
	if (!GST_CLOCK_STIME_IS_VALID(a))
		return b;
	return GST_CLOCK_STIME_IS_VALID(b) ? MIN(a, b) : a;
}

static GstClockTimeDiff plus(GstClockTimeDiff time, gint64 more)
{
	GstClockTimeDiff sum;
	if (!GST_CLOCK_STIME_IS_VALID(time) || __builtin_add_overflow(time, more, &sum))
		return GST_CLOCK_STIME_NONE;
	return sum;
}

static gboolean plays(GstElement *element)
{
	GST_OBJECT_LOCK(element);
	gboolean playing = GST_STATE(element) == GST_STATE_PLAYING;
	GST_OBJECT_UNLOCK(element);
	return playing;
}

/* ---- streams of others ---- */

/* Who is not live has no clock until its first frame is there, and needs none. */
static GstClockTime time_of(
	struct times *times, const struct when *when, const struct xf_frame_info *info)
{
	uint64_t time_ns = info->pts_ns;
	GstClockTime now = times->live ? not_before_0(when_from_monotonic(when, (guint64)xf_now()))
				       : times->end;
	if (time_ns > G_MAXINT64) /* none, or none that could be */
		return now;
	if (!GST_CLOCK_TIME_IS_VALID(now))
		return time_ns;
	if (info->flags & XF_FRAME_DISCONT || !GST_CLOCK_TIME_IS_VALID(times->first_pts) ||
		time_ns < times->first_pts || time_ns - times->first_pts > WHEN_FAR) {
		times->first_pts = time_ns;
		times->first_time = now;
	}
	return times->first_time + (time_ns - times->first_pts);
}

/* ---- GStreamer's ---- */

static GstClockTimeDiff given(const struct times *times, const struct when *when, guint64 monotonic)
{
	if (times->live)
		return when_from_monotonic(when, monotonic);
	return when_can_be(monotonic) ? (GstClockTimeDiff)monotonic : GST_CLOCK_STIME_NONE;
}

/* So that `first` is not before 0, if it should not be left out. */
static gint64 wanted(const struct times *times, GstElement *element, const struct when *when,
	GstClockTimeDiff first)
{
	if (!times->live && when->known && plays(element))
		first = MIN(first, when->offset);
	first = MAX(first, -(gint64)WHEN_FAR); /* base times are set by whom it may be */
	if (!times->live)
		return -first;
	if (!times->every || first > 0)
		return 0;
	/* What runs already goes on in sync with whoever else shows it. */
	if ((times->picture || times->sound) && times->newest && first > -NEAR)
		return 0;
	return -first + (times->shows ? (gint64)A_MOMENT : 0);
}

/* A stream that begins at another time altogether does not go together with the others. */
static void agree(
	struct times *times, GstElement *element, const struct when *when, GstClockTimeDiff first)
{
	if (!GST_CLOCK_STIME_IS_VALID(first))
		return;
	gint64 later = wanted(times, element, when, first);
	times->later = origin_agree(&times->origin, element, times->live, later);
	if (later - times->later > NEAR)
		times->later = later;
}

/* Sound and pictures that would have to be heard and seen before, or beside the ones before. */
static gboolean is_over(
	const struct times *times, const struct when *when, GstClockTimeDiff pts, gboolean anew)
{
	if (!GST_CLOCK_STIME_IS_VALID(pts) || (!times->picture && !times->sound))
		return FALSE;
	if (!times->origin && times->live)
		return times->sound && pts < 0;
	if (times->shows)
		return pts < (gint64)A_MOMENT;
	if (pts < -(gint64)A_MOMENT && (anew || !times->every))
		return TRUE;
	GstClockTimeDiff now = when_from_monotonic(when, (guint64)xf_now());
	return times->live && anew && GST_CLOCK_STIME_IS_VALID(now) &&
	       times->end < not_before_0(now) + SOON && pts < (gint64)times->end - (gint64)A_MOMENT;
}

static gboolean times_of_ours(struct times *times, GstElement *element, const struct when *when,
	const struct xf_frame_info *info, gboolean anew, struct frame_times *ret_times)
{
	GstClockTimeDiff pts = given(times, when, info->pts_ns),
			 dts = given(times, when, info->dts_ns);
	gboolean was_there = times->live && info->sequence <= times->newest;
	if (!times->origin && !was_there)
		agree(times, element, when, earlier(pts, dts));
	pts = plus(pts, times->later);
	if (is_over(times, when, pts, anew))
		return FALSE;
	times->shows = was_there && GST_CLOCK_STIME_IS_VALID(pts) && pts < 0;
	if (times->shows) /* until the next one */
		ret_times->duration = GST_CLOCK_TIME_NONE;
	ret_times->pts = not_before_0(pts);
	ret_times->dts = not_before_0(plus(dts, times->later));
	if (GST_CLOCK_TIME_IS_VALID(ret_times->dts))
		ret_times->dts = MIN(ret_times->dts, ret_times->pts);
	return TRUE;
}

gboolean times_of(struct times *times, GstElement *element, const struct xf_frame_info *info,
	gboolean anew, struct frame_times *ret_times)
{
	struct when when = { FALSE, 0 };
	if (!times->ours || info->pts_ns != XF_NO_TIME || info->dts_ns != XF_NO_TIME)
		when = when_look(element);
	*ret_times = (struct frame_times){ .dts = GST_CLOCK_TIME_NONE,
		.duration =
			info->duration_ns > WHEN_FAR ? GST_CLOCK_TIME_NONE : info->duration_ns };
	if (!times->ours)
		ret_times->pts = time_of(times, &when, info);
	else if (!times_of_ours(times, element, &when, info, anew, ret_times))
		return FALSE;
	if (GST_CLOCK_TIME_IS_VALID(ret_times->pts))
		times->end =
			ret_times->pts +
			(GST_CLOCK_TIME_IS_VALID(ret_times->duration) ? ret_times->duration : 0);
	return TRUE;
}
