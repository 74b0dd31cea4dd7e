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

/* GST_CLOCK_TIME_NONE: not known, none is given, or none that could be. */
GstClockTime when_to_monotonic(const struct when *when, GstClockTime running_time);

/* The reverse; 0 for what was before the pipeline began. */
GstClockTime when_from_monotonic(const struct when *when, GstClockTime monotonic);

#endif
