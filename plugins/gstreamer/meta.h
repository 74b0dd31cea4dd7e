/* SPDX-License-Identifier: MIT */
/* What a GstBuffer says beside its bytes and times, as a frame's info, and back. */
#ifndef XF_GST_META_H
#define XF_GST_META_H

#include <gst/video/video.h>

#include <crossfence/stream.h>

/*
 * Flags, offsets, crop, size, reference time stamps and regions of interest, these as far as
 * XF_FRAME_DATA_MAX bytes go. Times are left alone. FALSE: something had to be left out.
 */
gboolean meta_to_info(GstBuffer *buffer, struct xf_frame_info *info);

/*
 * The reverse, for a writable buffer with all of the surface in it: its size is cut to what is
 * meant. Nothing in `info` is trusted. FALSE: it contradicts itself.
 */
gboolean meta_from_info(GstBuffer *buffer, const struct xf_frame_info *info, gboolean ours);

#endif
