/* SPDX-License-Identifier: MIT */
/*
 * Object: what a HANDLE of this process refers to. Other rooms add types by embedding
 * struct xfi_object as their first member; the object ends with its last reference, of which
 * every handle is one.
 *
 * Thread-safety: safe. Process-sharing: none; what lies behind it may be shared, and `id` says
 * whether two objects of this process are the same thing.
 */
#ifndef XFI_WIN_OBJECT_H
#define XFI_WIN_OBJECT_H

#include <crossfence/wait.h>

#include "win/prelude.h"

struct xfi_object;

struct xfi_object_type {
	const char *name; /* as Windows names the type: "Event"; static */
	ACCESS_MASK all_access; /* every right that exists for the type */
	GENERIC_MAPPING generic;
	void (*destroy)(struct xfi_object *object);
	/* Fills in what to wait for; NULL: handles of this type cannot be waited for. */
	void (*wait_item)(struct xfi_object *object, struct xf_wait_item *item);
};

struct xfi_object {
	const struct xfi_object_type *type;
	xf_id id; /* of the domain object that gives it its identity; 0: the object itself */
	_Atomic uint32_t refs;
};

/* The caller owns the first reference. */
static inline void xfi_object_init(
	struct xfi_object *object, const struct xfi_object_type *type, xf_id id)
{
	object->type = type;
	object->id = id;
	atomic_init(&object->refs, 1);
}

static inline struct xfi_object *xfi_object_ref(struct xfi_object *object)
{
	atomic_fetch_add_explicit(&object->refs, 1, memory_order_relaxed);
	return object;
}

/* NULL is allowed. */
static inline void xfi_object_unref(struct xfi_object *object)
{
	/* Release: our use of the object happens before its end; acquire: the end sees all uses. */
	if (object && atomic_fetch_sub_explicit(&object->refs, 1, memory_order_acq_rel) == 1)
		object->type->destroy(object);
}

#endif
