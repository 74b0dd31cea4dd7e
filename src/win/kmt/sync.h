/* SPDX-License-Identifier: MIT */
/*
 * KMT synchronization object: a record that says what it is, and a core timeline that counts. Only
 * monitored fences can be signalled and awaited by the CPU; the other types exist to be created,
 * shared and found beside the resources they belong to.
 */
#ifndef XFI_WIN_KMT_SYNC_H
#define XFI_WIN_KMT_SYNC_H

#include <crossfence/surface.h>
#include <crossfence/timeline.h>

#include "win/nt/object.h"

struct xfi_kmt_sync {
	struct xfi_object base;
	struct xf_surface *record;
	struct xf_timeline *timeline;
	uint32_t type; /* D3DDDI_SYNCHRONIZATIONOBJECT_TYPE */
	uint32_t flags; /* D3DDDI_SYNCHRONIZATIONOBJECT_FLAGS */
};

extern const struct xfi_object_type xfi_kmt_sync_type;

/*
 * Makes a sync object; `type` and `flags` as in D3DDDI_SYNCHRONIZATIONOBJECTINFO2, `initial` for
 * monitored fences. The caller owns the first reference.
 */
int xfi_kmt_sync_create(
	uint32_t type, uint32_t flags, uint64_t initial, struct xfi_kmt_sync **ret_sync);

/* Opens the sync object of that record. Errors as the core; -EINVAL: not such a record. */
int xfi_kmt_sync_open(xf_id record, struct xfi_kmt_sync **ret_sync);

/*
 * For monitored fences. Raises the value, or with `rewind` makes it whatever it is to be. -EINVAL:
 * it is higher already.
 */
int xfi_kmt_sync_signal(struct xfi_kmt_sync *sync, uint64_t value, bool rewind);

/* Where a monitored fence is. XF_ABANDONED: nobody will signal it any more. */
int xfi_kmt_sync_value(const struct xfi_kmt_sync *sync, uint64_t *ret_value);

/*
 * What the timeline has to reach for the fence to be at `value`. It is more after a rewind: whoever
 * has waited asks again whether it is still the same.
 */
int xfi_kmt_sync_target(const struct xfi_kmt_sync *sync, uint64_t value, uint64_t *ret_target);

bool xfi_kmt_sync_is_nt(const struct xfi_kmt_sync *sync);

#endif
