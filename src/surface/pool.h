/* SPDX-License-Identifier: MIT */
/* Pools for streams, which say by themselves which surface is free; and what a death does. */
#ifndef XFI_SURFACE_POOL_H
#define XFI_SURFACE_POOL_H

#include "surface/surface.h"
#include "sync/handle.h"

#include <crossfence/pool.h>

struct xf_pool {
	struct xfi_handle base;
	uint32_t count;
	_Atomic uint32_t next; /* where to look first: surfaces go round */
	struct xf_surface *surfaces[XF_POOL_MAX];
};

static inline struct xfi_surface_hot *xfi_pool_surface_hot(const struct xf_pool *pool, uint32_t i)
{
	return &pool->surfaces[i]->base.slot->hot.surface;
}

/* Nobody holds surface `i`, and nothing is pending for it. */
bool xfi_pool_is_free(const struct xf_pool *pool, uint32_t i);

/* Makes this member the only holder of one that is free. */
bool xfi_pool_take(struct xf_pool *pool, uint32_t i);

/* After that: whether it is the only one still; then its next use has begun. */
bool xfi_pool_begin(struct xf_pool *pool, uint32_t i);

/* Makes this member a holder beside others; false: it is one. */
bool xfi_pool_add(struct xf_pool *pool, uint32_t i);

/* No holder any more; the last one wakes whoever waits. The other one gives its use up, too. */
void xfi_pool_drop(struct xf_pool *pool, uint32_t i);
void xfi_pool_abandon(struct xf_pool *pool, uint32_t i);

/* Ends the handle and gives nothing up: another one of this process may hold it. NULL allowed. */
void xfi_pool_close(struct xf_pool *pool);

extern const struct xfi_type_ops xfi_surface_ops;
extern const struct xfi_type_ops xfi_pool_ops;

#endif
