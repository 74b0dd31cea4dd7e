/* SPDX-License-Identifier: MIT */
#include "when.h"

#include <crossfence/result.h>

/* The two clocks are read one after the other: between two looks at the one. */
static gint64 measure_once(GstClock *clock, gint64 *ret_took)
{
	gint64 before = xf_now(), there = (gint64)gst_clock_get_time(clock);
	*ret_took = xf_now() - before;
	return before + *ret_took / 2 - there;
}

/* What is to be added to the clock's time. Of three measurements the shortest. */
static gint64 measure(GstClock *clock)
{
	/* The system's clock is CLOCK_MONOTONIC, unless told otherwise. */
	if (G_OBJECT_TYPE(clock) == GST_TYPE_SYSTEM_CLOCK &&
		ABS(xf_now() - (gint64)gst_clock_get_time(clock)) < (gint64)GST_SECOND)
		return 0;
	gint64 took, least, offset = measure_once(clock, &least);
	for (int i = 0; i < 2; i++) {
		gint64 again = measure_once(clock, &took);
		if (took < least) {
			least = took;
			offset = again;
		}
	}
	return offset;
}

struct when when_look(GstElement *element)
{
	struct when when = { FALSE, 0 };
	GstClock *clock = gst_element_get_clock(element);
	if (!clock)
		return when;
	gint64 base = (gint64)gst_element_get_base_time(element); /* set by whom it may be */
	when.known = !__builtin_add_overflow(measure(clock), base, &when.offset);
	gst_object_unref(clock);
	return when;
}

void when_add(struct when *when, gint64 later)
{
	when->known = when->known && !__builtin_add_overflow(when->offset, later, &when->offset);
}

GstClockTime when_to_monotonic(const struct when *when, GstClockTimeDiff running_time)
{
	gint64 time;
	if (!GST_CLOCK_STIME_IS_VALID(running_time) || !when->known ||
		__builtin_add_overflow(running_time, when->offset, &time))
		return GST_CLOCK_TIME_NONE;
	return time > 0 ? (GstClockTime)time : 0;
}

GstClockTimeDiff when_from_monotonic(const struct when *when, guint64 monotonic)
{
	gint64 time;
	if (!when->known || !when_can_be(monotonic) ||
		__builtin_sub_overflow((gint64)monotonic, when->offset, &time))
		return GST_CLOCK_STIME_NONE;
	return time;
}

gboolean when_can_be(guint64 monotonic)
{
	/* Others write what they like: GStreamer's clocks do not end a wait for just any time. */
	return monotonic <= (guint64)xf_now() + WHEN_FAR;
}
