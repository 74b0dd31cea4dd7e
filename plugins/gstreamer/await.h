/* SPDX-License-Identifier: MIT */
/* What a reader waits for; what its link is told (link.h) wakes it. */
#ifndef XF_GST_AWAIT_H
#define XF_GST_AWAIT_H

#include "link.h"

/*
 * The next frame, as xf_stream_next(); XF_TIMEOUT also: something was told. Who is paused gets
 * none.
 */
int await_frame(struct link *link, int64_t deadline, struct xf_frame *ret_frame);

/*
 * Until a frame is complete: a queue that still writes it says on a timeline when it is done.
 * XF_TIMEOUT: unlocked. Else: it never will be, as far as anybody can tell; see
 * xf_stream_wait_complete().
 */
int await_complete(struct link *link, const struct xf_frame_info *info);

/* Until fewer than `most` frames are buffers somewhere, for a while, or unlocked. */
void await_return(struct link *link, guint most);

#endif
