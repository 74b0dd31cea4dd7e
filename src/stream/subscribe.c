/* SPDX-License-Identifier: MIT */
/* Who reads, by which policy, and how many frames that needs. See stream.c. */
#include "stream/subscribe.h"

#include <errno.h>

#include "base/kill_point.h"
#include "base/message.h"
#include "shm/member.h"
#include "stream/cursor.h"
#include "stream/format.h"
#include "stream/interrupt.h"
#include "stream/keep.h"
#include "stream/produce.h"
#include "stream/read.h"
#include "stream/wake.h"

int xfi_stream_not_subscribed(void)
{
	return xf_fail(-EPERM, "this handle has not subscribed");
}

struct request {
	struct xf_stream *stream;
	xfi_u64 *set;
	uint32_t max_held;
	uint64_t frames, needed; /* told by the caller: a message is its thread's */
};

uint32_t xfi_stream_reserved(const struct xf_stream *s)
{
	const struct xfi_stream_hot *hot = xfi_stream_hot(s);
	uint64_t readers = atomic_load(&hot->every) | atomic_load(&hot->latest), sum = 2;
	for (; readers; readers &= readers - 1) {
		uint32_t held = atomic_load(&s->memory->readers[__builtin_ctzll(readers)].max_held);
		sum += held < XF_POOL_MAX ? held : XF_POOL_MAX; /* others write what they like */
	}
	return (uint32_t)sum;
}

/* Under the domain's lock: those who come at once do not both count themselves out. */
static int enter_set(struct xf_domain *d, void *arg)
{
	struct request *request = arg;
	struct xf_stream *s = request->stream;
	struct xfi_stream_hot *hot = xfi_stream_hot(s);
	uint64_t readers = atomic_load(&hot->every) | atomic_load(&hot->latest);
	uint64_t frames = atomic_load(&s->memory->frames);
	uint64_t reserved = (uint64_t)xfi_stream_reserved(s) + request->max_held;
	if (readers & xfi_self_bit(d))
		return -EBUSY;
	request->frames = frames;
	request->needed = reserved;
	if (reserved > frames)
		return -ENOSPC;
	atomic_store(&xfi_stream_record(s)->max_held, request->max_held);
	xfi_stream_move_cursor(s, xfi_stream_newest(s));
	XFI_KILL_POINT("stream:subscribing");
	atomic_fetch_or(request->set, xfi_self_bit(d));
	XFI_KILL_POINT("stream:subscribed");
	/* From here on nothing is taken away that is newer than this. */
	uint64_t newest = xfi_stream_newest(s);
	xfi_stream_move_cursor(
		s, newest < XFI_STREAM_FIRST_SEQUENCE ? XFI_STREAM_FIRST_SEQUENCE : newest);
	return 0;
}

/*
 * Its surfaces live while somebody has them open: from here on the frames of a producer that goes
 * before this reader has had one are still to be had. What cannot be opened now next() tries again.
 */
static void open_newest_format(struct xf_stream *s)
{
	uint32_t k = atomic_load(&s->memory->format) % XFI_STREAM_FORMATS;
	pthread_mutex_lock(&s->lock);
	(void)xfi_stream_format_open(s, k, atomic_load(&s->memory->formats[k].generation));
	pthread_mutex_unlock(&s->lock);
}

static int explain(const struct request *request, int r)
{
	if (r == -EBUSY)
		return xf_fail(r, "this process reads the stream already");
	if (r == -ENOSPC)
		return xf_fail(r, "the stream has %u frames; with these readers it needs %u",
			(unsigned)request->frames, (unsigned)request->needed);
	return r;
}

int xf_stream_subscribe(struct xf_stream *s, enum xf_stream_policy policy, uint32_t max_held)
{
	xfi_message_forget();
	if (!s || (policy != XF_STREAM_EVERY && policy != XF_STREAM_LATEST) || !max_held)
		return xf_fail(-EINVAL, "a policy and at least one frame to hold are needed");
	struct request request = { .stream = s,
		.set = policy == XF_STREAM_EVERY ? &xfi_stream_hot(s)->every
						 : &xfi_stream_hot(s)->latest,
		.max_held = max_held > XF_POOL_MAX ? XF_POOL_MAX : max_held };
	int r = xfi_domain_check(s->base.domain, true);
	if (r)
		return r;
	open_newest_format(s); /* before anybody counts on this reader */
	r = xfi_member_call(s->base.domain, enter_set, &request);
	if (r)
		return explain(&request, r);
	open_newest_format(s); /* another one may have come meanwhile */
	pthread_mutex_lock(&s->lock);
	s->max_held = request.max_held;
	s->expected = s->counted = atomic_load(&s->cursor);
	s->head = 0;
	s->began = false;
	atomic_store(&s->policy, (uint32_t)policy);
	pthread_mutex_unlock(&s->lock);
	xfi_stream_wake(s); /* whoever waits for readers; who dies before is no reader any more */
	return 0;
}

struct crowd {
	const struct xf_stream *stream;
	uint32_t wanted;
};

static int try_crowd(void *arg)
{
	const struct crowd *crowd = arg;
	const struct xfi_stream_hot *hot = xfi_stream_hot(crowd->stream);
	uint64_t readers = atomic_load(&hot->every) | atomic_load(&hot->latest);
	return (uint32_t)__builtin_popcountll(readers) >= crowd->wanted ? 0 : XFI_AGAIN;
}

int xf_stream_wait_readers(struct xf_stream *s, uint32_t count, int64_t deadline_ns)
{
	struct crowd crowd = { .stream = s, .wanted = count };
	xfi_message_forget();
	if (!s)
		return xf_fail(-EINVAL, "%s: stream is NULL", __func__);
	int r = xfi_park_check(s->base.domain);
	if (!r)
		r = try_crowd(&crowd);
	if (r != XFI_AGAIN)
		return r;
	if (deadline_ns <= 0)
		return XF_TIMEOUT;
	bool say = atomic_load(&s->role) && !s->base.domain->read_only;
	if (say)
		xfi_stream_waits(s, XF_STREAM_WAITS_FOR_READERS);
	r = xfi_stream_park(s, deadline_ns, try_crowd, &crowd);
	if (say)
		xfi_stream_waits(s, 0);
	return r;
}

/*
 * What it may hold shrinks after that was given back, so that nobody is promised what is not there.
 * A death in between leaves too much, until the sweep takes the reader's bit away.
 */
void xfi_stream_need_less(struct xf_stream *s)
{
	if (atomic_load(&s->policy) != XF_STREAM_NOTHING)
		return;
	atomic_store(&xfi_stream_record(s)->max_held, s->held);
	if (s->held)
		return;
	XFI_KILL_POINT("stream:nothing");
	atomic_fetch_and(&xfi_stream_hot(s)->latest, ~xfi_self_bit(s->base.domain));
	atomic_store(&s->policy, 0);
}

static void leave_sets(struct xf_stream *s, uint32_t policy)
{
	uint64_t others = ~xfi_self_bit(s->base.domain);
	atomic_fetch_and(&xfi_stream_hot(s)->every, others);
	atomic_fetch_and(&xfi_stream_hot(s)->latest, others);
	XFI_KILL_POINT("stream:unsubscribed");
	xfi_stream_wake(s); /* the producer, perhaps */
	if (policy != XF_STREAM_EVERY)
		return;
	xfi_stream_keep_no_more(s);
	pthread_mutex_lock(&s->lock);
	xfi_stream_format_tidy(s);
	pthread_mutex_unlock(&s->lock);
}

int xf_stream_unsubscribe(struct xf_stream *s)
{
	xfi_message_forget();
	if (!s)
		return xf_fail(-EINVAL, "%s: stream is NULL", __func__);
	int r = xfi_domain_check(s->base.domain, true);
	if (r)
		return r;
	pthread_mutex_lock(&s->lock);
	uint32_t policy = atomic_exchange(&s->policy, 0);
	r = policy ? 0 : -EPERM;
	for (uint32_t f = 0; !r && f < XFI_STREAM_FRAMES; f++)
		(void)xfi_stream_give_back(s, f); /* -EPERM: not held */
	if (policy == XF_STREAM_EVERY)
		xfi_stream_format_open_all(s);
	pthread_mutex_unlock(&s->lock);
	if (!r)
		leave_sets(s, policy);
	return r;
}

/* Begins with what is newest; never with what it has had. */
static void go_on_from_newest(struct xf_stream *s)
{
	uint64_t cursor = atomic_load(&s->cursor), head = xfi_stream_newest(s);
	if (head > cursor)
		xfi_stream_move_cursor(s, head);
}

/*
 * In one set at least all the time, and in both for a moment: so nobody counts it out, and a death
 * in between leaves what the sweep takes away. The cursor is as in enter_set().
 */
static void change_sets(struct xf_stream *s, bool every)
{
	struct xfi_stream_hot *hot = xfi_stream_hot(s);
	uint64_t bit = xfi_self_bit(s->base.domain);
	if (every)
		go_on_from_newest(s);
	atomic_fetch_or(every ? &hot->every : &hot->latest, bit);
	XFI_KILL_POINT("stream:policy");
	if (every) {
		go_on_from_newest(s);
		s->expected = atomic_load(&s->cursor);
	}
	atomic_fetch_and(every ? &hot->latest : &hot->every, ~bit);
}

int xf_stream_set_policy(struct xf_stream *s, enum xf_stream_policy policy)
{
	xfi_message_forget();
	if (!s || policy < XF_STREAM_EVERY || policy > XF_STREAM_NOTHING)
		return xf_fail(-EINVAL, "a policy is XF_STREAM_EVERY, _LATEST or _NOTHING");
	int r = xfi_domain_check(s->base.domain, true);
	if (r)
		return r;
	pthread_mutex_lock(&s->lock);
	uint32_t before = atomic_load(&s->policy);
	bool goes = before && before != XF_STREAM_NOTHING;
	bool produced = policy == XF_STREAM_NOTHING && atomic_load(&s->role);
	if (produced)
		xfi_stream_end_producing(s, 0);
	if (goes && before != (uint32_t)policy) {
		change_sets(s, policy == XF_STREAM_EVERY);
		atomic_store(&s->policy, (uint32_t)policy);
		xfi_stream_need_less(s);
	}
	pthread_mutex_unlock(&s->lock);
	if (!goes && !produced && (uint32_t)policy != before)
		return xfi_stream_not_subscribed();
	xfi_stream_wake(s); /* the producer, perhaps: it waits for this reader no more */
	return 0;
}
