/* SPDX-License-Identifier: MIT */
/*
 * A producer that waits until its readers have taken what is published.
 *
 * A reader that takes the newest frame rings the frame's pool, after it has added itself to the
 * frame's holders and before its cursor need be seen: the cursor is a plain store, which may be
 * late. So a holder of the newest frame whose cursor stands there has taken it.
 */
#include <errno.h>

#include "base/message.h"
#include "stream/format.h"
#include "stream/interrupt.h"
#include "stream/produce.h"
#include "surface/pool.h"

struct drain {
	struct xf_stream *stream;
	uint32_t listed; /* `changes` when the list was made */
};

/* Beside the results: other pools are to be waited for. */
#define LOOK_AGAIN 1002

static bool holds_newest(const struct xf_stream *s, uint32_t member, uint64_t head)
{
	uint64_t word = atomic_load(&s->memory->ring[xfi_stream_ring_place(head)]);
	uint32_t f = xfi_stream_ring_frame(word), k = f / XF_POOL_MAX, i = f % XF_POOL_MAX;
	const struct xfi_stream_frame *frame = &s->memory->frames_of[f];
	const struct xfi_stream_local *local = &s->local[k];
	return local->pool && i < local->count &&
	       local->generation == xfi_get(&frame->generation) &&
	       atomic_load(&frame->sequence) == head &&
	       atomic_load(&xfi_pool_surface_hot(local->pool, i)->holders) & xfi_bit(member);
}

static bool all_taken(const struct xf_stream *s)
{
	const struct xfi_stream_hot *hot = xfi_stream_hot(s);
	uint64_t head = atomic_load(&hot->head) & XFI_STREAM_SEQUENCE;
	uint32_t member;
	XFI_FOR_EACH_BIT(member, atomic_load(&hot->every)) {
		uint64_t cursor = atomic_load(&s->memory->readers[member].cursor);
		if (cursor < head || (cursor == head && !holds_newest(s, member, head)))
			return false;
	}
	return true;
}

static int try_drained(void *arg)
{
	const struct drain *drain = arg;
	struct xf_stream *s = drain->stream;
	pthread_mutex_lock(&s->lock);
	int r = !atomic_load(&s->role)	      ? xfi_stream_no_producer(s)
		: all_taken(s)		      ? 0
		: s->changes != drain->listed ? LOOK_AGAIN
					      : XFI_AGAIN;
	pthread_mutex_unlock(&s->lock);
	return r;
}

/* Its pool is what readers ring. The newest frame may be of whoever produced before us. */
static void open_newest(struct xf_stream *s)
{
	uint64_t head = atomic_load(&xfi_stream_hot(s)->head) & XFI_STREAM_SEQUENCE;
	uint32_t f =
		xfi_stream_ring_frame(atomic_load(&s->memory->ring[xfi_stream_ring_place(head)]));
	(void)xfi_stream_format_open(s, f / XF_POOL_MAX,
		xfi_get(&s->memory->frames_of[f].generation)); /* else it is gone */
}

static int wait_drained(struct drain *drain, int64_t deadline_ns)
{
	struct xf_stream *s = drain->stream;
	struct xfi_watched watched[XFI_STREAM_WATCHED];
	pthread_mutex_lock(&s->lock);
	open_newest(s);
	uint32_t count = xfi_stream_format_watch(s, watched);
	drain->listed = s->changes;
	pthread_mutex_unlock(&s->lock);
	xfi_stream_waits(s, XF_STREAM_WAITS_FOR_FRAMES);
	int r = xfi_stream_bell_wait(s, watched, count, deadline_ns, try_drained, drain);
	xfi_stream_waits(s, 0);
	return r;
}

int xf_stream_drain(struct xf_stream *s, int64_t deadline_ns)
{
	struct drain drain = { .stream = s };
	xfi_message_forget();
	if (!s)
		return xf_fail(-EINVAL, "%s: stream is NULL", __func__);
	int r = xfi_domain_check(s->base.domain, true);
	if (!r)
		r = try_drained(&drain);
	while ((r == XFI_AGAIN || r == LOOK_AGAIN) && !xfi_past(deadline_ns))
		r = wait_drained(&drain, deadline_ns);
	return r == XFI_AGAIN || r == LOOK_AGAIN ? XF_TIMEOUT : r;
}
