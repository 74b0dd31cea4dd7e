/* SPDX-License-Identifier: MIT */
/*
 * The keyed mutex's word and its transitions, on the shared bytes alone: no handle, no sleeping, no
 * waking. Members use them (sync/keyed_mutex.c), and so does a guest, whose kernel is another one,
 * on the same bytes through a device's memory (guest/loan.c).
 *
 * The word:
 *	bits 0-1	state
 *	bits 2-31	sequence: one more at every change, so that a compare-and-swap that
 *			succeeds proves that nothing happened since the word was read
 *	bits 32-55	while held: number of the handle
 *	bits 56-63	while held: member slot + 1
 */
#ifndef XFI_BASE_KEYED_WORD_H
#define XFI_BASE_KEYED_WORD_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include <crossfence/result.h>

#include "base/bucket.h"
#include "base/kill_point.h"

struct xfi_keyed_hot {
	xfi_u64 word; /* see above */
	xfi_u64 key; /* written by the owner only, before the word is released */
	xfi_u64 fence; /* likewise */
	xfi_u32 cpus; /* the CPUs the last two owners ran on, 16 bits each: a hint to spin */
	xfi_u32 data_size; /* up to 16, and XFI_KM_FENCED; written by the owner only */
	xfi_u64 data[2];
	xfi_u64 lenders; /* members that have lent a handle of theirs, see sync/lend.c */
};

/* A keyed mutex's slot as seen without a domain; see shm/layout.h. */
struct xfi_keyed_slot {
	xfi_u64 cold[8];
	xfi_u64 watchers; /* members whose bell is to ring when this object changes */
	struct xfi_keyed_hot keyed;
};

enum {
	XFI_KM_FREE = 0,
	XFI_KM_HELD = 1,
	XFI_KM_ABANDONED = 2,
	XFI_KM_UNTOLD = 3, /* abandoned, and those who sleep may not have been told yet */
	XFI_KM_STATE = 3
};
#define XFI_KM_OWNER UINT64_C(0xffffffff00000000)

/* Of data_size: the fence is a value of the timeline that the slot names; see sync/keyed_fence.c.
 */
#define XFI_KM_FENCED (UINT32_C(1) << 31)

/* A try may return this too: it was taken, and must be given back, see xfi_km_try(). */
#define XFI_KM_WRAPPED 1001

static inline uint64_t xfi_km_next(uint64_t word, unsigned state, uint64_t owner)
{
	return owner | (uint32_t)((uint32_t)(word & ~(uint64_t)XFI_KM_STATE) + 4) | state;
}

/* free -> held and back, in one addition of 32 bits, so that the sequence wraps by itself. */
static inline uint64_t xfi_km_acquired(uint64_t seen, uint64_t owner)
{
	return owner | (uint32_t)((uint32_t)seen + 4 + XFI_KM_HELD);
}

static inline uint64_t xfi_km_released(uint64_t held)
{
	return (uint32_t)((uint32_t)held + 4 - XFI_KM_HELD);
}

static inline bool xfi_km_owns(uint64_t word, uint64_t owner)
{
	return (word & (XFI_KM_OWNER | XFI_KM_STATE)) == (owner | XFI_KM_HELD);
}

/*
 * 0: taken, *ret_held is the word now. XF_ABANDONED, -EDEADLK, XFI_AGAIN: not taken.
 * XFI_KM_WRAPPED: the sequence came round to the same number while the caller slept, and it has
 * taken the mutex with another key: release it unchanged and wake whoever waits for that key.
 *
 * Bounded, whatever anybody writes into the word. Giving up early is safe: each change that makes
 * an attempt fail is made by somebody who wakes us when it is undone.
 */
static inline int xfi_km_try(
	struct xfi_keyed_hot *hot, uint64_t owner, uint64_t key, uint64_t *ret_held)
{
	/* Sequentially consistent: whoever is about to sleep counted itself before this look. */
	uint64_t seen = atomic_load(&hot->word);
	for (int attempts = 0; attempts < 64; attempts++) {
		if (__builtin_expect((seen & XFI_KM_STATE) != XFI_KM_FREE, 0)) {
			if ((seen & XFI_KM_STATE) != XFI_KM_HELD)
				return XF_ABANDONED;
			return xfi_km_owns(seen, owner) ? -EDEADLK : XFI_AGAIN;
		}
		if (atomic_load(&hot->key) != key) {
			uint64_t read_with = seen;
			seen = atomic_load(&hot->word);
			if (seen == read_with)
				return XFI_AGAIN;
			continue; /* that was the next owner's key, half-way through its release */
		}
		XFI_KILL_POINT("acquire:before");
		uint64_t held = xfi_km_acquired(seen, owner);
		if (!atomic_compare_exchange_strong(&hot->word, &seen, held))
			continue;
		XFI_KILL_POINT("acquire:taken");
		*ret_held = held;
		bool ours = atomic_load_explicit(&hot->key, memory_order_relaxed) == key;
		return __builtin_expect(ours, 1) ? 0 : XFI_KM_WRAPPED;
	}
	return XFI_AGAIN;
}

/*
 * For the owner, before a plain release: the fence that it publishes is a number and no more. The
 * fence orders: who reads the new number sees that it is no timeline's (xfi_fencer_died()).
 */
static inline void xfi_km_unfence(struct xfi_keyed_hot *hot)
{
	uint32_t size = atomic_load_explicit(&hot->data_size, memory_order_relaxed);
	if (__builtin_expect(!(size & XFI_KM_FENCED), 1))
		return;
	atomic_store_explicit(&hot->data_size, size & ~XFI_KM_FENCED, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
}

/* False: `held` is no more; the mutex was taken for abandoned, or somebody scribbled over it. */
static inline bool xfi_km_release(
	struct xfi_keyed_hot *hot, uint64_t held, uint64_t key, uint64_t fence)
{
	atomic_store_explicit(&hot->key, key, memory_order_relaxed);
	atomic_store_explicit(&hot->fence, fence, memory_order_relaxed);
	XFI_KILL_POINT("release:before");
	/* Sequentially consistent: see xfi_unpark(). It also publishes key and fence. */
	return atomic_compare_exchange_strong(&hot->word, &held, xfi_km_released(held));
}

#endif
