/* SPDX-License-Identifier: MIT */
/*
 * Handles: what a process has of an object that it made or opened. Every type's handle begins with
 * this, and is made, opened and closed by these calls.
 */
#ifndef XFI_SYNC_HANDLE_H
#define XFI_SYNC_HANDLE_H

#include "shm/domain.h"
#include "shm/object.h"
#include "shm/poll.h"

struct xfi_handle {
	struct xfi_slot *slot;
	struct xf_domain *domain;
	uint32_t index;
	uint32_t generation; /* the domain's fork generation; see keyed_mutex.c */
	struct xfi_poll_entry *_Atomic poll; /* NULL until a descriptor is asked for */
};

/*
 * Makes an object that nobody else can find yet, and a handle of `size` bytes, zero behind the
 * base. Then its type writes the slot, and publishes or closes it. NULL: *ret_result says why.
 */
void *xfi_handle_create(struct xf_domain *domain, enum xf_type type, const char *label, size_t size,
	int *ret_result);
void xfi_handle_publish(struct xfi_handle *handle);

/* A handle of an object that is there. NULL: *ret_result says why. */
void *xfi_handle_open(
	struct xf_domain *domain, enum xf_type type, xf_id id, size_t size, int *ret_result);

/*
 * For whoever only tells others, which must not fail for want of memory: the handle is the
 * caller's, zero before, and returned soon. It has no descriptor.
 */
int xfi_handle_borrow(
	struct xf_domain *domain, enum xf_type type, xf_id id, struct xfi_handle *ret_handle);
void xfi_handle_return(const struct xfi_handle *handle);

/* Ends and frees it, and what of the object nobody else has open. */
void xfi_handle_close(struct xfi_handle *handle);

/*
 * Has the object that a viewer opened as `viewed` ended? A read-only member's handle cannot keep
 * it, so what its slot says may be nothing, or another object's. Members' handles keep theirs.
 */
static inline bool xfi_handle_gone(const struct xfi_handle *handle, xf_id viewed)
{
	return handle->domain->read_only && xfi_object_id(handle->domain, handle->index) != viewed;
}

/* 0: NULL, or the object is not there any more. */
xf_id xfi_handle_id(const struct xfi_handle *handle);

/* What a changing call begins with: 0; -EINVAL: NULL; -ECHILD, -EACCES. */
static inline int xfi_handle_check(const struct xfi_handle *handle)
{
	return handle ? xfi_domain_check(handle->domain, true)
		      : xf_fail(-EINVAL, "the handle is NULL");
}

/* After the caller looked at the object; see xfi_poll_rearm(). */
static inline void xfi_handle_rearm(const struct xfi_handle *handle)
{
	struct xfi_poll_entry *entry = atomic_load(&handle->poll);
	if (entry)
		xfi_poll_rearm(handle->domain, entry);
}

#endif
