/* SPDX-License-Identifier: MIT */
#include "shm/bell.h"
#include "shm/link.h"
#include "shm/poll.h"

void xfi_ring(struct xf_domain *d, uint64_t members)
{
	for (; members; members &= members - 1) {
		struct xfi_member *m = &d->members[__builtin_ctzll(members)];
		atomic_fetch_add(&m->bell, 1);
		/* A sleeper counts itself before it looks at the bell for the last time. */
		if (atomic_load(&m->sleepers))
			xfi_futex_wake(&m->bell, INT32_MAX, FUTEX_BITSET_MATCH_ANY);
	}
}

void xfi_post(struct xf_domain *d, uint64_t members)
{
	for (; members; members &= members - 1) {
		struct xfi_member *m = &d->members[__builtin_ctzll(members)];
		atomic_fetch_add(&m->post, 1);
		xfi_futex_wake(&m->post, 1, FUTEX_BITSET_MATCH_ANY);
	}
}

void xfi_ring_watchers_slow(struct xf_domain *d, uint32_t index)
{
	struct xfi_slot *slot = xfi_slot(d, index);
	uint64_t members = atomic_exchange(&slot->watchers, 0);
	xfi_ring(d, members);
	/* A member is among the pollers before it is among the watchers. */
	uint64_t pollers = members & atomic_load(&slot->cold.pollers);
	if (pollers & xfi_self_bit(d))
		xfi_poll_look(d, index);
	pollers &= ~xfi_self_bit(d);
	if (pollers)
		xfi_link_ring(d, index, pollers);
}
