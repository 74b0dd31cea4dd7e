/* SPDX-License-Identifier: MIT */
#include "shm/bell.h"

#include <errno.h>

#include "shm/link.h"
#include "shm/park.h"
#include "shm/poll.h"

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

void xfi_post(struct xf_domain *d, uint64_t members)
{
	uint32_t member;
	XFI_FOR_EACH_BIT(member, members) {
		struct xfi_member *m = &d->members[member];
		atomic_fetch_add(&m->post, 1);
		xfi_futex_wake(&m->post, 1, FUTEX_BITSET_MATCH_ANY);
	}
}

void xfi_ring_watchers_slow(struct xf_domain *d, uint32_t index)
{
	struct xfi_slot *slot = xfi_slot(d, index);
	uint64_t members = atomic_exchange(&slot->watchers, 0);
	xfi_ring(d, members);
	if (!xfi_has_pollers(atomic_load(&slot->head)))
		return;
	/* A member is among the pollers before it is among the watchers. */
	uint64_t pollers = members & atomic_load(&slot->cold.pollers);
	if (pollers & xfi_self_bit(d))
		xfi_poll_look(d, index);
	pollers &= ~xfi_self_bit(d);
	if (pollers)
		xfi_link_ring(d, index, pollers);
}

int xfi_bell_wait(struct xf_domain *d, const uint32_t *indices, uint32_t count, int64_t deadline_ns,
	int (*try)(void *arg), void *arg)
{
	struct xfi_member *self = &d->members[d->self];
	int r = XFI_AGAIN;
	bool late = false;
	atomic_fetch_add(&self->sleepers, 1);
	while (r == XFI_AGAIN && !late) {
		uint32_t heard = atomic_load(&self->bell);
		for (uint32_t i = 0; i < count; i++)
			xfi_watch(d, xfi_slot(d, indices[i]));
		r = try(arg);
		if (r == XFI_AGAIN && (xfi_futex_wait(&self->bell, heard, deadline_ns,
					       FUTEX_BITSET_MATCH_ANY) == -ETIMEDOUT ||
					      xfi_past(deadline_ns))) {
			late = true;
			r = try(arg);
		}
	}
	atomic_fetch_sub(&self->sleepers, 1);
	return r == XFI_AGAIN ? XF_TIMEOUT : r;
}
