/* SPDX-License-Identifier: MIT */
/* Keyed mutex handles, for surfaces and for waiting on several objects at once. */
#ifndef XFI_SYNC_KEYED_MUTEX_H
#define XFI_SYNC_KEYED_MUTEX_H

#include <crossfence/keyed_mutex.h>

#include "base/keyed_word.h"
#include "shm/domain.h"
#include "shm/object.h"

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

/* 0 (taken), XF_ABANDONED, -EDEADLK or XFI_AGAIN. */
int xfi_keyed_mutex_try(struct xf_keyed_mutex *mutex, uint64_t key, uint64_t *ret_fence);
bool xfi_keyed_mutex_ready(const struct xf_keyed_mutex *mutex, uint64_t key);
bool xfi_keyed_mutex_held(const struct xf_keyed_mutex *mutex);
bool xfi_keyed_mutex_abandoned(const struct xf_keyed_mutex *mutex);

extern const struct xfi_type_ops xfi_keyed_mutex_ops;

#endif
