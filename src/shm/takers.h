/* SPDX-License-Identifier: MIT */
/*
 * Takers: members with a thread that waits for any of several objects, at an object that one of
 * them takes from the others. A change rings one of them, not all as it does watchers. Whoever
 * leaves passes that on: if the object can still be taken, the next one is rung.
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

/* A thread comes, before its member is in the set; it leaves. */
void xfi_taker_comes(struct xf_domain *domain, uint32_t index);
void xfi_taker_leaves(struct xf_domain *domain, uint32_t index, xfi_u64 *takers);

/*
 * Takes this member out of the set unless it has a thread there: before it may be chosen, for what
 * somebody left behind who had the slot before. Then look at the object as one that has left.
 */
void xfi_takers_clear(struct xf_domain *domain, uint32_t index, xfi_u64 *takers);

#endif
