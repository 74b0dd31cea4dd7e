/* SPDX-License-Identifier: MIT */
/* What a reader waits for; whoever pokes its link (link.h) makes it look again. */
#ifndef XF_GST_AWAIT_H
#define XF_GST_AWAIT_H

#include "link.h"

/*
 * Until the stream has a frame, if `frames`, or somebody pokes. Which of them is for the caller to
 * see. XF_TIMEOUT: neither until `deadline`; negative: as xf_wait_any().
 */
int await_frame(struct link *link, gboolean frames, int64_t deadline);

/*
 * Until a frame is complete: a queue that still writes it says on a timeline when it is done.
 * XF_TIMEOUT: `flushing` (atomic) ended the wait. Else: it never will be, as far as anybody can
 * tell; see xf_stream_wait_complete().
 */
int await_complete(struct link *link, const struct xf_frame_info *info, const gint *flushing);

/* Until fewer than `most` frames are buffers somewhere, for a while, or `flushing`. */
void await_return(struct link *link, guint most, const gint *flushing);

#endif
