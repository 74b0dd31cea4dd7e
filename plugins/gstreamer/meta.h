/* SPDX-License-Identifier: MIT */
/* What a GstBuffer says beside its bytes and times, as a frame's info, and back. */
#ifndef XF_GST_META_H
#define XF_GST_META_H

#include "format.h"

/*
 * Flags, offsets, crop, size, reference time stamps and regions of interest with their fields,
 * these as far as XF_FRAME_DATA_MAX bytes go. Times are left alone. `picture` is how the frame lies
 * in its surface. FALSE: something had to be left out.
 */
gboolean meta_to_info(GstBuffer *buffer, const struct picture *picture, struct xf_frame_info *info);

/*
 * The bytes that are meant, of a frame that is no picture and whose surface has `room`. FALSE: more
 * than that, or nothing is said.
 */
gboolean meta_size(const struct xf_frame_info *info, gsize room, gsize *ret_size);

/*
 * The reverse of meta_to_info(), for a writable buffer; size and planes are left alone. Nothing in
 * `info` is trusted. FALSE: it contradicts itself.
 */
gboolean meta_from_info(GstBuffer *buffer, const struct picture *picture,
	const struct xf_frame_info *info, gboolean ours);

#endif
