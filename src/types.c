/* SPDX-License-Identifier: MIT */
/*
 * All types of objects in one place. The sweep, which lies below the types, finds their hooks in
 * the first table, and those who wait for several objects in the second.
 */
#include "shm/change.h"
#include "shm/object.h"
#include "stream/read.h"
#include "stream/stream.h"
#include "surface/pool.h"
#include "sync/change.h"
#include "sync/event.h"
#include "sync/keyed_mutex.h"
#include "sync/timeline.h"
#include "use/state.h"

const struct xfi_type_ops *const xfi_type_ops[XFI_TYPES] = {
	[XF_EVENT] = &xfi_event_ops,
	[XF_TIMELINE] = &xfi_timeline_ops,
	[XF_KEYED_MUTEX] = &xfi_keyed_mutex_ops,
	[XF_SURFACE] = &xfi_surface_ops,
	[XF_POOL] = &xfi_pool_ops,
	[XF_SYNC] = &xfi_sync_ops,
	[XF_STREAM] = &xfi_stream_ops,
};

const struct xfi_waitable *const xfi_waitables[XFI_TYPES] = {
	[XF_EVENT] = &xfi_event_waitable,
	[XF_TIMELINE] = &xfi_timeline_waitable,
	[XF_KEYED_MUTEX] = &xfi_keyed_mutex_waitable,
	[XF_STREAM] = &xfi_stream_waitable,
};

void (*const xfi_change_tell)(struct xf_domain *domain, enum xf_change of) = xfi_change_signal;
