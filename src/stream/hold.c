/* SPDX-License-Identifier: MIT */
/* Which surface is free for the next frame, and waiting for one. See stream.c. */
#include "stream/hold.h"

#include <errno.h>

#include "base/cpu.h"
#include "base/kill_point.h"
#include "base/message.h"
#include "base/params.h"
#include "stream/format.h"
#include "stream/interrupt.h"
#include "stream/produce.h"
#include "surface/hold.h"
#include "surface/pool.h"
#include "surface/surface.h"

#define LARGE 262144 /* bytes of a surface that are worth more in a cache than a few looks cost */

/* Below this sequence frames are free. Head first, then the set: see stream.c. */
static uint64_t wanted_from(struct xf_stream *s, uint64_t *ret_head)
{
	const struct xfi_stream_hot *hot = xfi_stream_hot(s);
	uint64_t from = atomic_load(&hot->head) & XFI_STREAM_SEQUENCE;
	uint64_t readers = atomic_load(&hot->every);
	*ret_head = from;
	for (; readers; readers &= readers - 1) {
		uint64_t cursor = atomic_load(&s->memory->readers[__builtin_ctzll(readers)].cursor);
		from = cursor < from ? cursor : from;
	}
	return from;
}

/* Makes surface `i` of format `k` ours alone, and its frame no frame. False: somebody has it. */
static bool take_frame(struct xf_stream *s, uint32_t k, uint32_t i, uint64_t sequence)
{
	struct xf_pool *pool = s->local[k].pool;
	xfi_u64 *word = &s->memory->frames_of[k * XF_POOL_MAX + i].sequence;
	uint64_t expected = sequence;
	if (!xfi_pool_take(pool, i))
		return false;
	XFI_KILL_POINT("stream:taken");
	if (!atomic_compare_exchange_strong(word, &expected, 0)) {
		(void)xfi_pool_drop(pool, i);
		return false;
	}
	XFI_KILL_POINT("stream:retiring");
	if (xfi_pool_begin(pool, i))
		return true;
	/* A reader came first. Ours is among the holders, so nobody else has taken it up. */
	atomic_store(word, sequence);
	XFI_KILL_POINT("stream:put-back");
	(void)xfi_pool_drop(pool, i);
	return false;
}

bool xfi_stream_retire_frames(struct xf_stream *s, uint32_t k)
{
	uint64_t head, from = wanted_from(s, &head);
	for (uint32_t i = 0; i < s->local[k].count; i++) {
		xfi_u64 *word = &s->memory->frames_of[k * XF_POOL_MAX + i].sequence;
		uint64_t sequence = atomic_load(word);
		if (!xfi_pool_is_free(s->local[k].pool, i) || (sequence && sequence >= from))
			return false;
		if (sequence && !take_frame(s, k, i, sequence))
			return false;
		if (sequence) /* and the use that was begun with it: or it is not free any more */
			xfi_pool_abandon(s->local[k].pool, i);
	}
	return true;
}

struct attempt {
	struct xf_stream *stream;
	uint32_t frame;
	bool late; /* the deadline has passed: what readers have still to get may go */
	uint32_t watched; /* generation of the format whose surfaces we wait for; 0: we do not */
};

/* Beside the results: other surfaces are to be waited for. */
#define LOOK_AGAIN 1002

/*
 * A surface with a frame below `from`: they go round, so the next one is old enough. Whether
 * somebody holds it is told by taking it, which is one look at a line that a reader has written,
 * not two.
 */
static bool try_next(struct xf_stream *s, uint64_t from, uint32_t *ret_surface)
{
	const struct xfi_stream_local *local = &s->local[s->current];
	const struct xfi_stream_frame *frames = &s->memory->frames_of[s->current * XF_POOL_MAX];
	for (uint32_t n = 0, i = s->first; n < local->count; n++, i++) {
		if (i >= local->count)
			i = 0;
		uint64_t sequence = atomic_load(&frames[i].sequence);
		if ((sequence && sequence >= from) ||
			(!xfi_pool_is_plain(local->pool, i) && !xfi_pool_is_free(local->pool, i)) ||
			!take_frame(s, s->current, i, sequence))
			continue;
		*ret_surface = i;
		return true;
	}
	return false;
}

/* The one with the oldest frame that nobody holds, whoever wants it still. */
static bool try_oldest(struct xf_stream *s, uint64_t from, uint32_t *ret_surface)
{
	const struct xfi_stream_local *local = &s->local[s->current];
	const struct xfi_stream_frame *frames = &s->memory->frames_of[s->current * XF_POOL_MAX];
	uint64_t tried = 0;
	for (;;) {
		uint64_t oldest = UINT64_MAX;
		uint32_t best = 0;
		for (uint32_t n = 0; n < local->count; n++) {
			uint32_t i = (s->first + n) % local->count;
			uint64_t sequence = atomic_load(&frames[i].sequence);
			if (tried & UINT64_C(1) << i || (sequence && sequence >= from) ||
				sequence >= oldest || !xfi_pool_is_free(local->pool, i))
				continue;
			oldest = sequence;
			best = i;
		}
		if (oldest == UINT64_MAX)
			return false;
		tried |= UINT64_C(1) << best;
		if (take_frame(s, s->current, best, oldest)) {
			*ret_surface = best;
			return true;
		}
	}
}

/*
 * Large ones do not go round: the first that is free is taken, so that no more of them are written
 * than are in use, and these are still in the caches.
 */
static bool is_large(struct xf_stream *s)
{
	return xfi_stream_surface(s, s->current * XF_POOL_MAX)->size_bytes >= LARGE;
}

/*
 * What was below all that is wanted stays so: cursors only grow, and whoever subscribes later
 * begins at head, which was not lower. So readers' cursors, each a line that its reader writes all
 * the time, are looked at only when nothing is left below what they were.
 */
static bool try_surface(struct attempt *attempt, uint32_t *ret_surface)
{
	struct xf_stream *s = attempt->stream;
	uint64_t head;
	if (!attempt->late && !is_large(s) && try_next(s, s->free_below, ret_surface))
		return true;
	s->free_below = wanted_from(s, &head);
	return attempt->late ? try_oldest(s, head, ret_surface)
			     : try_next(s, s->free_below, ret_surface);
}

/* The next one to be written is probably this; its lines come here while the caller writes. */
static void want_next(struct xf_stream *s)
{
	xfi_pool_want(s->local[s->current].pool, s->first);
	__builtin_prefetch(&s->memory->frames_of[s->current * XF_POOL_MAX + s->first], 1);
}

static int try_hold(void *arg)
{
	struct attempt *attempt = arg;
	struct xf_stream *s = attempt->stream;
	uint32_t i;
	int r = XFI_AGAIN;
	pthread_mutex_lock(&s->lock);
	if (!atomic_load(&s->role)) {
		r = xfi_stream_no_producer(s);
	} else if (!s->local[s->current].pool) {
		/* Others wrote what they like, and it could not be opened again. */
		r = xf_fail(-EPROTO, "the stream's pool is not to be had any more");
	} else if (attempt->watched && attempt->watched != s->local[s->current].generation) {
		r = LOOK_AGAIN;
	} else if (try_surface(attempt, &i)) {
		s->first = i + 1 < s->local[s->current].count && !is_large(s) ? i + 1 : 0;
		attempt->frame = s->current * XF_POOL_MAX + i;
		s->mine[attempt->frame] = XFI_STREAM_WRITING;
		s->local[s->current].held++;
		want_next(s);
		xfi_stream_format_retire(s);
		r = 0;
	}
	pthread_mutex_unlock(&s->lock);
	return r;
}

/* Whether it did; *r as try_hold(). */
static bool spin(struct attempt *attempt, int *r)
{
	const struct xf_stream *s = attempt->stream;
	const xfi_u32 *theirs = &s->memory->reader_cpu;
	if (!xfi_spin_pays(
		    &s->hold_spin, xfi_cpu(), atomic_load_explicit(theirs, memory_order_relaxed)))
		return false;
	for (int i = 0; *r == XFI_AGAIN && i < XFI_SPINS / XFI_PAUSES; i++) {
		for (int pause = 0; pause < XFI_PAUSES; pause++)
			xfi_cpu_relax();
		*r = try_hold(attempt);
	}
	return true;
}

/*
 * Until what frees a surface of the newest format rings. The list is made under the lock, since
 * another thread may change the format and close the pool.
 */
static int wait_once(struct attempt *attempt, int64_t deadline_ns)
{
	struct xf_stream *s = attempt->stream;
	struct xfi_watched watched[XF_POOL_MAX + 2];
	pthread_mutex_lock(&s->lock);
	const struct xfi_stream_local *local = &s->local[s->current];
	uint32_t count = local->pool ? xfi_pool_watch(local->pool, watched) : 0;
	attempt->watched = local->generation;
	pthread_mutex_unlock(&s->lock);
	watched[count++] = (struct xfi_watched){ s->base.domain, s->base.index };
	int r = xfi_stream_bell_wait(s, watched, count, deadline_ns, try_hold, attempt);
	attempt->watched = 0;
	return r;
}

static int wait_for_surface(struct attempt *attempt, bool spun, int64_t deadline_ns)
{
	int r;
	int64_t began = xf_now();
	xfi_stream_waits(attempt->stream, XF_STREAM_WAITS_FOR_FRAMES);
	do
		r = wait_once(attempt, deadline_ns);
	while (r == LOOK_AGAIN && !xfi_past(deadline_ns));
	xfi_stream_waits(attempt->stream, 0);
	xfi_spin_slept(&attempt->stream->hold_spin, spun, began);
	return r == LOOK_AGAIN ? try_hold(attempt) : r;
}

static int wait_for_frame(struct attempt *attempt, int64_t deadline_ns)
{
	struct xf_stream *s = attempt->stream;
	int r = try_hold(attempt);
	bool spun = r == XFI_AGAIN && deadline_ns > 0 && spin(attempt, &r);
	if (r == XFI_AGAIN && deadline_ns > 0)
		r = wait_for_surface(attempt, spun, deadline_ns);
	if ((r == XFI_AGAIN || r == XF_TIMEOUT) && s->flags & XF_STREAM_OVERRUN) {
		attempt->late = true;
		r = try_hold(attempt);
	}
	return r == XFI_AGAIN ? XF_TIMEOUT : r;
}

int xf_stream_hold(struct xf_stream *s, int64_t deadline_ns, struct xf_frame *ret_frame)
{
	struct attempt attempt = { .stream = s };
	if (!s)
		return xf_fail(-EINVAL, "%s: stream is NULL", __func__);
	int r = xfi_domain_check(s->base.domain, true);
	if (!r)
		r = wait_for_frame(&attempt, deadline_ns);
	if (r == XF_TIMEOUT)
		xfi_message_forget();
	if (r)
		return r;
	struct xf_frame frame = { .surface = xfi_stream_surface(s, attempt.frame),
		.format = &s->local[attempt.frame / XF_POOL_MAX].format,
		.slot = attempt.frame };
	r = XFI_PARAMS_WRITE(ret_frame, struct xf_frame, &frame);
	if (r)
		(void)xf_stream_drop(s, &frame);
	return r;
}
