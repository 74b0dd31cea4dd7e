/* SPDX-License-Identifier: MIT */
/*
 * The pool that xfsink offers: its buffers are frames held for writing, so that whoever fills one
 * has filled the surface. A buffer that comes back unpublished gives its frame up.
 */
#ifndef XF_GST_POOL_H
#define XF_GST_POOL_H

#include <gst/video/video.h>

#include "format.h"
#include "link.h"

G_DECLARE_FINAL_TYPE(GstXfBufferPool, gst_xf_buffer_pool, GST, XF_BUFFER_POOL, GstBufferPool)

/*
 * A pool of the producer `link` for frames of `format` (copied), which is that of `caps`, of which
 * upstream has `most`. When the stream has others, it gives away no surface too small for its own.
 */
GstBufferPool *pool_new(struct link *link, const struct format *format, GstCaps *caps, guint most);

/*
 * Holds a frame, waiting for readers as long as `go_on` says TRUE: it is asked whenever the link is
 * told something, and when the time has come that it said. 0, XF_TIMEOUT when it said FALSE, or an
 * error of xf_stream_hold().
 */
int pool_hold(struct link *link, gboolean (*go_on)(gpointer arg, int64_t *ret_ask_again),
	gpointer arg, struct xf_frame *ret_frame);

/* Says where the planes of a picture lie. */
void pool_describe(
	GstBuffer *buffer, const struct xf_surface_desc *desc, const struct picture *picture);

/* Whether the buffer still says, or never said otherwise, that its planes lie so. */
gboolean pool_is_described(
	GstBuffer *buffer, const struct xf_surface_desc *desc, const struct picture *picture);

#endif
