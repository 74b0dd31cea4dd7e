/* SPDX-License-Identifier: MIT */
/* How a frame that was taken from a stream becomes a buffer: as it is, or copied. */
#ifndef XF_GST_TAKE_H
#define XF_GST_TAKE_H

#include "format.h"
#include "sound.h"

/* What is known of frames of one format. */
struct taking {
	struct link *link; /* borrowed */
	struct xf_surface_desc desc;
	struct picture picture;
	struct sound sound;
	gsize bytes; /* of a frame's surface */
	gsize usual_bytes; /* pictures: see format_usual_size() */
	gboolean is_as_usual; /* pictures: see format_is_as_usual() */
	gboolean has_gaps; /* pictures: bytes among those that are no pixels */
	GstMemory *tail; /* the last row's padding, which surfaces lack; NULL: nothing is lacking */
	GstBufferPool *copies; /* made when it is first needed */
};

/* From now on frames of `format` come, whose caps are `caps` and describe `picture`. */
void take_begin(struct taking *taking, struct link *link, const struct xf_stream_format *format,
	const GstCaps *caps, const struct picture *picture);
void take_finish(struct taking *taking);

/*
 * Both take the frame over, also on failure: negative, as xf_surface_begin(), or -EPROTO. Of what
 * is no picture `size` bytes are meant.
 */
int take_as_it_is(
	struct taking *taking, struct xf_frame *frame, gsize size, GstBuffer **ret_buffer);
int take_copy(struct taking *taking, struct xf_frame *frame, gsize size, GstBuffer **ret_buffer);

#endif
