/* SPDX-License-Identifier: MIT */
/* Where a reader is: the sequence that it waits for. */
#ifndef XFI_STREAM_CURSOR_H
#define XFI_STREAM_CURSOR_H

#include "stream/stream.h"

/* This member's, which others look at. */
static inline struct xfi_stream_reader *xfi_stream_record(const struct xf_stream *s)
{
	return &s->memory->readers[s->base.domain->self];
}

/* The sequence of the newest frame. */
static inline uint64_t xfi_stream_newest(const struct xf_stream *s)
{
	return atomic_load(&xfi_stream_hot(s)->head) & XFI_STREAM_SEQUENCE;
}

static inline void xfi_stream_move_cursor(struct xf_stream *s, uint64_t cursor)
{
	atomic_store_explicit(&s->cursor, cursor, memory_order_relaxed);
	atomic_store_explicit(&xfi_stream_record(s)->cursor, cursor, memory_order_release);
}

#endif
