/* SPDX-License-Identifier: MIT */
#include "when.h"

#include <crossfence/result.h>

/* The two are read one after the other: of three times the one with the least between. */
static gint64 measure(GstClock *clock)
{
	gint64 offset = 0, least = G_MAXINT64;
	for (int i = 0; i < 3; i++) {
		gint64 before = xf_now(), there = (gint64)gst_clock_get_time(clock);
		gint64 took = xf_now() - before;
		if (took < least) {
			least = took;
			offset = before + took / 2 - there;
		}
	}
	return offset;
}

/* What is to be added to the clock's time; FALSE: there is no clock. */
static gboolean offset_of(GstElement *element, gint64 *ret_offset, GstClockTime *ret_base)
{
	GstClock *clock = gst_element_get_clock(element);
	if (!clock)
		return FALSE;
	*ret_base = gst_element_get_base_time(element);
	*ret_offset = measure(clock);
	/* The system's clock is CLOCK_MONOTONIC, unless told otherwise. */
	if (G_OBJECT_TYPE(clock) == GST_TYPE_SYSTEM_CLOCK && ABS(*ret_offset) < (gint64)GST_SECOND)
		*ret_offset = 0;
	gst_object_unref(clock);
	return TRUE;
}

GstClockTime when_to_monotonic(GstElement *element, GstClockTime running_time)
{
	gint64 offset, time;
	GstClockTime base;
	if (!GST_CLOCK_TIME_IS_VALID(running_time) || !offset_of(element, &offset, &base))
		return GST_CLOCK_TIME_NONE;
	time = (gint64)(base + running_time) + offset;
	return time > 0 ? (GstClockTime)time : 0;
}

GstClockTime when_from_monotonic(GstElement *element, GstClockTime monotonic)
{
	gint64 offset, time;
	GstClockTime base;
	if (!GST_CLOCK_TIME_IS_VALID(monotonic) || !offset_of(element, &offset, &base))
		return GST_CLOCK_TIME_NONE;
	time = (gint64)monotonic - offset - (gint64)base;
	return time > 0 ? (GstClockTime)time : 0;
}
