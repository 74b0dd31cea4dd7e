/* SPDX-License-Identifier: MIT */
/* Who is the producer. See stream.c. */
#include "stream/produce.h"

#include <errno.h>

#include "base/kill_point.h"
#include "base/message.h"
#include "shm/lifeline.h"
#include "shm/member.h"
#include "stream/format.h"
#include "stream/subscribe.h"
#include "stream/wake.h"
#include "surface/pool.h"

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
