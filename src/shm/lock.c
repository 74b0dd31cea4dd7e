/* SPDX-License-Identifier: MIT */
/*
 * The lock is a robust futex word that is taken with the "pending" entry of the helper's robust
 * list, which the kernel treats as it does the lifelines.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/futex.h"
#include "shm/lifeline.h"
#include "shm/lock.h"

/* The kernel's arithmetic the other way round: node = word - futex_offset. */
struct robust_list *xfi_lock_node(struct xf_domain *d, struct robust_list_head *head)
{
	return (struct robust_list *)((char *)&d->header->lock - head->futex_offset);
}

static void set_pending(struct xf_domain *d, bool pending)
{
	struct robust_list_head *head = d->row->head;
	/* The kernel reads this when the thread dies; the compiler must not move it. */
	*(struct robust_list *volatile *)&head->list_op_pending =
		pending ? xfi_lock_node(d, head) : NULL;
	atomic_signal_fence(memory_order_seq_cst);
}

int xfi_cold_lock(struct xf_domain *d)
{
	xfi_u32 *lock = &d->header->lock;
	uint32_t waiters = 0;
	int64_t deadline = 0;
	set_pending(d, true);
	for (;;) {
		uint32_t seen = atomic_load(lock);
		if (!(seen & FUTEX_TID_MASK)) {
			/* Keep the waiters bit: others may sleep that we do not know of. */
			uint32_t mine = d->row->tid | waiters | (seen & FUTEX_WAITERS);
			if (!atomic_compare_exchange_strong(lock, &seen, mine))
				continue;
			d->lock_stuck = 0;
			return 0;
		}
		if (!deadline) /* one that has kept us waiting before gets no second chance */
			deadline = xf_deadline(
				seen == d->lock_stuck ? XFI_LOCK_WAIT_NS / 100 : XFI_LOCK_WAIT_NS);
		if (xfi_past(deadline)) {
			d->lock_stuck = seen | FUTEX_WAITERS;
			set_pending(d, false);
			return -ETIMEDOUT;
		}
		waiters = FUTEX_WAITERS;
		if (atomic_compare_exchange_strong(lock, &seen, seen | FUTEX_WAITERS))
			xfi_futex_wait(
				lock, seen | FUTEX_WAITERS, deadline, FUTEX_BITSET_MATCH_ANY);
	}
}

void xfi_cold_unlock(struct xf_domain *d)
{
	xfi_u32 *lock = &d->header->lock;
	if (atomic_exchange(lock, 0) & FUTEX_WAITERS)
		xfi_futex_wake(lock, 1, FUTEX_BITSET_MATCH_ANY);
	set_pending(d, false); /* dead before this line: the kernel repeats the wake-up */
}
