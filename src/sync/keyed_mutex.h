/* SPDX-License-Identifier: MIT */
/* Keyed mutex handles, for surfaces and for waiting on several objects at once. */
#ifndef XFI_SYNC_KEYED_MUTEX_H
#define XFI_SYNC_KEYED_MUTEX_H

#include <crossfence/keyed_mutex.h>

#include "base/keyed_word.h"
#include "sync/handle.h"
#include "sync/number.h"
#include "sync/wait.h"

struct xf_keyed_mutex {
	/* What an uncontended pair reads, together with what the base has of it: one cache line. */
	struct xfi_handle base; /* generation: NO_GENERATION when there is more to do */
	struct xfi_bucket *buckets; /* the domain's */
	uint64_t owner; /* the word's upper half when this handle owns the mutex */
	uint64_t salt; /* of the object; what its keys are hashed with */
	_Atomic uint64_t held; /* the word as this handle's acquire left it; 0: not held */
	_Atomic uint64_t poll_key;
	struct xfi_number number; /* what sets `owner` apart from other handles of this process */
};
_Static_assert(offsetof(struct xf_keyed_mutex, poll_key) == 64, "one cache line");

bool xfi_keyed_mutex_held(const struct xf_keyed_mutex *mutex);
bool xfi_keyed_mutex_abandoned(const struct xf_keyed_mutex *mutex);

/* After it was made so, by whomever: wakes all who wait for it. */
void xfi_keyed_mutex_tell_abandoned(struct xf_domain *domain, uint32_t index);

/* xf_keyed_mutex_release(), but the slot's timeline stays what it is. For a handle of ours. */
int xfi_keyed_mutex_hand_on(struct xf_keyed_mutex *mutex, uint64_t key, uint64_t fence);

/* Owned by another handle than this one. */
bool xfi_keyed_mutex_elsewhere(const struct xf_keyed_mutex *mutex);

/*
 * Makes an unowned mutex carry `key`, with the fence that it has. 0, also if this handle owns it,
 * which changes nothing; XFI_AGAIN: another one does; XF_ABANDONED.
 */
int xfi_keyed_mutex_rekey(struct xf_keyed_mutex *mutex, uint64_t key);

extern const struct xfi_type_ops xfi_keyed_mutex_ops;
extern const struct xfi_waitable xfi_keyed_mutex_waitable;

#endif
