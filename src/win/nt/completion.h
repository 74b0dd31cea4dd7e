/* SPDX-License-Identifier: MIT */
/*
 * Completion: a handle that calls back when somebody sets it as if it were an event. It is what a
 * driver gets where Direct3D takes an event handle and we want to act in its thread, without a
 * thread of our own in between.
 */
#ifndef XFI_WIN_COMPLETION_H
#define XFI_WIN_COMPLETION_H

#include "win/nt/object.h"

/*
 * `fn` runs in the thread that sets the handle, perhaps under locks of the driver: it must not
 * block, nor call the driver. After the handle was closed and `fn` has returned, `drop` (may be
 * NULL) is called once, wherever that happens.
 */
int xfi_completion_create(
	void (*fn)(void *arg), void (*drop)(void *arg), void *arg, HANDLE *ret_handle);

/* An event or a completion, with a reference for the caller, and setting it. As
 * xfi_nt_handle_ref().
 */
int xfi_settable_ref(HANDLE handle, struct xfi_object **ret_object);
int xfi_settable_set(struct xfi_object *object);

/* Sets an event or a completion, as SetEvent. Results as xfi_nt_handle_ref(). */
int xfi_nt_handle_set(HANDLE handle);

#endif
