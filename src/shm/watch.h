/* SPDX-License-Identifier: MIT */
/*
 * Who waits for an object among others, or has a descriptor for it: a set of members in its slot.
 * Only a member itself comes in and goes out, for all its threads together, and the sweep takes out
 * the dead. Whoever changes the object rings those who are in and leaves them there: so if it is
 * stopped before it has rung, the next one rings them all the same.
 */
#ifndef XFI_SHM_WATCH_H
#define XFI_SHM_WATCH_H

#include "shm/domain.h"

/* One of the sets in a slot, as this process has to do with it. */
struct xfi_watch {
	xfi_u64 *set;
	_Atomic uint32_t *threads; /* of this process that are in; descriptors likewise */
};

static inline struct xfi_watch xfi_watchers(struct xf_domain *domain, uint32_t index)
{
	return (struct xfi_watch){ &xfi_slot(domain, index)->watchers,
		&domain->local[index].watchers };
}

static inline struct xfi_watch xfi_takers(struct xf_domain *domain, uint32_t index, xfi_u64 *takers)
{
	return (struct xfi_watch){ takers, &domain->local[index].takers };
}

/* A thread comes. To be rung it also has to ask. */
static inline void xfi_watch_come(struct xfi_watch watch)
{
	atomic_fetch_add(watch.threads, 1);
}

/* From here on changes ring; then look at the object again before sleeping. */
static inline void xfi_watch_ask(struct xf_domain *domain, struct xfi_watch watch)
{
	uint64_t bit = xfi_self_bit(domain);
	if (!(atomic_load(watch.set) & bit))
		atomic_fetch_or(watch.set, bit);
}

void xfi_watch_leave(struct xf_domain *domain, struct xfi_watch watch);

/*
 * Takes this member out unless it has a thread there: before it begins, for what somebody may have
 * left behind who had the slot before.
 */
void xfi_watch_clear(struct xf_domain *domain, struct xfi_watch watch);

#endif
