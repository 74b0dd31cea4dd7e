/* SPDX-License-Identifier: MIT */
/*
 * Takers: members with a thread that waits for any of several objects, at an object that one of
 * them takes from the others; a set as in watch.h. A change rings one of them, not all as it does
 * watchers. Whoever leaves passes that on: if the object can still be taken, the next one is rung.
 */
#ifndef XFI_SHM_TAKERS_H
#define XFI_SHM_TAKERS_H

#include "shm/domain.h"

void xfi_ring_taker_slow(struct xf_domain *domain, uint32_t index, xfi_u64 *takers);

/*
 * To be called after a change is published, as xfi_unpark(), and by a taker that has left, after a
 * look at the object. `takers` is the word in the slot.
 */
static inline void xfi_ring_taker(struct xf_domain *domain, uint32_t index, xfi_u64 *takers)
{
	if (__builtin_expect(atomic_load(takers) != 0, 0))
		xfi_ring_taker_slow(domain, index, takers);
}

#endif
