/* SPDX-License-Identifier: MIT */
/* Hold, publish, drop; and who is the producer. See stream.c. */
#include "stream/produce.h"

#include <errno.h>
#include <string.h>

#include "base/cpu.h"
#include "base/kill_point.h"
#include "base/message.h"
#include "base/params.h"
#include "shm/lifeline.h"
#include "shm/member.h"
#include "stream/format.h"
#include "stream/subscribe.h"
#include "stream/wake.h"
#include "surface/hold.h"
#include "surface/pool.h"
#include "surface/surface.h"

#include <crossfence/inspect.h>

#define LARGE 262144 /* bytes of a surface that are worth more in a cache than a few looks cost */

static int refuse(struct xf_stream *s, uint32_t member)
{
	const struct xfi_member *m = &s->base.domain->members[member - 1];
	char name[XFI_MEMBER_NAME], label[XF_LABEL_MAX + 1];
	xfi_get_bytes(name, m->name, sizeof(name));
	xfi_get_bytes(label, s->base.slot->cold.label, sizeof(label));
	name[sizeof(name) - 1] = label[XF_LABEL_MAX] = 0;
	return xf_fail(
		-EBUSY, "\"%s\" has a producer: process %d (%s)", label, xfi_get(&m->pid), name);
}

bool xfi_stream_producer_lives(const struct xf_stream *s, uint64_t producer)
{
	uint32_t member = xfi_stream_member(producer);
	return member && member <= XF_MEMBERS_MAX && xfi_member_alive(s->base.domain, member - 1);
}

static int take_part(struct xf_stream *s)
{
	struct xf_domain *d = s->base.domain;
	struct xfi_stream_hot *hot = xfi_stream_hot(s);
	uint64_t seen = atomic_load(&hot->producer), wanted;
	do {
		/* A dead one's part is free at once; the sweep comes later. */
		if (xfi_stream_producer_lives(s, seen))
			return refuse(s, xfi_stream_member(seen));
		wanted = xfi_stream_producer(d->self + 1, xfi_stream_epoch(seen) + 1);
	} while (!atomic_compare_exchange_strong(&hot->producer, &seen, wanted));
	XFI_KILL_POINT("stream:part-taken");
	atomic_store(&s->role, wanted);
	s->produced = true;
	s->free_below = 0;
	return 0;
}

/* From here on nothing that the one before us still does is published. */
static void take_head(struct xf_stream *s)
{
	struct xfi_stream_hot *hot = xfi_stream_hot(s);
	uint64_t seen = atomic_load(&hot->head);
	while (!atomic_compare_exchange_strong(
		&hot->head, &seen, xfi_stream_head(xfi_stream_epoch(atomic_load(&s->role)), seen)))
		;
	XFI_KILL_POINT("stream:head-taken");
	xfi_stream_waits(s, 0); /* as whoever died waiting did */
	if (atomic_load(&s->memory->generation)) /* there was somebody before */
		atomic_fetch_add(&s->memory->discontinuities, 1);
}

struct room {
	struct xf_stream *stream;
	const struct xf_stream_params *params;
	uint32_t needed; /* by those who read now */
};

/*
 * Readers that are there were promised what they may hold: with fewer surfaces one that only wants
 * the newest frame could stop us. Under the domain's lock, as whoever subscribes, who from here on
 * counts with what there will be.
 */
static int make_room(struct xf_domain *d, void *arg)
{
	struct room *room = arg;
	struct xf_stream *s = room->stream;
	(void)d;
	room->needed = xfi_stream_reserved(s);
	s->frames = room->params->frames > room->needed ? room->params->frames : room->needed;
	if (s->frames > XF_POOL_MAX)
		s->frames = XF_POOL_MAX; /* others write what they like */
	if (room->params->pool && s->frames > room->params->frames)
		return -ENOSPC;
	atomic_store(&s->memory->frames, s->frames);
	return 0;
}

int xfi_stream_begin_producing(struct xf_stream *s, const struct xf_stream_params *params)
{
	int r = take_part(s);
	if (r)
		return r;
	take_head(s);
	s->flags = params->flags;
	s->surface_flags = params->surface_flags;
	uint32_t before = atomic_load(&s->memory->frames);
	struct room room = { .stream = s, .params = params };
	r = xfi_member_call(s->base.domain, make_room, &room);
	if (r == -ENOSPC)
		return xf_fail(r, "the pool has %u surfaces; with the stream's readers it needs %u",
			params->frames, room.needed);
	if (r)
		return r;
	pthread_mutex_lock(&s->lock);
	r = xfi_stream_format_set(s, params->format, params->pool);
	pthread_mutex_unlock(&s->lock);
	if (r)
		atomic_store(&s->memory->frames, before);
	return r; /* the caller closes the handle, which gives the part up */
}

int xfi_stream_no_producer(const struct xf_stream *s)
{
	return xf_fail(-EPERM, s->ended ? "this handle has ended the stream"
					: "this handle does not produce the stream");
}

void xfi_stream_end_producing(struct xf_stream *s, uint64_t how)
{
	uint64_t role = atomic_load(&s->role);
	atomic_store(&s->role, 0);
	if (!role)
		return;
	for (uint32_t f = 0; f < XFI_STREAM_FRAMES; f++)
		if (s->mine[f] == XFI_STREAM_WRITING) {
			s->mine[f] = XFI_STREAM_FREE;
			s->local[f / XF_POOL_MAX].held--;
			xfi_pool_abandon(s->local[f / XF_POOL_MAX].pool, f % XF_POOL_MAX);
		}
	if (atomic_compare_exchange_strong(&xfi_stream_hot(s)->producer, &role,
		    xfi_stream_producer(0, xfi_stream_epoch(role)) | how)) {
		XFI_KILL_POINT("stream:part-given");
		xfi_stream_wake(s);
	}
}

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
	int r = xfi_bell_wait(watched, count, deadline_ns, try_hold, attempt);
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

static bool is_cropped(const struct xf_frame_info *info)
{
	return info->crop.x_px || info->crop.y_px || info->crop.width_px || info->crop.height_px;
}

static void write_info(struct xf_stream *s, struct xfi_stream_frame *frame, uint32_t generation,
	const struct xf_frame_info *info)
{
	uint32_t flags = info->flags & ~(uint32_t)(XF_FRAME_DISCONT | XF_FRAME_GAP);
	xfi_put(&frame->pts_ns, info->pts_ns);
	xfi_put(&frame->dts_ns, info->dts_ns);
	xfi_put(&frame->duration_ns, info->duration_ns);
	xfi_put(&frame->fence, info->fence);
	xfi_put(&frame->fence_value, info->fence_value);
	xfi_put(&frame->generation, generation);
	if (is_cropped(info)) {
		flags |= XFI_STREAM_CROPPED;
		xfi_put_bytes(frame->crop, &info->crop, sizeof(frame->crop));
	}
	xfi_put(&frame->flags, flags);
	xfi_put(&frame->data_size, info->data_size);
	if (info->data_size)
		xfi_put_bytes(frame->data, info->data, info->data_size);
	if (info->flags & XF_FRAME_DISCONT)
		atomic_fetch_add(&s->memory->discontinuities, 1);
	xfi_put(&frame->discontinuities, atomic_load(&s->memory->discontinuities));
}

/* False: somebody produces after us, or writes what he likes. */
static bool enter_ring(struct xf_stream *s, uint32_t f, uint64_t epoch, uint64_t sequence)
{
	xfi_u64 *word = &s->memory->ring[xfi_stream_ring_place(sequence)];
	uint64_t seen = atomic_load(word);
	for (int attempts = 0; attempts < 64; attempts++) {
		if (xfi_stream_later(seen >> 52, epoch))
			return false;
		if (atomic_compare_exchange_strong(
			    word, &seen, xfi_stream_ring_word(epoch, f, sequence)))
			return true;
	}
	return false;
}

static int publish(struct xf_stream *s, uint32_t f, const struct xf_frame_info *info)
{
	struct xfi_stream_hot *hot = xfi_stream_hot(s);
	struct xfi_stream_local *local = &s->local[f / XF_POOL_MAX];
	struct xfi_stream_frame *frame = &s->memory->frames_of[f];
	uint64_t role = atomic_load(&s->role), epoch = xfi_stream_epoch(role),
		 head = atomic_load(&hot->head);
	uint64_t sequence = (head & XFI_STREAM_SEQUENCE) + 1;
	if (!role || head >> 52 != epoch)
		return xfi_stream_no_producer(s);
	write_info(s, frame, local->generation, info);
	XFI_KILL_POINT("stream:written");
	/* Before head, which is a read-modify-write; until then nobody looks for it. */
	atomic_store_explicit(&frame->sequence, sequence, memory_order_release);
	XFI_KILL_POINT("stream:numbered");
	bool entered = enter_ring(s, f, epoch, sequence);
	XFI_KILL_POINT("stream:in-ring");
	/* Before head: a reader of this very process has the same bit among the holders. */
	(void)xfi_pool_drop(local->pool, f % XF_POOL_MAX);
	XFI_KILL_POINT("stream:offered");
	if (!entered || !atomic_compare_exchange_strong(
				&hot->head, &head, xfi_stream_head(epoch, sequence)))
		return xf_fail(-EPROTO, "somebody else writes into this stream's ring");
	XFI_KILL_POINT("stream:published");
	xfi_stream_wake(s);
	return 0;
}

static const struct xf_frame_info no_info = { .size = sizeof(no_info),
	.pts_ns = XF_NO_TIME,
	.dts_ns = XF_NO_TIME,
	.duration_ns = XF_NO_TIME };

static int check_info(const struct xf_frame_info *info)
{
	const uint32_t known =
		XF_FRAME_DISCONT | XF_FRAME_GAP | XF_FRAME_KEY | XF_FRAME_END | XF_FRAME_CORRUPT;
	if (info->data_size > XF_FRAME_DATA_MAX)
		return xf_fail(-EINVAL, "%u bytes of data with a frame; at most %u",
			info->data_size, (unsigned)XF_FRAME_DATA_MAX);
	if (info->flags & ~known)
		return xf_fail(-EINVAL, "unknown frame flags %#x", info->flags & ~known);
	return 0;
}

/* What counts: as it was given, where it has the size that we know, else a copy. */
static int read_given(struct xf_frame_info *copy, const struct xf_frame_info *given,
	const struct xf_frame_info **ret_info)
{
	int r = 0;
	*ret_info = given ? given : &no_info;
	if (given && given->size != sizeof(*given)) {
		r = XFI_PARAMS_READ(copy, struct xf_frame_info, given);
		*ret_info = copy;
	}
	return r || !given ? r : check_info(*ret_info);
}

/* Gives the frame's place in the handle up; false: it was not held for writing. */
static bool leave_frame(struct xf_stream *s, const struct xf_frame *frame)
{
	if (frame->slot >= XFI_STREAM_FRAMES || s->mine[frame->slot] != XFI_STREAM_WRITING)
		return false;
	s->mine[frame->slot] = XFI_STREAM_FREE;
	s->local[frame->slot / XF_POOL_MAX].held--;
	return true;
}

static void note_cpu(struct xf_stream *s)
{
	uint32_t cpu = xfi_cpu();
	xfi_u32 *word = &s->memory->producer_cpu;
	if (atomic_load_explicit(word, memory_order_relaxed) != cpu)
		atomic_store_explicit(word, cpu, memory_order_relaxed);
}

static int not_held(const struct xf_stream *s)
{
	return atomic_load(&s->role) ? xf_fail(-EPERM, "the frame is not held for writing")
				     : xfi_stream_no_producer(s);
}

int xf_stream_publish(
	struct xf_stream *s, struct xf_frame *frame, const struct xf_frame_info *given)
{
	struct xf_frame_info copy;
	const struct xf_frame_info *info;
	if (!s || !frame)
		return xf_fail(-EINVAL, "%s: stream or frame is NULL", __func__);
	int r = xfi_domain_check(s->base.domain, true);
	if (!r)
		r = read_given(&copy, given, &info);
	if (r)
		return r;
	note_cpu(s);
	pthread_mutex_lock(&s->lock);
	r = leave_frame(s, frame) ? publish(s, frame->slot, info) : not_held(s);
	pthread_mutex_unlock(&s->lock);
	return r;
}

int xf_stream_drop(struct xf_stream *s, struct xf_frame *frame)
{
	if (!s || !frame)
		return xf_fail(-EINVAL, "%s: stream or frame is NULL", __func__);
	int r = xfi_domain_check(s->base.domain, true);
	if (r)
		return r;
	pthread_mutex_lock(&s->lock);
	r = leave_frame(s, frame) ? 0 : not_held(s);
	if (!r)
		xfi_pool_abandon(
			s->local[frame->slot / XF_POOL_MAX].pool, frame->slot % XF_POOL_MAX);
	pthread_mutex_unlock(&s->lock);
	return r;
}

int xf_stream_end(struct xf_stream *s)
{
	xfi_message_forget();
	if (!s)
		return xf_fail(-EINVAL, "%s: stream is NULL", __func__);
	int r = xfi_domain_check(s->base.domain, true);
	if (r)
		return r;
	pthread_mutex_lock(&s->lock);
	r = atomic_load(&s->role) ? 0 : xfi_stream_no_producer(s);
	s->ended |= !r;
	xfi_stream_end_producing(s, XFI_STREAM_ENDED);
	pthread_mutex_unlock(&s->lock);
	return r;
}
