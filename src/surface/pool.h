/* SPDX-License-Identifier: MIT */
/* Pools for streams, which say by themselves which surface is free; and what a death does. */
#ifndef XFI_SURFACE_POOL_H
#define XFI_SURFACE_POOL_H

#include "base/kill_point.h"
#include "shm/bell.h"
#include "shm/park.h"
#include "surface/holds.h"
#include "surface/surface.h"
#include "sync/handle.h"

#include <crossfence/pool.h>

struct xf_pool {
	struct xfi_handle base;
	uint32_t count;
	_Atomic uint32_t next; /* where to look first: surfaces go round */
	struct xfi_holds holds;
	struct xf_surface *surfaces[XF_POOL_MAX];
};

static inline struct xfi_surface_hot *xfi_pool_surface_hot(const struct xf_pool *pool, uint32_t i)
{
	return &pool->surfaces[i]->base.slot->hot.surface;
}

/* Nobody holds surface `i`, and nothing is pending for it. */
bool xfi_pool_is_free(const struct xf_pool *pool, uint32_t i);

/* Its holders are all there is to say: it carries nothing that might still be in use. */
static inline bool xfi_pool_is_plain(const struct xf_pool *pool, uint32_t i)
{
	return !pool->surfaces[i]->sync && !pool->surfaces[i]->keyed;
}

/* Makes this member the only holder of one that is free. */
static inline bool xfi_pool_take(struct xf_pool *pool, uint32_t i)
{
	uint64_t nobody = 0;
	return atomic_compare_exchange_strong(
		&xfi_pool_surface_hot(pool, i)->holders, &nobody, xfi_self_bit(pool->base.domain));
}

/* The rest of what follows, where there is more than holders. */
bool xfi_pool_begin_use(struct xf_pool *pool, uint32_t i);

/* After that: whether it is the only one still; then its next use has begun. */
static inline bool xfi_pool_begin(struct xf_pool *pool, uint32_t i)
{
	return atomic_load(&xfi_pool_surface_hot(pool, i)->holders) ==
		       xfi_self_bit(pool->base.domain) &&
	       (xfi_pool_is_plain(pool, i) || xfi_pool_begin_use(pool, i));
}

/* Makes this member a holder beside others; false: it is one. */
static inline bool xfi_pool_add(struct xf_pool *pool, uint32_t i)
{
	uint64_t self = xfi_self_bit(pool->base.domain);
	return !(atomic_fetch_or(&xfi_pool_surface_hot(pool, i)->holders, self) & self);
}

/* One that was held is free: wakes one producer; a surface is one producer's. */
static inline void xfi_pool_freed(struct xf_domain *domain, uint32_t pool_index)
{
	xfi_unpark(domain, xfi_park_hash(pool_index, 0), XFI_PARK_ALL_BITS, false);
	xfi_ring_watchers(domain, pool_index);
}

/* No holder any more; the last one wakes whoever waits. False: it was none. */
static inline bool xfi_pool_drop(struct xf_pool *pool, uint32_t i)
{
	uint64_t self = xfi_self_bit(pool->base.domain);
	uint64_t before = atomic_fetch_and(&xfi_pool_surface_hot(pool, i)->holders, ~self);
	XFI_KILL_POINT("pool:given");
	if (before == self)
		xfi_pool_freed(pool->base.domain, pool->base.index);
	return before & self;
}

/* The same, and gives its use up. */
void xfi_pool_abandon(struct xf_pool *pool, uint32_t i);

/*
 * Under the domain's lock: as if `members` had the pool `id` open, see xfi_object_keep(). Not one
 * of a device's memory, which is handed over by members that are there.
 */
void xfi_pool_keep(struct xf_domain *domain, xf_id id, uint64_t members);

/* The id of surface `i` of the pool `id`, for who has no handle; 0: there is none. */
xf_id xfi_pool_find_surface(struct xf_domain *domain, xf_id id, uint32_t i);

/* Soon to be taken: its line comes here meanwhile. A hint. */
static inline void xfi_pool_want(const struct xf_pool *pool, uint32_t i)
{
	__builtin_prefetch(&xfi_pool_surface_hot(pool, i)->holders, 1);
}

/* Ends the handle and gives nothing up: another one of this process may hold it. NULL allowed. */
void xfi_pool_close(struct xf_pool *pool);

extern const struct xfi_type_ops xfi_surface_ops;
extern const struct xfi_type_ops xfi_pool_ops;

#endif
