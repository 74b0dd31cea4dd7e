/* SPDX-License-Identifier: MIT */
/*
 * KMT resource: a record that describes it to whoever opens it, and, for what D3D devices make, a
 * surface with its pixels (keyed or not). The record keeps
 *
 *	runtime data	what the D3D runtime wants to find again: type, format, flags
 *	driver data	for the resource, and for each allocation
 */
#ifndef XFI_WIN_KMT_RESOURCE_H
#define XFI_WIN_KMT_RESOURCE_H

#include <crossfence/surface.h>

#include "win/kmt/record.h"
#include "win/nt/object.h"

#define XFI_ALLOCATIONS_MAX 16

/* What the record's data begins with; the bytes follow in the order of their sizes. */
struct xfi_resource_head {
	uint64_t pixels; /* surface id, 0: none */
	uint64_t mutex; /* keyed mutex id, 0: none */
	uint64_t sync; /* record id of the sync object beside it, 0: none */
	uint32_t shared; /* may be opened by others at all */
	uint32_t nt; /* by NT handle only */
	uint32_t runtime_bytes;
	uint32_t driver_bytes;
	uint32_t n_allocations;
	uint32_t allocation_bytes[XFI_ALLOCATIONS_MAX];
};

#define XFI_RESOURCE_BYTES (XFI_RECORD_MAX - sizeof(struct xfi_resource_head))

struct xfi_kmt_resource {
	struct xfi_object base;
	struct xf_surface *record;
	struct xf_surface *pixels; /* NULL: none */
	struct xfi_object *sync; /* keeps the sync object; NULL: none */
	D3DKMT_HANDLE allocations[XFI_ALLOCATIONS_MAX]; /* local handles that end with it */
	struct xfi_resource_head head; /* checked copy */
	uint8_t bytes[XFI_RESOURCE_BYTES];
};

extern const struct xfi_object_type xfi_kmt_resource_type;

/*
 * Makes the record for `head` and the bytes that follow it. `pixels` and `sync` (both may be NULL)
 * are taken on success, and head's ids are filled in from them. -EMSGSIZE: more bytes than a record
 * holds.
 */
int xfi_kmt_resource_create(struct xfi_resource_head *head, const void *bytes,
	struct xf_surface *pixels, struct xfi_object *sync, struct xfi_kmt_resource **ret_resource);

/* Opens the resource of that record, and its pixels. -EINVAL: not such a record, or a bad one. */
int xfi_kmt_resource_open(xf_id record, struct xfi_kmt_resource **ret_resource);

uint32_t xfi_resource_bytes(const struct xfi_resource_head *head);

#endif
