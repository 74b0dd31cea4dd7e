/* SPDX-License-Identifier: MIT */
#include "late.h"

#include "when.h"

#include "category.h"

void late_reset(struct late *late, GstElement *element)
{
	GST_OBJECT_LOCK(element);
	late->earliest = GST_CLOCK_TIME_NONE;
	GST_OBJECT_UNLOCK(element);
}

/* As decoders do: who is late by some time needs twice as much to catch up. */
void late_hear(struct late *late, GstElement *element, GstEvent *event)
{
	GstClockTimeDiff by;
	GstClockTime at;
	gst_event_parse_qos(event, NULL, NULL, &by, &at);
	GST_OBJECT_LOCK(element);
	gboolean is_late = by > 0 && (guint64)by < WHEN_FAR && at <= G_MAXINT64;
	late->earliest = is_late ? at + 2 * (GstClockTime)by : GST_CLOCK_TIME_NONE;
	GST_OBJECT_UNLOCK(element);
}

gboolean late_drops(struct late *late, GstElement *element, GstClockTime pts, GstClockTime duration,
	guint64 sent)
{
	GST_OBJECT_LOCK(element);
	GstClockTime earliest = late->earliest;
	GST_OBJECT_UNLOCK(element);
	if (!late->on || !GST_CLOCK_TIME_IS_VALID(earliest) || !GST_CLOCK_TIME_IS_VALID(pts) ||
		pts + (GST_CLOCK_TIME_IS_VALID(duration) ? duration : 0) >= earliest)
		return FALSE;
	late->dropped++;
	GST_DEBUG_OBJECT(
		element, "%" GST_TIME_FORMAT " is too late, and left out", GST_TIME_ARGS(pts));
	GstMessage *message =
		gst_message_new_qos(GST_OBJECT_CAST(element), TRUE, pts, pts, pts, duration);
	gst_message_set_qos_values(message, (gint64)(earliest - pts), 0.5, 1000000);
	gst_message_set_qos_stats(message, GST_FORMAT_BUFFERS, sent, late->dropped);
	gst_element_post_message(element, message);
	return TRUE;
}
