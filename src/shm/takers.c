/* SPDX-License-Identifier: MIT */
/*
 * A ring must not end at somebody who does not want the object, for nobody else hears of it. So a
 * thread that leaves takes its member out, unless others of its threads wait there too, and the
 * sweep takes the dead out before it rings everybody. A thread that outlives its member for a
 * moment may still put it in again, into a slot that is nobody's or another's by then: only those
 * are rung who are alive and have the object open, and opening it begins outside the set.
 *
 * Those who come while one is chosen need not be looked at: they see the change themselves.
 */
#include "base/kill_point.h"
#include "shm/bell.h"
#include "shm/lifeline.h"
#include "shm/takers.h"

static bool ring(struct xf_domain *d, xfi_u64 *takers, uint32_t member)
{
	uint64_t bit = xfi_bit(member);
	if (!(atomic_fetch_and(takers, ~bit) & bit) || !xfi_member_alive(d, member))
		return false;
	XFI_KILL_POINT("takers:chosen");
	xfi_ring(d, bit);
	return true;
}

void xfi_ring_taker_slow(struct xf_domain *d, uint32_t index, xfi_u64 *takers)
{
	_Atomic uint32_t *last = &d->local[index].last_rung;
	/* In turn, as far as this process chooses. */
	uint64_t later = UINT64_MAX << atomic_load_explicit(last, memory_order_relaxed) << 1;
	uint64_t there = atomic_load(takers) & atomic_load(&xfi_slot(d, index)->openers);
	uint64_t parts[] = { there & later, there & ~later };
	uint32_t member;
	for (int i = 0; i < 2; i++)
		XFI_FOR_EACH_BIT(member, parts[i])
			if (ring(d, takers, member)) {
				atomic_store_explicit(last, member, memory_order_relaxed);
				return;
			}
}

void xfi_taker_comes(struct xf_domain *d, uint32_t index)
{
	atomic_fetch_add(&d->local[index].takers, 1);
}

void xfi_takers_clear(struct xf_domain *d, uint32_t index, xfi_u64 *takers)
{
	_Atomic uint32_t *threads = &d->local[index].takers;
	if (atomic_load(threads))
		return;
	atomic_fetch_and(takers, ~xfi_self_bit(d));
	/* Came meanwhile, and found its member in the set. */
	if (atomic_load(threads))
		atomic_fetch_or(takers, xfi_self_bit(d));
}

void xfi_taker_leaves(struct xf_domain *d, uint32_t index, xfi_u64 *takers)
{
	if (atomic_fetch_sub(&d->local[index].takers, 1) == 1)
		xfi_takers_clear(d, index, takers);
	XFI_KILL_POINT("takers:left");
}
