/* SPDX-License-Identifier: MIT */
/*
 * Goal: a handle that a process under another kernel uses on the same bytes. The word's transitions
 * need no kernel (keyed_word.h); what does, the lender keeps: it waits for the borrower with the
 * handle, wakes for it, and closes the handle when the borrower is gone.
 *
 * A borrower that outlives its lender, or is cut off while it runs, could still swap the word
 * although nobody counts it any more. So a loan that does not end by the borrower's own end leaves
 * the mutex abandoned: from that state no swap leads out.
 */
#include "base/kill_point.h"
#include "base/message.h"
#include "base/params.h"
#include "shm/bell.h"
#include "shm/park.h"
#include "sync/keyed_mutex.h"
#include "sync/lend.h"

static void abandon(struct xfi_keyed_hot *hot)
{
	/* An exchange and not a swap: there is no state that this must not overwrite. */
	atomic_exchange(&hot->word, xfi_km_next(atomic_load(&hot->word), XFI_KM_UNTOLD, 0));
}

void xfi_lender_died(struct xf_domain *d, uint32_t index, uint32_t member)
{
	struct xfi_slot *slot = xfi_slot(d, index);
	uint64_t bit = xfi_bit(member);
	if (!(atomic_load(&slot->hot.keyed.lenders) & bit))
		return;
	/* The bit goes last: a sweeper that dies in between is followed by one that sees it. */
	if (atomic_load(&slot->openers) & bit)
		abandon(&slot->hot.keyed);
	XFI_KILL_POINT("lend:abandoned");
	atomic_fetch_and(&slot->hot.keyed.lenders, ~bit);
}

int xf_keyed_mutex_lend(struct xf_keyed_mutex *mutex, struct xf_keyed_mutex_loan *ret_loan)
{
	xfi_message_forget();
	if (!mutex || !ret_loan)
		return xf_fail(-EINVAL, "%s: mutex or ret_loan is NULL", __func__);
	struct xf_domain *d = mutex->base.domain;
	int r = xfi_domain_check(d, true);
	if (r)
		return r;
	struct xf_keyed_mutex_loan loan = {
		.size = sizeof(loan),
		.slot_offset_bytes = d->layout.slots + mutex->base.index * sizeof(struct xfi_slot),
		.buckets_offset_bytes = d->layout.buckets,
		.index = mutex->base.index,
		.owner = (uint32_t)(mutex->owner >> 32),
	};
	r = XFI_PARAMS_WRITE(ret_loan, struct xf_keyed_mutex_loan, &loan);
	if (!r) /* before the borrower hears of anything */
		atomic_fetch_or(&mutex->base.slot->hot.keyed.lenders, xfi_self_bit(d));
	return r;
}

int xf_keyed_mutex_notify(struct xf_keyed_mutex *mutex)
{
	xfi_message_forget();
	int r = mutex ? xfi_domain_check(mutex->base.domain, true)
		      : xf_fail(-EINVAL, "%s: mutex is NULL", __func__);
	if (r)
		return r;
	/*
	 * Whoever sleeps for another key has nothing to gain; and if the mutex is taken meanwhile,
	 * its new owner's release wakes.
	 */
	uint64_t hash =
		xfi_park_hash(mutex->base.index, atomic_load(&mutex->base.slot->hot.keyed.key));
	xfi_unpark(mutex->base.domain, hash, xfi_park_bit(hash), false);
	xfi_ring_watchers(mutex->base.domain, mutex->base.index);
	return 0;
}

int xf_keyed_mutex_revoke(struct xf_keyed_mutex *mutex)
{
	xfi_message_forget();
	int r = mutex ? xfi_domain_check(mutex->base.domain, true)
		      : xf_fail(-EINVAL, "%s: mutex is NULL", __func__);
	if (r)
		return r;
	abandon(&mutex->base.slot->hot.keyed);
	xfi_keyed_mutex_tell_abandoned(mutex->base.domain, mutex->base.index);
	return 0;
}
