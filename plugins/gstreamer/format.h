/* SPDX-License-Identifier: MIT */
/* Caps of GStreamer as formats of a stream, and back. */
#ifndef XF_GST_FORMAT_H
#define XF_GST_FORMAT_H

#include <gst/video/video.h>

#include <crossfence/stream.h>

/* What a stream's format says, with the memory that its pointers need. */
struct format {
	struct xf_stream_format stream;
	struct xf_surface_desc desc;
	gchar blob[XF_FORMAT_BLOB_MAX]; /* the caps themselves, see format.c */
	gboolean is_video; /* frames are pictures, `info` describes them; else bytes */
	GstVideoInfo info;
};

/* Caps that a surface can hold as a picture, for pad templates: video/x-raw with each format. */
GstCaps *format_video_caps(void);

/*
 * The format for `caps`. Pictures lie as GStreamer itself lays them out, with `alignment` (may be
 * NULL) applied; anything else is bytes, up to `capacity` to a frame. FALSE: caps longer than a
 * format's blob.
 */
gboolean format_from_caps(struct format *format, const GstCaps *caps,
	const GstVideoAlignment *alignment, gsize capacity);

/* Caps of what others publish; NULL: nothing that GStreamer has a name for. Transfer full. */
GstCaps *format_to_caps(const struct xf_stream_format *stream);

/* Whether frames carry what meta.h writes, and times of CLOCK_MONOTONIC. */
gboolean format_is_ours(const struct xf_stream_format *stream);

/* Whether both have the same caps; planes may lie differently. */
gboolean format_has_caps_of(const struct xf_stream_format *a, const struct xf_stream_format *b);

/* Bytes of one frame's surface, as far as they mean something. */
gsize format_size(const struct xf_surface_desc *desc);

#endif
