/* SPDX-License-Identifier: MIT */
/*
 * How much later than its running time a frame of xfsink is due: when a sink shows it that takes no
 * time for that. Readers know nothing of the latency of a pipeline that is not theirs.
 */
#ifndef XF_GST_DELAY_H
#define XF_GST_DELAY_H

#include <gst/base/gstbasesink.h>

struct delay {
	gint told; /* atomic: the pipeline has said what its latency is */
};

/* Nothing is known yet. */
void delay_start(struct delay *delay);

/* An event for the element. */
void delay_hear(struct delay *delay, GstEvent *event);

/* In nanoseconds, and less than 0 where the element's own offset says so. */
gint64 delay_now(struct delay *delay, GstBaseSink *sink);

/*
 * Readers wait until a frame is due, whether the element does or not: so its pipeline has to count
 * the latency before it as before a sink that waits. As the element's class answers queries.
 */
gboolean delay_answer(GstBaseSink *sink, GstQuery *query);

#endif
