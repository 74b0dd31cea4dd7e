/* SPDX-License-Identifier: MIT */
/*
 * A handle of a sync object. sync.c makes and ends handles, use/op.c ends uses when a queue has
 * come so far, use/reader.c is the subscriber's side.
 */
#ifndef XFI_USE_HANDLE_H
#define XFI_USE_HANDLE_H

#include <errno.h>

#include "use/sync.h"

struct xfi_sync_op;

struct xf_sync {
	struct xfi_sync_part *part;
	/* Guarded by part.lock. */
	struct xf_sync *next; /* part.handles */
	struct xfi_sync_op *ops; /* what queues have not come to yet */
	bool begun; /* producing; counted in part.producing */
	uint64_t begun_use;
	bool subscribed;
	bool reading; /* has waited for `waited`, and not released it */
	uint64_t waited; /* the last use waited for */
	uint64_t done; /* the last use that this subscriber has nothing to do with any more */
};

static inline struct xfi_sync_hot *xfi_sync_handle_hot(const struct xf_sync *sync)
{
	return xfi_sync_hot(sync->part->domain, sync->part->index);
}

static inline uint64_t xfi_sync_handle_state(const struct xf_sync *sync)
{
	return atomic_load(&xfi_sync_handle_hot(sync)->state);
}

/* What nearly every call begins and ends with. -EINVAL: no handle; -ECHILD, -EACCES. */
static inline int xfi_sync_lock(struct xf_sync *sync)
{
	if (!sync)
		return -EINVAL;
	int r = xfi_domain_check(sync->part->domain, true);
	if (!r)
		pthread_mutex_lock(&sync->part->lock);
	return r;
}

static inline void xfi_sync_unlock(struct xf_sync *sync)
{
	pthread_mutex_unlock(&sync->part->lock);
}

static inline void xfi_sync_unlock_and_fire(struct xf_sync *sync)
{
	xfi_sync_unlock(sync);
	xfi_sync_fire(sync->part->domain, sync->part->index);
}

/* use/op.c: what the handle has begun, or given to queues, is over. */
void xfi_sync_end_production_locked(struct xf_sync *sync);
/* Takes a begin back: the use is abandoned. -EPERM: nothing is begun. */
int xfi_sync_unbegin(struct xf_sync *sync);

/* use/reader.c: done with the current use; and with all of them. */
void xfi_sync_end_reading_locked(struct xf_sync *sync);
void xfi_sync_unsubscribe_locked(struct xf_sync *sync);

#endif
