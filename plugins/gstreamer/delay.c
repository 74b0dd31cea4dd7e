/* SPDX-License-Identifier: MIT */
#include "delay.h"

#include "when.h"

void delay_start(struct delay *delay)
{
	g_atomic_int_set(&delay->told, FALSE);
}

void delay_hear(struct delay *delay, GstEvent *event)
{
	if (GST_EVENT_TYPE(event) == GST_EVENT_LATENCY)
		g_atomic_int_set(&delay->told, TRUE);
}

/*
 * A pipeline that starts to play asks for latency while its first frame is on its way already. What
 * is upstream is the least that it can come to.
 */
static GstClockTime latency_of(struct delay *delay, GstBaseSink *sink)
{
	gboolean live = FALSE;
	GstClockTime least = 0;
	if (g_atomic_int_get(&delay->told))
		return gst_base_sink_get_latency(sink);
	(void)gst_base_sink_query_latency(sink, NULL, &live, &least, NULL);
	return live ? least : 0;
}

/* Render delay is part of the latency: frames are published so much earlier than they are due. */
gint64 delay_now(struct delay *delay, GstBaseSink *sink)
{
	GstClockTime latency = latency_of(delay, sink);
	gint64 sum, known = latency < WHEN_FAR ? (gint64)latency : 0;
	return __builtin_add_overflow(known, gst_base_sink_get_ts_offset(sink), &sum) ? known : sum;
}

gboolean delay_answer(GstBaseSink *sink, GstQuery *query)
{
	gboolean live;
	GstClockTime least, most;
	if (!gst_base_sink_query_latency(sink, NULL, &live, &least, &most))
		return FALSE;
	gst_query_set_latency(query, live || gst_base_sink_get_sync(sink), least, most);
	return TRUE;
}
