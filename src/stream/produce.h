/* SPDX-License-Identifier: MIT */
/* The producer's part. */
#ifndef XFI_STREAM_PRODUCE_H
#define XFI_STREAM_PRODUCE_H

#include "stream/stream.h"

#include <crossfence/inspect.h>

/* Takes the part, unless a live member has it: -EBUSY, named. */
int xfi_stream_begin_producing(struct xf_stream *stream, const struct xf_stream_params *params);

/* Gives it up, if this handle has it; `how`: 0, or XFI_STREAM_ENDED. */
void xfi_stream_end_producing(struct xf_stream *stream, uint64_t how);

/* Whether the slot's word `producer` names a member that lives. */
bool xfi_stream_producer_lives(const struct xf_stream *stream, uint64_t producer);

/* What a call of the producer's says to who is none. */
int xfi_stream_no_producer(const struct xf_stream *stream);

/* Says what this thread is about to sleep for, or 0: no more. For people. */
static inline void xfi_stream_waits(const struct xf_stream *stream, enum xf_stream_waits what)
{
	atomic_store_explicit(&stream->memory->waits, what, memory_order_relaxed);
}

#endif
