/* SPDX-License-Identifier: MIT */
/* How what is in a buffer gets into a frame of a stream: it is there already, or it is copied. */
#ifndef XF_GST_FILL_H
#define XF_GST_FILL_H

#include "format.h"

/*
 * The buffer's own memory, if that is a frame held through `link`, with the caps of `format`, that
 * nobody else can reach, and whose planes lie where they lay. Else NULL. Transfer full.
 */
GstMemory *fill_not_needed(GstBuffer *buffer, struct link *link, struct format *format);

/*
 * Copies the picture in `buffer` to `there` in `frame`, whose memory is `to`. FALSE: it is not what
 * it says, or has no room there.
 */
gboolean fill_picture(GstBuffer *buffer, const struct placement *there,
	const struct xf_frame *frame, GstMemory *to);

/*
 * Copies the bytes to a frame held for writing, whose surface has `room`. -EINVAL: they are more
 * than that, or cannot be read; or as xf_surface_begin().
 */
int fill_bytes(GstBuffer *buffer, const struct xf_frame *frame, gsize room);

#endif
