/* SPDX-License-Identifier: MIT */
/* Sleeping in a call of a stream's, until that is interrupted. */
#ifndef XFI_STREAM_INTERRUPT_H
#define XFI_STREAM_INTERRUPT_H

#include "shm/bell.h"
#include "stream/stream.h"

/* What `r`, of a try, is where a sleep would follow and is not to: -ECANCELED. */
static inline int xfi_stream_or_interrupted(const struct xf_stream *stream, int r)
{
	return r == XFI_AGAIN && atomic_load(&stream->interrupted) ? -ECANCELED : r;
}

/* As xfi_park() for the stream, and xfi_bell_wait(); -ECANCELED. */
int xfi_stream_park(
	const struct xf_stream *stream, int64_t deadline_ns, int (*try)(void *arg), void *arg);
int xfi_stream_bell_wait(const struct xf_stream *stream, const struct xfi_watched *watched,
	uint32_t count, int64_t deadline_ns, int (*try)(void *arg), void *arg);

#endif
