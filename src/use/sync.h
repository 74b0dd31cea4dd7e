/* SPDX-License-Identifier: MIT */
/*
 * Handles of sync objects. From the inside out: use/state.c changes what is shared, use/fire.c sets
 * the allocator's event, use/part.c keeps what one process has to do with one object, use/op.c ends
 * uses when a queue has come so far (use/errand.c), use/reader.c is the subscriber's side.
 */
#ifndef XFI_USE_SYNC_H
#define XFI_USE_SYNC_H

#include <errno.h>

#include "base/message.h"
#include "sync/handle.h"
#include "use/fire.h"
#include "use/part.h"
#include "use/state.h"

struct xfi_sync_op;

struct xf_sync {
	struct xfi_handle base;
	struct xfi_sync_part *part;
	uint32_t under_way; /* of ops, see errand.h */
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

/* The slot to watch (shm/bell.h) for what is pending. */
static inline uint32_t xfi_sync_index(const struct xf_sync *sync)
{
	return sync->part->index;
}

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
	xfi_message_forget();
	if (!sync)
		return xf_fail(-EINVAL, "sync is NULL");
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

#endif
