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
	/*
	 * Fills in what to wait for, in a zeroed item. NULL: handles of this type cannot be waited
	 * for. What follows is NULL where having the item is having the object.
	 */
	int (*wait_item)(struct xfi_object *object, struct xf_wait_item *item);
	/* Gives back what wait_item() has opened. */
	void (*wait_end)(struct xfi_object *object, struct xf_wait_item *item);
	/*
	 * Takes the object if that can be done now. 0; XF_ABANDONED: taken, its owner died;
	 * -EAGAIN: not now, and if the item is empty then look again at once.
	 */
	int (*try)(struct xfi_object *object, struct xf_wait_item *item);
	/* Takes it after the item was had, with `result`. As try; NULL: -EAGAIN. */
	int (*woken)(struct xfi_object *object, struct xf_wait_item *item, int result);
	/* Undoes the taking, which returned `result`. NULL: nothing was taken by it. */
	void (*give_back)(struct xfi_object *object, int result);
	/* When to look again though nobody tells. NULL: never. */
	int64_t (*due)(const struct xfi_object *object);

	/* For SignalObjectAndWait, with the right that it needs; NULL: not this type. */
	int (*signal)(struct xfi_object *object);
	ACCESS_MASK signal_access;
};

struct xfi_object {
	const struct xfi_object_type *type;
	xf_id id; /* of the domain object that gives it its identity; 0: the object itself */
	char *name; /* UTF-8, as xfi_name_of() has it; NULL: none */
	_Atomic uint32_t refs;
};

/* The caller owns the first reference. */
static inline void xfi_object_init(
	struct xfi_object *object, const struct xfi_object_type *type, xf_id id)
{
	object->type = type;
	object->id = id;
	object->name = NULL;
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
	char *name;
	/* Release: our use of the object happens before its end; acquire: the end sees all uses. */
	if (!object || atomic_fetch_sub_explicit(&object->refs, 1, memory_order_acq_rel) != 1)
		return;
	name = object->name;
	object->type->destroy(object);
	free(name);
}

#endif
