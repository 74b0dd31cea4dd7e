/* SPDX-License-Identifier: MIT */
/* The ends of things: ready and release, at once or when a queue has come so far. */
#ifndef XFI_USE_OP_H
#define XFI_USE_OP_H

#include <stdbool.h>

#include <crossfence/sync.h>

/*
 * Before the handle is closed: no queue comes to what it was given of it any more. Blocks for one
 * that just does.
 */
void xfi_sync_call_ops_back(struct xf_sync *sync);
/* What the handle has begun, or given to queues, is over. */
void xfi_sync_end_production_locked(struct xf_sync *sync);
/* Takes a begin back: the use is abandoned. -EPERM: nothing is begun. */
int xfi_sync_unbegin(struct xf_sync *sync);

/* Whether this handle has begun a use, and not said yet that it is ready. */
bool xfi_sync_produces(struct xf_sync *sync);

#endif
