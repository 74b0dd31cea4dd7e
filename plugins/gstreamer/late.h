/* SPDX-License-Identifier: MIT */
/* Quality of service: pictures that downstream would show too late need not be sent at all. */
#ifndef XF_GST_LATE_H
#define XF_GST_LATE_H

#include <gst/gst.h>

struct late {
	gboolean on;
	GstClockTime earliest; /* running time that may still be shown; the element's lock */
	guint64 dropped;
};

/* A new start: what was late before says nothing. */
void late_reset(struct late *late, GstElement *element);

/* A QOS event from downstream. */
void late_hear(struct late *late, GstElement *element, GstEvent *event);

/*
 * Whether the picture of that running time is not worth being sent; then it is counted, and told on
 * the bus beside the number of those that were.
 */
gboolean late_drops(struct late *late, GstElement *element, GstClockTime pts, GstClockTime duration,
	guint64 sent);

#endif
