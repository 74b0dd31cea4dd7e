/* SPDX-License-Identifier: MIT */
/* Subscriptions, for who takes frames, and who makes room for readers. */
#ifndef XFI_STREAM_SUBSCRIBE_H
#define XFI_STREAM_SUBSCRIBE_H

#include "stream/stream.h"

/* Frames that those who read now may hold, one being written, and the newest. */
uint32_t xfi_stream_reserved(const struct xf_stream *stream);

/* Whether the handle wants frames. */
static inline bool xfi_stream_takes(const struct xf_stream *stream)
{
	uint32_t policy = atomic_load(&stream->policy);
	return policy == XF_STREAM_EVERY || policy == XF_STREAM_LATEST;
}

/* What a call of a reader's says to who is none. */
int xfi_stream_not_subscribed(void);

/*
 * Under the lock, when a frame was given back: of one that takes nothing any more what it may hold
 * shrinks with what it holds, and with the last it has unsubscribed.
 */
void xfi_stream_need_less(struct xf_stream *stream);

#endif
