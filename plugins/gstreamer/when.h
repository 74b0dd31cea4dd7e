/* SPDX-License-Identifier: MIT */
/* Times of a pipeline as CLOCK_MONOTONIC, which all processes share, and back. */
#ifndef XF_GST_WHEN_H
#define XF_GST_WHEN_H

#include <gst/gst.h>

/* Nobody shows anything so long from now: who says so lies, and it is no time. A year. */
#define WHEN_FAR (G_GUINT64_CONSTANT(365) * 24 * 3600 * GST_SECOND)

/* How they lie to each other now; looked at once for each buffer, since clocks drift. */
struct when {
	gboolean known; /* FALSE: the pipeline has no clock */
	gint64 offset; /* what a running time lacks to CLOCK_MONOTONIC */
};

/* By the clock and the base time of `element`. */
struct when when_look(GstElement *element);

/* So much later, for all that follows. */
void when_add(struct when *when, gint64 later);

/* Running times before 0 are those of what came before a segment or the pipeline began. */

/* GST_CLOCK_TIME_NONE: not known, or none is given. */
GstClockTime when_to_monotonic(const struct when *when, GstClockTimeDiff running_time);

/* The reverse; GST_CLOCK_STIME_NONE, also if it is none that could be. */
GstClockTimeDiff when_from_monotonic(const struct when *when, guint64 monotonic);
gboolean when_can_be(guint64 monotonic);

#endif
