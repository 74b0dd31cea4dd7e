/* SPDX-License-Identifier: MIT */
/*
 * A frame as GstMemory: the bytes are the surface's own. A reader's memory is read-only and gives
 * the frame back when it is freed; a producer's is writable until it is published.
 */
#ifndef XF_GST_MEMORY_H
#define XF_GST_MEMORY_H

#include <gst/gst.h>

#include "link.h"

#define GST_XF_MEMORY_TYPE "CrossfenceMemory"

G_DECLARE_FINAL_TYPE(GstXfAllocator, gst_xf_allocator, GST, XF_ALLOCATOR, GstAllocator)

/* Whether the frame's surface has at least `size` bytes: pools of others have what they like. */
gboolean memory_has_room(const struct xf_frame *frame, gsize size);

/*
 * Wraps the first `size` bytes of what xf_stream_next() (`writable` FALSE) or xf_stream_hold()
 * gave; takes the frame over, also on failure: as xf_surface_begin(), or -EPROTO: it has fewer.
 */
int memory_wrap(struct link *link, const struct xf_frame *frame, gsize size, gboolean writable,
	GstMemory **ret_memory);

/* Whether it is a frame held for writing through `link` that nobody else has a hand on. */
gboolean memory_is_publishable(GstMemory *memory, const struct link *link);

/* The frame inside. */
const struct xf_frame *memory_frame(GstMemory *memory);

/* Makes it the newest; afterwards the memory is of no use to anybody. As xf_stream_publish(). */
int memory_publish(GstMemory *memory, const struct xf_frame_info *info);

#endif
