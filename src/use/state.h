/* SPDX-License-Identifier: MIT */
/* The shared half of a sync object: what its words say, and the steps from use to use. */
#ifndef XFI_USE_STATE_H
#define XFI_USE_STATE_H

#include <crossfence/sync.h>

#include "shm/domain.h"
#include "shm/object.h"

enum { XFI_SYNC_IDLE = 0, XFI_SYNC_SHARING = 1, XFI_SYNC_READY = 2, XFI_SYNC_ABANDONED = 3 };

#define XFI_SYNC_USE ((UINT64_C(1) << 48) - 1)

static inline uint64_t xfi_sync_use(uint64_t state)
{
	return state & XFI_SYNC_USE;
}

static inline unsigned xfi_sync_phase(uint64_t state)
{
	return (state >> 48) & 3;
}

static inline uint64_t xfi_sync_state(uint64_t use, unsigned phase, uint32_t member)
{
	return (use & XFI_SYNC_USE) | (uint64_t)phase << 48 | (uint64_t)member << 56;
}

static inline struct xfi_sync_hot *xfi_sync_hot(const struct xf_domain *domain, uint32_t index)
{
	return &xfi_slot(domain, index)->hot.sync;
}

/*
 * The members that have something pending. What goes from set to set enters the new one first, so
 * read in this order an empty result is true.
 */
static inline uint64_t xfi_sync_pending(const struct xfi_sync_hot *hot)
{
	uint64_t members = atomic_load(&hot->producers);
	members |= atomic_load(&hot->reading);
	return members | atomic_load(&hot->releasing);
}

/* 0: `use` is ready (perhaps it was already); XF_ABANDONED; -ESTALE: `use` is over. */
int xfi_sync_make_ready(struct xf_domain *domain, uint32_t index, uint64_t use);

/* The caller's member produces `use` no more; abandons it if nobody else does. */
void xfi_sync_give_up(struct xf_domain *domain, uint32_t index, uint64_t use);

/* -EBUSY: a release is pending. */
int xfi_sync_next_use(struct xf_domain *domain, uint32_t index);

/* Makes those who wait look again. */
void xfi_sync_wake(struct xf_domain *domain, uint32_t index);

/* `use` is ready, or was before it was reset. */
static inline bool xfi_sync_was_ready(const struct xf_domain *domain, uint32_t index, uint64_t use)
{
	return atomic_load(&xfi_slot(domain, index)->cold.sync.last_ready) >= use;
}

/* It is of no use to wait any longer for `use`. */
static inline bool xfi_sync_settled(const struct xf_domain *domain, uint32_t index, uint64_t use)
{
	uint64_t state = atomic_load(&xfi_sync_hot(domain, index)->state);
	return xfi_sync_was_ready(domain, index, use) ||
	       (xfi_sync_use(state) >= use && xfi_sync_phase(state) == XFI_SYNC_ABANDONED);
}

extern const struct xfi_type_ops xfi_sync_ops;

#endif
