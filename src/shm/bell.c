/* SPDX-License-Identifier: MIT */
#include "shm/bell.h"

#include <errno.h>

#include "base/kill_point.h"
#include "shm/looked.h"
#include "shm/park.h"
#include "shm/watch.h"

void xfi_ring(struct xf_domain *d, uint64_t members)
{
	uint32_t member;
	XFI_FOR_EACH_BIT(member, members) {
		struct xfi_member *m = &d->members[member];
		atomic_fetch_add(&m->bell, 1);
		/* A sleeper counts itself before it looks at the bell for the last time. */
		if (atomic_load(&m->sleepers))
			xfi_futex_wake(&m->bell, INT32_MAX, FUTEX_BITSET_MATCH_ANY);
	}
}

void xfi_ring_helpers(struct xf_domain *d)
{
	atomic_fetch_add(&d->header->members_seq, 1);
	xfi_futex_wake(&d->header->members_seq, INT32_MAX, FUTEX_BITSET_MATCH_ANY);
}

void xfi_post(struct xf_domain *d, uint64_t members, uint32_t bits)
{
	uint32_t member;
	XFI_FOR_EACH_BIT(member, members) {
		struct xfi_member *m = &d->members[member];
		atomic_fetch_add(&m->post, 1);
		/* All: each descriptor sleeps there, and a looker may have lain down before them.
		 */
		xfi_futex_wake(&m->post, INT32_MAX, bits);
	}
}

/* A set left behind by one that died is nobody's who has the object open. */
void xfi_ring_watchers_slow(struct xf_domain *d, uint32_t index)
{
	struct xfi_slot *slot = xfi_slot(d, index);
	uint64_t members = atomic_load(&slot->watchers) & atomic_load(&slot->openers);
	XFI_KILL_POINT("ring:looked");
	xfi_ring(d, members);
	if (!xfi_has_pollers(atomic_load(&slot->head)))
		return;
	/* A member is among the pollers before it is among the watchers. */
	xfi_post(d, members & atomic_load(&slot->cold.pollers), xfi_post_bit(index));
}

/* The bells to sleep on, one for each domain among what is watched. */
struct bells {
	struct xf_domain *domains[XFI_WATCH_MAX];
	struct xfi_member *members[XFI_WATCH_MAX];
	uint32_t heard[XFI_WATCH_MAX];
	uint32_t count;
};

static void collect(struct bells *bells, const struct xfi_watched *watched, uint32_t count)
{
	bells->count = 0;
	for (uint32_t i = 0; i < count; i++) {
		struct xfi_member *self = &watched[i].domain->members[watched[i].domain->self];
		uint32_t known = 0;
		while (known < bells->count && bells->members[known] != self)
			known++;
		if (known < bells->count)
			continue;
		bells->domains[known] = watched[i].domain;
		bells->members[known] = self;
		bells->count++;
	}
}

static void listen(struct bells *bells)
{
	for (uint32_t i = 0; i < bells->count; i++) {
		bells->heard[i] = atomic_load(&bells->members[i]->bell);
		/* For who has a choice whom to ring, see takers.c. */
		atomic_store_explicit(
			&bells->members[i]->heard, bells->heard[i], memory_order_relaxed);
	}
}

static int sleep_on(const struct bells *bells, int64_t deadline_ns)
{
	struct futex_waitv words[XFI_WATCH_MAX];
	for (uint32_t i = 0; i < bells->count; i++)
		deadline_ns = xfi_nap(bells->domains[i], deadline_ns);
	if (bells->count == 1)
		return xfi_futex_wait(&bells->members[0]->bell, bells->heard[0], deadline_ns,
			FUTEX_BITSET_MATCH_ANY);
	for (uint32_t i = 0; i < bells->count; i++)
		words[i] = xfi_waitv(&bells->members[i]->bell, bells->heard[i]);
	return xfi_futex_waitv(words, bells->count, deadline_ns);
}

static struct xfi_watch watch_of(const struct xfi_watched *w)
{
	return w->takers ? xfi_takers(w->domain, w->index, w->takers)
			 : xfi_watchers(w->domain, w->index);
}

static void come(const struct xfi_watched *watched, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		xfi_watch_come(watch_of(&watched[i]));
}

static void ask(const struct xfi_watched *watched, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		xfi_watch_ask(watched[i].domain, watch_of(&watched[i]));
}

static void leave(const struct xfi_watched *watched, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		xfi_watch_leave(watched[i].domain, watch_of(&watched[i]));
}

int xfi_bell_wait(const struct xfi_watched *watched, uint32_t count, int64_t deadline_ns,
	int (*try)(void *arg), void *arg)
{
	struct bells bells;
	bool late = false;
	int r = XFI_AGAIN;
	collect(&bells, watched, count);
	for (uint32_t i = 0; i < bells.count; i++)
		atomic_fetch_add(&bells.members[i]->sleepers, 1);
	come(watched, count);
	while (r == XFI_AGAIN && !late) {
		listen(&bells);
		ask(watched, count);
		r = try(arg);
		if (r != XFI_AGAIN)
			break;
		(void)sleep_on(&bells, deadline_ns);
		late = xfi_past(deadline_ns);
		if (late)
			r = try(arg);
	}
	leave(watched, count);
	for (uint32_t i = 0; i < bells.count; i++)
		atomic_fetch_sub(&bells.members[i]->sleepers, 1);
	return r == XFI_AGAIN ? XF_TIMEOUT : r;
}
