/* SPDX-License-Identifier: MIT */
/* Whoever waits for a stream's frames: parked threads, bells, descriptors. */
#ifndef XFI_STREAM_WAKE_H
#define XFI_STREAM_WAKE_H

#include "shm/bell.h"
#include "shm/park.h"
#include "stream/stream.h"

static inline uint64_t xfi_stream_hash(const struct xf_stream *stream)
{
	return xfi_park_hash(stream->base.index, 0);
}

/* After a change of head, producer or sets, made with a read-modify-write. */
static inline void xfi_stream_wake(const struct xf_stream *stream)
{
	xfi_unpark(stream->base.domain, xfi_stream_hash(stream), XFI_PARK_ALL_BITS, true);
	xfi_ring_watchers(stream->base.domain, stream->base.index);
}

#endif
