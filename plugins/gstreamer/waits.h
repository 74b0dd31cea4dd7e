/* SPDX-License-Identifier: MIT */
/*
 * What xfsink waits for, with a buffer in hand: that somebody reads, that readers give back what
 * they hold of formats before, and surfaces. Whoever it waits for wakes it, and so does who tells
 * it to stop. A wait that takes long is told on the bus.
 */
#ifndef XF_GST_WAITS_H
#define XF_GST_WAITS_H

#include "writer.h"

/* FALSE: told to unlock. */
gboolean waits_on(const struct writer *writer);

/* At the end: for readers to take what came last, until `deadline` or told to unlock. */
void waits_for_end(struct writer *writer, int64_t deadline);

/* Until somebody reads, if somebody has to; tells of those who come and go. FLUSHING, or an error
 * that was said; as the others. */
GstFlowReturn waits_for_client(struct writer *writer);

/* From any thread: whether somebody has to read is another question now. */
void waits_again(struct link *link);

/* For a change that is pending. */
GstFlowReturn waits_for_change(struct writer *writer);

/* Holds a frame. */
GstFlowReturn waits_for_surface(struct writer *writer, struct xf_frame *ret_frame);

#endif
