/* SPDX-License-Identifier: MIT */
/* How a buffer becomes a frame of the stream. */
#ifndef XF_GST_RENDER_H
#define XF_GST_RENDER_H

#include "delay.h"
#include "sound.h"
#include "writer.h"

struct rendering {
	GstBaseSink *sink; /* whose it is */
	struct writer *writer; /* the sink's */
	struct delay delay;
	struct sound sound; /* what the caps say of that */
	gboolean told_of_copies, told_of_metas;
	guint64 copied;
};

/* Nothing was published or told yet. */
void render_start(struct rendering *rendering);

/* The stream is there, and has the buffer's caps: publishes it. FLUSHING, or an error that was
 * said. */
GstFlowReturn render_buffer(struct rendering *rendering, GstBuffer *buffer);

#endif
