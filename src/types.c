/* SPDX-License-Identifier: MIT */
/*
 * All types of objects in one table. The sweep, which lies below the types, finds their hooks here;
 * events need none.
 */
#include "shm/object.h"
#include "surface/pool.h"
#include "sync/keyed_mutex.h"
#include "sync/timeline.h"
#include "use/state.h"

const struct xfi_type_ops *const xfi_type_ops[XF_SYNC + 1] = {
	[XF_TIMELINE] = &xfi_timeline_ops,
	[XF_KEYED_MUTEX] = &xfi_keyed_mutex_ops,
	[XF_SURFACE] = &xfi_surface_ops,
	[XF_POOL] = &xfi_pool_ops,
	[XF_SYNC] = &xfi_sync_ops,
};
