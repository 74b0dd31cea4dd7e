/* SPDX-License-Identifier: MIT */
/* Next and done. See stream.c. */
#include "stream/read.h"

#include <errno.h>

#include "base/cpu.h"
#include "base/kill_point.h"
#include "base/message.h"
#include "base/params.h"
#include "stream/cursor.h"
#include "stream/format.h"
#include "stream/interrupt.h"
#include "stream/subscribe.h"
#include "stream/wake.h"
#include "surface/pool.h"

#define LOST 1001 /* beside the results: that frame is not to be had (any more) */

int xfi_stream_give_back(struct xf_stream *s, uint32_t f)
{
	if (f >= XFI_STREAM_FRAMES || s->mine[f] != XFI_STREAM_READING)
		return -EPERM;
	struct xf_pool *pool = s->local[f / XF_POOL_MAX].pool;
	(void)xfi_pool_drop(pool, f % XF_POOL_MAX);
	XFI_KILL_POINT("stream:done");
	s->mine[f] = XFI_STREAM_FREE;
	s->local[f / XF_POOL_MAX].held--;
	s->held--;
	xfi_stream_need_less(s);
	return 0;
}

static void read_info(struct xf_stream *s, uint32_t f, uint64_t sequence)
{
	const struct xfi_stream_frame *frame = &s->memory->frames_of[f];
	struct xf_frame_info *info = &s->infos[f];
	uint32_t size = xfi_get(&frame->data_size);
	uint32_t discontinuities = xfi_get(&frame->discontinuities);
	info->size = sizeof(*info);
	info->sequence = sequence;
	info->pts_ns = xfi_get(&frame->pts_ns);
	info->dts_ns = xfi_get(&frame->dts_ns);
	info->duration_ns = xfi_get(&frame->duration_ns);
	info->fence = xfi_get(&frame->fence);
	info->fence_value = xfi_get(&frame->fence_value);
	uint32_t flags = xfi_get(&frame->flags);
	info->crop = (struct xf_rect){ 0 };
	if (flags & XFI_STREAM_CROPPED)
		xfi_get_bytes(&info->crop, frame->crop, sizeof(info->crop));
	info->flags = flags & ~(XF_FRAME_DISCONT | XF_FRAME_GAP | XFI_STREAM_CROPPED);
	info->generation = xfi_get(&frame->generation);
	info->data_size = size < XF_FRAME_DATA_MAX ? size : XF_FRAME_DATA_MAX;
	if (info->data_size)
		xfi_get_bytes(info->data, frame->data, info->data_size);
	if (s->began && discontinuities != s->discontinuities)
		info->flags |= XF_FRAME_DISCONT;
	s->discontinuities = discontinuities;
	s->began = true;
}

/* 0: frame *ret_frame is ours. LOST; XFI_AGAIN: this process itself has it in hand; or an error. */
static int take(struct xf_stream *s, uint64_t sequence, uint32_t *ret_frame)
{
	uint64_t word = atomic_load(&s->memory->ring[xfi_stream_ring_place(sequence)]);
	uint32_t f = xfi_stream_ring_frame(word), k = f / XF_POOL_MAX, i = f % XF_POOL_MAX;
	const struct xfi_stream_frame *frame = &s->memory->frames_of[f];
	if ((word & XFI_STREAM_RING_SEQUENCE) != (sequence & XFI_STREAM_RING_SEQUENCE) ||
		atomic_load(&frame->sequence) != sequence)
		return LOST;
	uint32_t generation = xfi_get(&frame->generation);
	int r = xfi_stream_format_is_open(s, k, generation)
			? 0
			: xfi_stream_format_open(s, k, generation);
	if (r)
		return r == -ESTALE ? LOST : r;
	if (i >= s->local[k].count)
		return xf_fail(-EPROTO, "the stream's ring names a surface that it has not");
	if (!xfi_pool_add(s->local[k].pool, i))
		return LOST; /* this very process is about to write it */
	XFI_KILL_POINT("stream:added");
	if (atomic_load(&frame->sequence) != sequence) {
		(void)xfi_pool_drop(s->local[k].pool, i);
		return LOST;
	}
	XFI_KILL_POINT("stream:got");
	s->local[k].held++;
	s->held++;
	s->mine[f] = XFI_STREAM_READING;
	s->infos[f].producer = xfi_stream_producer_number(word >> 52);
	*ret_frame = f;
	return 0;
}

/* What comes next is known to be there: its lines come here while the caller reads this one. */
static void want(struct xf_stream *s, uint64_t sequence)
{
	uint64_t word = atomic_load_explicit(
		&s->memory->ring[xfi_stream_ring_place(sequence)], memory_order_relaxed);
	uint32_t f = xfi_stream_ring_frame(word), k = f / XF_POOL_MAX;
	__builtin_prefetch(&s->memory->frames_of[f], 0);
	if (s->local[k].pool && f % XF_POOL_MAX < s->local[k].count)
		xfi_pool_want(s->local[k].pool, f % XF_POOL_MAX);
}

/* What it should have had, up to this. Each is counted when it is found to be missing. */
static void count_lost(struct xf_stream *s, uint64_t sequence)
{
	if (sequence <= s->counted)
		return;
	atomic_fetch_add(&xfi_stream_hot(s)->lost, sequence - s->counted);
	atomic_fetch_add(&s->missed, sequence - s->counted);
	s->counted = sequence;
}

/* The reader has `sequence`, and does not have what lies between. */
static void took(struct xf_stream *s, uint32_t f, uint64_t sequence, uint64_t expected)
{
	bool every = atomic_load(&s->policy) == XF_STREAM_EVERY;
	xfi_stream_move_cursor(s, sequence + 1);
	s->expected = sequence + 1;
	read_info(s, f, sequence);
	s->infos[f].missed = sequence - expected;
	if (every && sequence != expected)
		s->infos[f].flags |= XF_FRAME_GAP;
	if (every)
		count_lost(s, sequence);
	s->counted = sequence + 1;
	/* A producer may drain: it sees us among the frame's holders, or we that it waits. */
	if (every && sequence == s->head)
		xfi_ring_watchers(s->base.domain, s->local[f / XF_POOL_MAX].pool->base.index);
}

static int take_next(struct xf_stream *s, uint64_t cursor, uint64_t head, uint32_t *ret_frame)
{
	uint64_t expected = s->expected;
	bool lost = head - cursor >= XFI_STREAM_RING;
	if (lost)
		cursor = head - XFI_STREAM_RING + 1;
	for (; cursor <= head; cursor++) {
		int r = take(s, cursor, ret_frame);
		if (lost || r == LOST) /* before the cursor moves on */
			xfi_stream_format_open_all(s);
		lost = false;
		if (r == 0)
			took(s, *ret_frame, cursor, expected);
		if (r == 0 && cursor < head)
			want(s, cursor + 1);
		if (r != LOST)
			return r;
	}
	/* Gone with their producer, and perhaps nothing follows: so it is said now. */
	count_lost(s, cursor);
	xfi_stream_move_cursor(s, cursor);
	atomic_thread_fence(memory_order_seq_cst); /* whoever waits for the cursor */
	xfi_ring_watchers(s->base.domain, s->base.index);
	return XFI_AGAIN;
}

static int take_newest(struct xf_stream *s, uint64_t cursor, uint64_t head, uint32_t *ret_frame)
{
	for (int attempts = 0; attempts < 16; attempts++) {
		int r = take(s, head, ret_frame);
		if (r == 0)
			took(s, *ret_frame, head, s->expected);
		if (r != LOST)
			return r;
		uint64_t before = head;
		head = xfi_stream_newest(s);
		if (head == before) {
			/* Gone with its producer, or nonsense: there is nothing newer. */
			xfi_stream_move_cursor(s, head + 1);
			return XFI_AGAIN;
		}
		if (head < cursor)
			break;
	}
	return XFI_AGAIN;
}

struct attempt {
	struct xf_stream *stream;
	uint32_t frame;
};

static bool ended(const struct xf_stream *s)
{
	return atomic_load(&xfi_stream_hot(s)->producer) & XFI_STREAM_ENDED;
}

/* What is there now. */
static int look(struct xf_stream *s, uint32_t policy, uint32_t *ret_frame)
{
	uint64_t cursor = atomic_load_explicit(&s->cursor, memory_order_relaxed);
	bool end = ended(s); /* before head: the last frame was published first */
	int r = XFI_AGAIN;
	s->head = xfi_stream_newest(s);
	if (s->head >= cursor)
		r = policy == XF_STREAM_EVERY ? take_next(s, cursor, s->head, ret_frame)
					      : take_newest(s, cursor, s->head, ret_frame);
	return r == XFI_AGAIN && end ? XF_ENDED : r;
}

static int try_locked(struct attempt *attempt)
{
	struct xf_stream *s = attempt->stream;
	uint32_t policy = atomic_load(&s->policy);
	uint64_t cursor = atomic_load(&s->cursor);
	if (!xfi_stream_takes(s))
		return xfi_stream_not_subscribed();
	if (s->held >= s->max_held)
		return xf_fail(-EBUSY, "%u frames are held; give some back", s->max_held);
	int r = XFI_AGAIN;
	if (policy == XF_STREAM_EVERY && s->head >= cursor) /* known to be there */
		r = take_next(s, cursor, s->head, &attempt->frame);
	if (r == XFI_AGAIN)
		r = look(s, policy, &attempt->frame);
	if (r == 0)
		xfi_stream_format_tidy(s);
	return r;
}

static int try_next(void *arg)
{
	struct attempt *attempt = arg;
	pthread_mutex_lock(&attempt->stream->lock);
	int r = try_locked(attempt);
	pthread_mutex_unlock(&attempt->stream->lock);
	return r;
}

static void note_cpu(struct xf_stream *s, uint32_t cpu)
{
	xfi_u32 *word = &s->memory->reader_cpu;
	if (atomic_load_explicit(word, memory_order_relaxed) != cpu)
		atomic_store_explicit(word, cpu, memory_order_relaxed);
}

/* Whether it did. */
static bool spin(struct xf_stream *s, uint32_t cpu)
{
	const xfi_u32 *theirs = &s->memory->producer_cpu;
	if (!xfi_spin_pays(&s->next_spin, cpu, atomic_load_explicit(theirs, memory_order_relaxed)))
		return false;
	for (int i = 0; !xfi_stream_ready(s) && i < XFI_SPINS / XFI_PAUSES; i++)
		for (int pause = 0; pause < XFI_PAUSES; pause++)
			xfi_cpu_relax();
	return true;
}

static int sleep_until_next(struct attempt *attempt, bool spun, int64_t deadline_ns)
{
	struct xf_stream *s = attempt->stream;
	int64_t began = xf_now();
	int r = xfi_stream_park(s, deadline_ns, try_next, attempt);
	xfi_spin_slept(&s->next_spin, spun, began);
	return r;
}

static int wait_next(struct attempt *attempt, int64_t deadline_ns)
{
	struct xf_stream *s = attempt->stream;
	uint32_t cpu = xfi_cpu();
	note_cpu(s, cpu);
	int r = try_next(attempt);
	if (r != XFI_AGAIN)
		return r;
	if (deadline_ns <= 0)
		return XF_TIMEOUT;
	bool spun = spin(s, cpu);
	r = spun ? try_next(attempt) : XFI_AGAIN;
	return r == XFI_AGAIN ? sleep_until_next(attempt, spun, deadline_ns) : r;
}

int xf_stream_next(struct xf_stream *s, int64_t deadline_ns, struct xf_frame *ret_frame)
{
	struct attempt attempt = { .stream = s };
	if (!s)
		return xf_fail(-EINVAL, "%s: stream is NULL", __func__);
	int r = xfi_domain_check(s->base.domain, true);
	if (!r)
		r = wait_next(&attempt, deadline_ns);
	if (r == XF_TIMEOUT)
		xfi_message_forget();
	xfi_handle_rearm(&s->base);
	if (r)
		return r;
	struct xf_frame frame = { .surface = xfi_stream_surface(s, attempt.frame),
		.format = &s->local[attempt.frame / XF_POOL_MAX].format,
		.info = &s->infos[attempt.frame],
		.slot = attempt.frame };
	r = XFI_PARAMS_WRITE(ret_frame, struct xf_frame, &frame);
	if (r)
		(void)xf_stream_done(s, &frame);
	return r;
}

int xf_stream_done(struct xf_stream *s, struct xf_frame *frame)
{
	if (!s || !frame)
		return xf_fail(-EINVAL, "%s: stream or frame is NULL", __func__);
	int r = xfi_domain_check(s->base.domain, true);
	if (r)
		return r;
	pthread_mutex_lock(&s->lock);
	bool full = s->held == s->max_held;
	r = xfi_stream_give_back(s, frame->slot);
	pthread_mutex_unlock(&s->lock);
	if (r)
		return xf_fail(r, "this handle does not read that frame");
	if (full)
		xfi_handle_rearm(&s->base);
	return 0;
}

bool xfi_stream_ready(const struct xf_stream *s)
{
	return xfi_stream_newest(s) >= atomic_load(&s->cursor) || ended(s);
}

static bool ready_handle(void *arg)
{
	return xfi_stream_ready(arg);
}

int xf_stream_fd(struct xf_stream *s, int *ret_fd)
{
	xfi_message_forget();
	if (!s || !ret_fd)
		return xf_fail(-EINVAL, "%s: stream or ret_fd is NULL", __func__);
	return xfi_poll_open(s->base.domain, &s->base.poll, s->base.index, ready_handle, s, ret_fd);
}

static bool item_refused(const struct xf_wait_item *item)
{
	const struct xf_stream *s = item->object;
	return !xfi_stream_takes(s) || (atomic_load(&s->interrupted) && !xfi_stream_ready(s));
}

static bool item_ready(const struct xf_wait_item *item)
{
	return item_refused(item) || xfi_stream_ready(item->object);
}

static int look_at_item(struct xf_wait_item *item)
{
	const struct xf_stream *s = item->object;
	if (!xfi_stream_takes(s))
		return xfi_stream_not_subscribed();
	return xfi_stream_ready(s) ? 0 : xfi_stream_or_interrupted(s, XFI_AGAIN);
}

static void leave_item(struct xf_wait_item *item)
{
	(void)item; /* nothing was taken */
}

const struct xfi_waitable xfi_stream_waitable = {
	.take = look_at_item, .ready = item_ready, .refused = item_refused, .give_back = leave_item
};
