/* SPDX-License-Identifier: MIT */
/*
 * A ring must not end at somebody who does not want the object, for nobody else hears of it. So a
 * thread that leaves takes its member out, unless others of its threads wait there too, and the
 * sweep takes the dead out before it looks whether somebody else is to be rung. A thread that
 * outlives its member for a moment may still put it in again, into a slot that is nobody's or
 * another's by then: only those are rung who are alive and have the object open, and opening it
 * begins outside the set.
 *
 * Nor should it end at somebody who is stopped, or busy with another object. Whoever has not
 * listened to its bell since it was rung last is chosen only if there is nobody else. That is a
 * guess: it never listens between being rung and leaving, and then it looks at the object.
 *
 * Those who come while one is chosen need not be looked at: they see the change themselves.
 */
#include "base/kill_point.h"
#include "shm/bell.h"
#include "shm/lifeline.h"
#include "shm/takers.h"

static bool ring(struct xf_domain *d, uint32_t member, bool listening)
{
	struct xfi_member *m = &d->members[member];
	if (!xfi_member_alive(d, member))
		return false;
	if (listening && atomic_load_explicit(&m->heard, memory_order_relaxed) !=
				 atomic_load_explicit(&m->bell, memory_order_relaxed))
		return false;
	XFI_KILL_POINT("takers:chosen");
	xfi_ring(d, xfi_bit(member));
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
	for (int i = 0; i < 4; i++)
		XFI_FOR_EACH_BIT(member, parts[i % 2])
			if (ring(d, member, i < 2)) {
				atomic_store_explicit(last, member, memory_order_relaxed);
				return;
			}
}
