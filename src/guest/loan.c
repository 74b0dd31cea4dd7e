/* SPDX-License-Identifier: MIT */
/*
 * The uncontended half of a keyed mutex under another kernel: the same transitions on the same
 * bytes as a member's (base/keyed_word.h), and one look at whether anybody waits. What needs a
 * kernel, waiting and waking, is asked of the host.
 */
#include <errno.h>

#include <crossfence/result.h>
#include "guest/loan.h"

static bool inside(uint64_t offset, uint64_t bytes, uint64_t align, size_t size)
{
	return offset % align == 0 && offset <= size && bytes <= size - offset;
}

int xfg_loan_place(struct xfg_loan *loan, const struct xfw_loan *where, void *region, size_t size)
{
	if (!inside(where->slot_offset_bytes, sizeof(struct xfi_keyed_slot), 64, size) ||
		!inside(where->buckets_offset_bytes, XFI_BUCKETS * sizeof(struct xfi_bucket), 64,
			size))
		return -EPROTO;
	loan->slot = (void *)((uint8_t *)region + where->slot_offset_bytes);
	loan->buckets = (void *)((uint8_t *)region + where->buckets_offset_bytes);
	loan->owner = (uint64_t)where->owner << 32;
	loan->salt = xfi_park_salt(where->index);
	return 0;
}

/* Whoever waits counted itself before it looked at the word for the last time, see xfi_unpark(). */
static bool anybody_waits(const struct xfg_loan *loan, uint64_t key)
{
	uint64_t hash = xfi_park_hash_salted(loan->salt, key);
	return xfi_park_waiters((struct xfi_bucket *)loan->buckets, hash) ||
	       atomic_load(&loan->slot->watchers);
}

int xfg_loan_acquire(struct xfg_loan *loan, uint64_t key, uint64_t *ret_fence, bool *ret_notify)
{
	struct xfi_keyed_hot *hot = &loan->slot->keyed;
	uint64_t held;
	int r = xfi_km_try(hot, loan->owner, key, &held);
	*ret_notify = false;
	if (r == XFI_KM_WRAPPED) {
		uint64_t other = atomic_load(&hot->key);
		atomic_compare_exchange_strong(&hot->word, &held, xfi_km_released(held));
		*ret_notify = anybody_waits(loan, other);
		return XFI_AGAIN;
	}
	if (r)
		return r;
	*ret_fence = atomic_load_explicit(&hot->fence, memory_order_relaxed);
	atomic_store_explicit(&loan->held, held, memory_order_relaxed);
	return 0;
}

int xfg_loan_acquired(struct xfg_loan *loan)
{
	uint64_t word = atomic_load(&loan->slot->keyed.word);
	if (!xfi_km_owns(word, loan->owner))
		return XF_ABANDONED; /* taken back since */
	atomic_store_explicit(&loan->held, word, memory_order_relaxed);
	return 0;
}

static int refuse(const struct xfg_loan *loan)
{
	uint64_t word = atomic_load(&loan->slot->keyed.word);
	return (word & XFI_KM_STATE) > XFI_KM_HELD ? XF_ABANDONED : -EPERM;
}

int xfg_loan_release(struct xfg_loan *loan, uint64_t key, uint64_t fence, bool *ret_notify)
{
	uint64_t held = atomic_exchange_explicit(&loan->held, 0, memory_order_relaxed);
	*ret_notify = false;
	if (held)
		xfi_km_unfence(&loan->slot->keyed);
	if (!held || !xfi_km_release(&loan->slot->keyed, held, key, fence))
		return refuse(loan);
	*ret_notify = anybody_waits(loan, key);
	return 0;
}
