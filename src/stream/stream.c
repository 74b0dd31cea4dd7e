/* SPDX-License-Identifier: MIT */
/*
 * Goal: frames in order from one producer to readers of two policies, where each step is one atomic
 * step, may be the last of its process, and holds up nobody.
 *
 * A frame is a surface of a pool, whose set of holders says who reads it, and a record beside it
 * with the frame's sequence (memory.h). The producer:
 *
 *	hold	holders {} -> {producer}; sequence s -> 0; does nobody hold it still? Else it puts
 *		the sequence back and takes another one
 *	publish	sequence 0 -> n; ring[n] -> frame; holders without the producer; head -> n; wakes
 *
 * and a reader that wants sequence n, which is at most head:
 *
 *	next	ring[n] -> frame; holders with the reader; is the frame's sequence n? Else it leaves
 *		the holders again: n is lost. cursor -> n + 1
 *	done	holders without the reader; the last one wakes the producer
 *
 * Either the producer sees the reader among the holders, or the reader sees that the sequence is
 * gone. So no frame is changed while somebody reads it, and nobody counts anything that a death
 * would leave too high.
 *
 * Which frames are free: a reader of policy `every` writes down the sequence that it waits for, and
 * the producer leaves what is not below it; those of policy `latest`, and late ones, look at head
 * alone, and the newest frame is never taken. A new `every` reader is in the set before it chooses
 * its cursor, and the producer looks at head before it looks at the set: so what it may take is
 * older than where the reader begins.
 *
 * Deaths: a reader's bits leave the sets (its cursor means nothing without), and the pool's sweep
 * takes it out of the holders when its process is gone. A producer's part is one word, which the
 * sweep clears or a successor takes over; a surface that it was writing returns when its process is
 * gone. A frame with a sequence beyond head was never published.
 */
#include "stream/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/kill_point.h"
#include "base/message.h"
#include "base/params.h"
#include "shm/bell.h"
#include "shm/member.h"
#include "shm/park.h"
#include "stream/format.h"
#include "stream/keep.h"
#include "stream/produce.h"
#include "stream/wake.h"
#include "surface/pool.h"
#include "surface/surface.h"

/* Whoever waits for a stream of that label waits here, where no object is. */
static uint64_t label_hash(const char *label)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	for (; *label; label++)
		hash = (hash ^ (uint8_t)*label) * UINT64_C(0x100000001b3);
	return xfi_park_hash(UINT32_MAX, hash);
}

static int map_memory(struct xf_stream *s)
{
	uint32_t access =
		s->base.domain->read_only ? XF_ACCESS_READ : XF_ACCESS_READ | XF_ACCESS_WRITE;
	void *data;
	if (s->memory_surface->size_bytes < sizeof(struct xfi_stream_memory))
		return -EPROTO;
	int r = xf_surface_begin(s->memory_surface, access, &data);
	if (!r)
		s->memory = data;
	return r;
}

static int make_memory(struct xf_stream *s)
{
	const struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = sizeof(struct xfi_stream_memory),
		.height_px = 1,
		.fourcc = XF_FORMAT_RAW };
	struct xfi_surface_plan plan;
	int r = xfi_surface_plan(&plan, &desc);
	if (r)
		return r;
	plan.pool = xfi_stream_own_id(s);
	r = xfi_surface_make(s->base.domain, &plan, &s->memory_surface);
	if (!r)
		r = map_memory(s);
	if (!r)
		xfi_put(&xfi_stream_hot(s)->memory, xf_surface_id(s->memory_surface));
	return r;
}

static int open_memory(struct xf_stream *s)
{
	xf_id id = xfi_get(&xfi_stream_hot(s)->memory);
	int r = xf_surface_open(s->base.domain, id, &s->memory_surface);
	if (!r)
		r = map_memory(s);
	return r == -EINVAL ? -EPROTO : r;
}

static void finish(struct xf_stream *s)
{
	for (uint32_t k = 0; k < XFI_STREAM_FORMATS; k++)
		xfi_pool_close(s->local[k].pool);
	if (s->memory)
		(void)xf_surface_end(s->memory_surface); /* begun when it was mapped */
	xf_surface_close(s->memory_surface);
	pthread_mutex_destroy(&s->lock);
	xfi_handle_close(&s->base);
}

int xf_stream_open_id(struct xf_domain *d, xf_id id, struct xf_stream **ret_stream)
{
	int r = -EINVAL;
	struct xf_stream *s = ret_stream ? xfi_handle_open(d, XF_STREAM, id, sizeof(*s), &r) : NULL;
	if (!s)
		return r;
	pthread_mutex_init(&s->lock, NULL);
	s->opened = id;
	r = open_memory(s);
	if (r) {
		finish(s);
		return r;
	}
	*ret_stream = s;
	return 0;
}

struct search {
	struct xf_domain *domain;
	const char *label;
	struct xf_stream *stream;
};

static int try_open(void *arg)
{
	struct search *search = arg;
	xf_id id;
	int r = xf_domain_find(search->domain, XF_STREAM, search->label, &id);
	if (!r)
		r = xf_stream_open_id(search->domain, id, &search->stream);
	return r == -ENOENT || r == -ESTALE ? XFI_AGAIN : r; /* stale: its last member just left */
}

int xf_stream_open(
	struct xf_domain *d, const char *label, int64_t deadline_ns, struct xf_stream **ret_stream)
{
	struct search search = { .domain = d, .label = label };
	xfi_message_forget();
	if (!d || !label || !ret_stream)
		return xf_fail(-EINVAL, "xf_stream_open needs a domain, a label and ret_stream");
	int r = deadline_ns > 0 ? xfi_park_check(d) : xfi_domain_check(d, false);
	if (!r)
		r = try_open(&search);
	if (r == XFI_AGAIN)
		r = deadline_ns <= 0 ? XF_TIMEOUT
				     : xfi_park(d, label_hash(label), XFI_PARK_ALL_BITS,
					       deadline_ns, try_open, &search);
	if (!r)
		*ret_stream = search.stream;
	return r;
}

/* Under the domain's lock: two that make the same label at once are told apart. */
static int publish_unless_there(struct xf_domain *d, void *arg)
{
	struct xf_stream *s = arg;
	char label[XF_LABEL_MAX + 1];
	xf_id other;
	xfi_get_bytes(label, s->base.slot->cold.label, sizeof(label));
	label[XF_LABEL_MAX] = 0;
	if (label[0] && xf_domain_find(d, XF_STREAM, label, &other) == 0)
		return -EEXIST;
	XFI_KILL_POINT("stream:publish");
	xfi_handle_publish(&s->base);
	return 0;
}

static int make(struct xf_domain *d, const struct xf_stream_params *params, const char *label,
	struct xf_stream **ret_stream)
{
	int r;
	struct xf_stream *s = xfi_handle_create(d, XF_STREAM, label, sizeof(*s), &r);
	if (!s)
		return r;
	pthread_mutex_init(&s->lock, NULL);
	atomic_store(&xfi_stream_hot(s)->head, XFI_STREAM_FIRST_SEQUENCE - 1);
	r = make_memory(s);
	if (!r)
		r = xfi_stream_begin_producing(s, params);
	if (!r)
		r = xfi_member_call(d, publish_unless_there, s);
	if (r) {
		finish(s);
		return r;
	}
	if (label) {
		atomic_thread_fence(memory_order_seq_cst); /* published, then: does anybody wait? */
		xfi_unpark(d, label_hash(label), XFI_PARK_ALL_BITS, true);
	}
	*ret_stream = s;
	return 0;
}

static int take_over(struct xf_domain *d, const struct xf_stream_params *params, const char *label,
	struct xf_stream **ret_stream)
{
	struct search search = { .domain = d, .label = label };
	int r = label ? try_open(&search) : XFI_AGAIN;
	if (r)
		return r == XFI_AGAIN ? -ENOENT : r;
	r = xfi_stream_begin_producing(search.stream, params);
	if (r) {
		xf_stream_close(search.stream);
		return r;
	}
	*ret_stream = search.stream;
	return 0;
}

static int check_params(struct xf_stream_params *params)
{
	if (!params->frames)
		params->frames = params->pool ? xf_pool_count(params->pool) : 8;
	if (params->frames < 3 || params->frames > XF_POOL_MAX)
		return xf_fail(-EINVAL, "a stream of %u frames; 3 to %u", params->frames,
			(unsigned)XF_POOL_MAX);
	if (params->pool && params->frames != xf_pool_count(params->pool))
		return xf_fail(-EINVAL, "frames is %u, the pool has %u", params->frames,
			xf_pool_count(params->pool));
	if (params->flags & ~(uint32_t)XF_STREAM_OVERRUN || params->reserved ||
		!xfi_surface_flags_ok(params->surface_flags))
		return xf_fail(-EINVAL, "unknown flags for a stream");
	return 0;
}

int xf_stream_create(struct xf_domain *d, const struct xf_stream_params *given, const char *label,
	struct xf_stream **ret_stream)
{
	struct xf_stream_params params;
	xfi_message_forget();
	if (!d || !ret_stream)
		return xf_fail(-EINVAL, "xf_stream_create needs a domain and ret_stream");
	int r = XFI_PARAMS_READ(&params, struct xf_stream_params, given);
	if (!r)
		r = check_params(&params);
	if (!r)
		r = xfi_domain_check(d, true);
	/* It may go between our look and our opening it, or come between our look and our making
	 * it: look again, a few times. */
	for (int attempts = 0; !r && attempts < 16; attempts++) {
		r = take_over(d, &params, label, ret_stream);
		if (r != -ENOENT)
			return r;
		r = make(d, &params, label, ret_stream);
		if (r != -EEXIST)
			return r;
		r = 0;
	}
	return r ? r : -EAGAIN;
}

static int keep(struct xf_domain *d, void *arg)
{
	const struct xf_stream *s = arg;
	xfi_stream_keep(d, s->base.index, d->self);
	return 0;
}

/* For the other readers, who are openers then. If the lock is not to be had they see a gap. */
static void leave_frames(struct xf_stream *s)
{
	uint64_t others = ~xfi_self_bit(s->base.domain);
	if (s->produced && atomic_load(&xfi_stream_hot(s)->every) & others)
		(void)xfi_member_call(s->base.domain, keep, s);
}

void xf_stream_close(struct xf_stream *s)
{
	XFI_MESSAGE_STAYS;
	if (!s)
		return;
	if (xfi_domain_check(s->base.domain, true) == 0) {
		(void)xf_stream_unsubscribe(s); /* -EPERM: it was none */
		pthread_mutex_lock(&s->lock);
		xfi_stream_end_producing(s, 0);
		pthread_mutex_unlock(&s->lock);
		leave_frames(s);
	}
	finish(s);
}

xf_id xf_stream_id(const struct xf_stream *s)
{
	return s ? xfi_handle_id(&s->base) : 0;
}

bool xfi_stream_gone(const struct xf_stream *s)
{
	return xfi_handle_gone(&s->base, s->opened) || xfi_surface_gone(s->memory_surface);
}

int xf_stream_info(struct xf_stream *s, struct xf_stream_info *ret_info)
{
	xfi_message_forget();
	if (!s)
		return xf_fail(-EINVAL, "%s: stream is NULL", __func__);
	int r = xfi_domain_check(s->base.domain, false);
	if (r)
		return r;
	const struct xfi_stream_hot *hot = xfi_stream_hot(s);
	uint64_t producer = atomic_load(&hot->producer);
	struct xf_stream_info info = {
		.sequence = (atomic_load(&hot->head) & XFI_STREAM_SEQUENCE),
		.lost = atomic_load(&hot->lost),
		.every = (uint32_t)__builtin_popcountll(atomic_load(&hot->every)),
		.latest = (uint32_t)__builtin_popcountll(atomic_load(&hot->latest)),
		.frames = atomic_load(&s->memory->frames),
		.generation = atomic_load(&s->memory->generation),
		.ended = !!(producer & XFI_STREAM_ENDED),
		.missed = atomic_load(&s->missed),
	};
	if (xfi_stream_producer_lives(s, producer)) {
		const struct xfi_member *m =
			&s->base.domain->members[xfi_stream_member(producer) - 1];
		info.producer_pid = xfi_get(&m->pid);
		xfi_get_bytes(info.producer_name, m->name, sizeof(info.producer_name));
		info.producer_name[sizeof(info.producer_name) - 1] = 0;
		info.producer = xfi_stream_producer_number(xfi_stream_epoch(producer));
	}
	if (xfi_stream_gone(s)) /* after all was read */
		return -ESTALE;
	return XFI_PARAMS_WRITE(ret_info, struct xf_stream_info, &info);
}

static bool member_died(struct xf_domain *d, uint32_t index, uint32_t member)
{
	struct xfi_stream_hot *hot = &xfi_slot(d, index)->hot.stream;
	uint64_t bit = UINT64_C(1) << member, seen = atomic_load(&hot->producer);
	atomic_fetch_and(&hot->every, ~bit);
	atomic_fetch_and(&hot->latest, ~bit);
	/* Bounded by its being the dead one's, whose threads end. The sweep tells. */
	if (xfi_stream_member(seen) == member + 1)
		atomic_compare_exchange_strong(
			&hot->producer, &seen, xfi_stream_producer(0, xfi_stream_epoch(seen)));
	return false;
}

/* Before its handles are closed. It may have produced, and somebody has its part by now. */
static void member_gone(struct xf_domain *d, uint32_t index, uint32_t member)
{
	if (atomic_load(&xfi_slot(d, index)->openers) & xfi_bit(member))
		xfi_stream_keep(d, index, member);
}

/* Frames, a producer's coming and going, and that there is such a stream at all. */
static uint32_t tell(struct xf_domain *d, uint32_t index)
{
	char label[XF_LABEL_MAX + 1];
	xfi_get_bytes(label, xfi_slot(d, index)->cold.label, sizeof(label));
	label[XF_LABEL_MAX] = 0;
	xfi_unpark(d, xfi_park_hash(index, 0), XFI_PARK_ALL_BITS, true);
	xfi_ring_watchers(d, index);
	xfi_unpark(d, label_hash(label), XFI_PARK_ALL_BITS, true);
	return 0;
}

const struct xfi_type_ops xfi_stream_ops = {
	.member_died = member_died, .member_gone = member_gone, .tell = tell
};
