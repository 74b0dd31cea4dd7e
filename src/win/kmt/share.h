/* SPDX-License-Identifier: MIT */
/*
 * Share: what an NT handle to D3D objects refers to. It holds {resource}, {sync object} or
 * {resource, keyed mutex, sync object}, and keeps them alive after their own handles are closed.
 *
 * Between processes a share is a record with the ids; a name, if it has one, is a timeline that is
 * labelled with it and counts the record's id. Name and record live as long as some process has an
 * NT handle, not longer: that is when Windows frees the name.
 */
#ifndef XFI_WIN_SHARE_H
#define XFI_WIN_SHARE_H

#include <crossfence/surface.h>

#include "win/nt/name.h"
#include "win/nt/object.h"

/* What the record holds; 0: none. */
struct xfi_share_ids {
	uint64_t resource; /* record */
	uint64_t mutex; /* core keyed mutex */
	uint64_t sync; /* record */
};

struct xfi_share {
	struct xfi_object base;
	struct xfi_share_ids ids;
	struct xf_surface *record;
	struct xf_timeline *name; /* NULL: unnamed */
	struct xfi_object *held[3]; /* handles of our own to resource, mutex and sync object */
};

/* Rights of NT handles to shares. */
#define XFI_SHARE_WRITE 0x1

extern const struct xfi_object_type xfi_shared_resource_type;
extern const struct xfi_object_type xfi_shared_sync_type;

/* `name` may be NULL. -EEXIST: the name is taken. The caller owns the first reference. */
int xfi_share_create(
	const struct xfi_share_ids *ids, const struct xfi_name *name, struct xfi_share **ret_share);

/* The same, kept alive by an NT handle alone. */
int xfi_share_create_handle(const struct xfi_share_ids *ids, const struct xfi_name *name,
	DWORD access, HANDLE *ret_handle);

/* -ENOENT: nothing of that name; -ENOTTY: something else. */
int xfi_share_open_name(
	const struct xfi_name *name, bool ignore_case, struct xfi_share **ret_share);

#endif
