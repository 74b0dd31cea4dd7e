/* SPDX-License-Identifier: MIT */
/* A stream's formats: each has a pool of its own, a record in the memory, and a generation. */
#ifndef XFI_STREAM_FORMAT_H
#define XFI_STREAM_FORMAT_H

#include "shm/bell.h"
#include "stream/stream.h"

/*
 * Producer, under the handle's lock: makes `format` the newest, with `pool`'s surfaces (borrowed)
 * or new ones. Takes up the newest one that is there if it is the same. -EBUSY: all records are in
 * use.
 */
int xfi_stream_format_set(
	struct xf_stream *stream, const struct xf_stream_format *format, struct xf_pool *pool);

/* Producer, under the lock: gives up what older formats have that nobody needs. */
void xfi_stream_format_retire(struct xf_stream *stream);

/* Producer, under the lock: lists what rings when frames of formats that are open come back. */
#define XFI_STREAM_WATCHED (XFI_STREAM_FORMATS * (XF_POOL_MAX + 1) + 1)
uint32_t xfi_stream_format_watch(
	const struct xf_stream *stream, struct xfi_watched watched[XFI_STREAM_WATCHED]);

/* Reader, under the lock: whether it is open. */
static inline bool xfi_stream_format_is_open(
	const struct xf_stream *stream, uint32_t k, uint32_t generation)
{
	return stream->local[k].pool && stream->local[k].generation == generation;
}

/*
 * Reader, under the lock: opens what record `k` says, of that generation. -ESTALE: it is not there
 * any more; -EPROTO; -ENOMEM, -EMFILE.
 */
int xfi_stream_format_open(struct xf_stream *stream, uint32_t k, uint32_t generation);

/* Reader, under the lock: what is kept for it (keep.h), and may never get a frame of. */
void xfi_stream_format_open_all(struct xf_stream *stream);

/* Reader, under the lock: closes what is older than the newest and not held. */
void xfi_stream_format_tidy(struct xf_stream *stream);

#endif
