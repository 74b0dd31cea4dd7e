/* SPDX-License-Identifier: MIT */
/* Keyed mutex handles, for surfaces and for waiting on several objects at once. */
#ifndef XFI_SYNC_KEYED_MUTEX_H
#define XFI_SYNC_KEYED_MUTEX_H

#include <crossfence/keyed_mutex.h>

#include "shm/domain.h"

struct xfi_poll_entry;

struct xf_keyed_mutex {
	/* What an uncontended pair reads, together. */
	struct xfi_slot *slot;
	struct xfi_bucket *buckets; /* the domain's */
	uint64_t owner; /* the word's upper half when this handle owns the mutex */
	uint64_t salt; /* of the object; what its keys are hashed with */
	_Atomic uint64_t held; /* the word as this handle's acquire left it; 0: not held */
	uint32_t generation; /* the domain's fork generation; NO_GENERATION for read-only members */
	uint32_t index;
	struct xfi_poll_entry *poll;
	_Atomic uint64_t poll_key;
	struct xf_domain *domain;
};

/*
 * The word:
 *	bits 0-1	state
 *	bits 2-31	sequence: one more at every change, so that a compare-and-swap that
 *			succeeds proves that nothing happened since the word was read
 *	bits 32-55	while held: number of the handle
 *	bits 56-63	while held: member slot + 1
 */
enum { XFI_KM_FREE = 0, XFI_KM_HELD = 1, XFI_KM_ABANDONED = 2, XFI_KM_STATE = 3 };
#define XFI_KM_OWNER UINT64_C(0xffffffff00000000)

static inline uint64_t xfi_km_next(uint64_t word, unsigned state, uint64_t owner)
{
	return owner | (uint32_t)((uint32_t)(word & ~(uint64_t)XFI_KM_STATE) + 4) | state;
}

/* 0 (taken), XF_ABANDONED, -EDEADLK or XFI_AGAIN. */
int xfi_keyed_mutex_try(struct xf_keyed_mutex *mutex, uint64_t key, uint64_t *ret_fence);
bool xfi_keyed_mutex_ready(const struct xf_keyed_mutex *mutex, uint64_t key);
bool xfi_keyed_mutex_held(const struct xf_keyed_mutex *mutex);
bool xfi_keyed_mutex_abandoned(const struct xf_keyed_mutex *mutex);

#endif
