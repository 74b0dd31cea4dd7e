/* SPDX-License-Identifier: MIT */
#include "shm/bell.h"

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
