/* SPDX-License-Identifier: MIT */
/*
 * Handle table of this process: HANDLE -> object and access rights.
 *
 *	bits 0-1    ignored, as on Windows; 0 in what we hand out
 *	bits 2-19   index + 1, so that 0 is never a handle
 *	bits 20-30  generation, one more at each reuse: a closed handle stays invalid
 *	            for 2^16 others
 *	bit 31 up   0, so that KMT handles and pseudo-handles are never taken for ours
 *
 * Thread-safety: safe. After fork() the child's table is empty.
 *
 * Results: -EBADF: no such handle; -ENOTTY: a handle of another type; -EACCES: the handle (or
 * the type) lacks a right; -ENOMEM, -EMFILE: no more handles. See codes.h for their Windows names.
 */
#ifndef XFI_WIN_HANDLE_H
#define XFI_WIN_HANDLE_H

#include "win/nt/object.h"

/*
 * Makes a handle with `access` (generic rights and MAXIMUM_ALLOWED are mapped by the type). The
 * handle takes a reference of its own. -EACCES: a right the type does not have.
 */
int xfi_nt_handle_create(struct xfi_object *object, ACCESS_MASK access, HANDLE *ret_handle);

/*
 * The object behind `handle`, with a reference for the caller. `type` NULL accepts every type;
 * all of `access` (specific rights, no generic ones) must have been granted.
 */
int xfi_nt_handle_ref(HANDLE handle, const struct xfi_object_type *type, ACCESS_MASK access,
	struct xfi_object **ret_object);

/* The rights granted to `handle`. */
int xfi_nt_handle_access(HANDLE handle, ACCESS_MASK *ret_access);

int xfi_nt_handle_close(HANDLE handle);

/*
 * Another handle to the same object, with rights that the source has (-EACCES: more than it has);
 * `options` as DuplicateHandle. DUPLICATE_CLOSE_SOURCE: the same value, protected or not.
 */
int xfi_nt_handle_duplicate(
	HANDLE source, ACCESS_MASK access, bool inherit, DWORD options, HANDLE *ret_handle);

/* HANDLE_FLAG_* of the handle: those in `mask` become `flags`; the old ones are returned. */
int xfi_nt_handle_flags(HANDLE handle, DWORD mask, DWORD flags, DWORD *ret_old);

/*
 * Calls `match` for the object of each handle until it returns true; returns that object with a
 * reference for the caller, else NULL. `match` runs under the table's lock: no calls back.
 */
struct xfi_object *xfi_nt_handle_search(
	bool (*match)(const struct xfi_object *object, const void *arg), const void *arg);

#endif
