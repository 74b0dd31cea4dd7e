/* SPDX-License-Identifier: MIT */
/*
 * The lock is owned by a member slot, and the slot's lifeline says whether the owner lives: whoever
 * wants a lock whose owner does not takes it from him with one swap. It is not a robust mutex,
 * whose owners are thread ids, which mean other threads in other PID namespaces, and for which the
 * kernel takes a waiter for the owner.
 *
 * The word:
 *	bits 0-6	slot + 1 of the owner, 0: free
 *	bits 7-30	count: one more each time it is taken, so that one who has lost it to
 *			another cannot give that one's away
 *	bit 31		somebody may sleep on it
 *
 * A sleeper sleeps on the word and on the owner's lifeline. Giving the lock away wakes one; should
 * that one be dead or stopped, the others look by themselves a moment later.
 */
#include <errno.h>

#include "base/futex.h"
#include "base/kill_point.h"
#include "shm/lifeline.h"
#include "shm/lock.h"

#define OWNER	UINT32_C(0x7f)
#define COUNT	UINT32_C(0x7fffff80)
#define ONE	UINT32_C(0x80)
#define WAITERS UINT32_C(0x80000000)

/*
 * A lock in our own name, while we ask for it, is a former occupant's: a visitor's, whose row the
 * next one takes as it is. A member's slot is freed under the lock.
 */
static bool held(const struct xf_domain *d, uint32_t word)
{
	uint32_t owner = word & OWNER;
	return owner && owner <= XFI_ROWS && owner != d->self + 1 && xfi_member_alive(d, owner - 1);
}

/* Until the word or its owner's lifeline changes, or one should look again. */
static void sleep_on(struct xf_domain *d, uint32_t seen)
{
	xfi_u32 *lock = &d->header->lock, *life = &d->lifelines[(seen & OWNER) - 1][d->self].word;
	if (!atomic_compare_exchange_strong(lock, &seen, seen | WAITERS))
		return;
	struct futex_waitv words[] = { xfi_waitv(lock, seen | WAITERS),
		xfi_waitv(life, atomic_load(life)) };
	if (!held(d, seen))
		return;
	(void)xfi_futex_waitv(words, 2, xf_deadline(XFI_LOCK_LOOK_NS));
}

/* Owner and count: another one's turn is another value. */
static uint32_t turn(uint32_t word)
{
	return word & ~WAITERS;
}

int xfi_lock(struct xf_domain *d)
{
	uint32_t waiters = 0;
	int64_t deadline = 0;
	for (;;) {
		uint32_t seen = atomic_load(&d->header->lock);
		if (!held(d, seen)) {
			/* Keep the waiters bit: others may sleep that we do not know of. */
			uint32_t mine =
				((seen + ONE) & COUNT) | (d->self + 1) | waiters | (seen & WAITERS);
			if (!atomic_compare_exchange_strong(&d->header->lock, &seen, mine))
				continue;
			d->lock_turn = turn(mine);
			d->lock_stuck = 0;
			XFI_KILL_POINT("lock:taken");
			return 0;
		}
		if (!deadline) /* one that has kept us waiting before gets no second chance */
			deadline = xf_deadline(turn(seen) == d->lock_stuck ? XFI_LOCK_WAIT_NS / 100
									   : XFI_LOCK_WAIT_NS);
		if (xfi_past(deadline)) {
			d->lock_stuck = turn(seen);
			return -ETIMEDOUT;
		}
		waiters = WAITERS;
		sleep_on(d, seen);
	}
}

void xfi_unlock(struct xf_domain *d)
{
	uint32_t seen = atomic_load(&d->header->lock);
	XFI_KILL_POINT("lock:giving");
	while (turn(seen) == d->lock_turn)
		if (atomic_compare_exchange_weak(&d->header->lock, &seen, seen & COUNT)) {
			if (seen & WAITERS)
				xfi_futex_wake(&d->header->lock, 1, FUTEX_BITSET_MATCH_ANY);
			return;
		}
}
