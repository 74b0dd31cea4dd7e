/* SPDX-License-Identifier: MIT */
/* Caps as a format's blob, and back: whatever GStreamer can say arrives as it was said. */
#ifndef XF_GST_CAPS_H
#define XF_GST_CAPS_H

#include <gst/gst.h>

#include "link.h"

/*
 * Writes `caps` to `blob`, with where the picture begins in its surface, and returns the bytes; 0:
 * they are not portable (portable.h), have values that are not plain (plain.h), or there was no
 * room in the domain for caps longer than a blob.
 */
guint caps_to_blob(struct link *link, const GstCaps *caps, guint left_px, guint top_px,
	guint8 blob[XF_FORMAT_BLOB_MAX]);

/* Whether caps_to_blob() wrote the format's blob, or says so. */
gboolean caps_are_in(const struct xf_stream_format *format);

/* Where the picture begins in its surface; FALSE: not our blob, or nonsense. */
gboolean caps_origin(const struct xf_stream_format *format, guint *ret_left_px, guint *ret_top_px);

/* Whether both blobs have the same caps, wherever the pictures begin. */
gboolean caps_are_same(const struct xf_stream_format *a, const struct xf_stream_format *b);

/* Whether the caps lie elsewhere, so that they may have gone with their producer. */
gboolean caps_are_long(const struct xf_stream_format *format);

/* The caps; NULL: nonsense, or long caps that went with their producer. Transfer full. */
GstCaps *caps_from_blob(struct link *link, const struct xf_stream_format *format);

#endif
