/* SPDX-License-Identifier: MIT */
/* Stream handles. */
#ifndef XFI_STREAM_STREAM_H
#define XFI_STREAM_STREAM_H

#include <pthread.h>

#include "stream/memory.h"
#include "stream/spin.h"
#include "sync/handle.h"

/* What this process has of one of the stream's formats. */
struct xfi_stream_local {
	struct xf_pool *pool; /* NULL: not open */
	uint32_t generation;
	uint32_t count;
	uint32_t held; /* frames of it, by this handle */
	struct xf_surface_desc desc;
	struct xf_stream_format format; /* for the application */
	uint8_t blob[XF_FORMAT_BLOB_MAX];
};

enum { XFI_STREAM_FREE = 0, XFI_STREAM_READING = 1, XFI_STREAM_WRITING = 2 };

struct xf_stream {
	struct xfi_handle base;
	xf_id opened; /* 0 for the one who made it */
	struct xf_surface *memory_surface;
	struct xfi_stream_memory *memory;
	_Atomic uint32_t interrupted; /* whoever would sleep does not */
	pthread_mutex_t lock; /* one thread takes, publishes, changes the format at a time */
	/* Guarded by it, if not said otherwise. */
	struct xfi_stream_local local[XFI_STREAM_FORMATS];
	uint32_t n_open; /* pools of them */
	uint32_t changes; /* of which are open: what was listed to be waited for is not all */
	uint8_t mine[XFI_STREAM_FRAMES]; /* XFI_STREAM_*, by frame */

	/* Producer. */
	_Atomic uint64_t role; /* what the slot's word is while we are; 0: we are not. Looked at
				  without the lock */
	bool produced; /* at any time */
	bool ended; /* by us */
	uint32_t flags; /* XF_STREAM_* */
	uint32_t frames, surface_flags; /* of pools to be made */
	uint32_t current; /* index of the newest format */
	uint32_t first; /* surface to look at first */
	uint64_t free_below; /* nobody has still to get a frame with a lower sequence */
	struct xfi_spin hold_spin; /* without the lock */

	/* Reader. */
	_Atomic uint32_t policy; /* 0: not subscribed; looked at without the lock */
	uint32_t max_held, held;
	_Atomic uint64_t cursor; /* our copy: others may write what they like in the record.
				    Looked at without the lock */
	uint64_t head; /* as last seen: every look takes its line from the producer */
	uint32_t discontinuities;
	uint64_t expected; /* the sequence after the last frame that it had */
	uint64_t counted; /* what lies below it was had, or is counted as missed */
	_Atomic uint64_t missed; /* frames; looked at without the lock */
	struct xfi_spin next_spin; /* without the lock */
	bool began; /* has had a frame */
	_Atomic uint64_t gone; /* whose frames are waited for no longer, and when; complete.c's */
	struct xf_frame_info infos[XFI_STREAM_FRAMES]; /* of what is held */
};

static inline struct xfi_stream_hot *xfi_stream_hot(const struct xf_stream *stream)
{
	return &stream->base.slot->hot.stream;
}

/* Also while it is being made. */
static inline xf_id xfi_stream_own_id(const struct xf_stream *stream)
{
	return xfi_id(XF_STREAM, stream->base.index,
		xfi_head_generation(atomic_load(&stream->base.slot->head)));
}

/* Nobody has it any more whose handle counts; a viewer's does not. */
bool xfi_stream_gone(const struct xf_stream *stream);

static inline struct xf_surface *xfi_stream_surface(const struct xf_stream *stream, uint32_t frame)
{
	return xf_pool_surface(stream->local[frame / XF_POOL_MAX].pool, frame % XF_POOL_MAX);
}

extern const struct xfi_type_ops xfi_stream_ops;

#endif
