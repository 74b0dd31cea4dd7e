/* SPDX-License-Identifier: MIT */
/*
 * Local KMT handles of this process: bit 30 set, bits 6-29 a number that counts up, low bits clear.
 * They refer to objects as NT handles do, but carry no rights.
 *
 * Thread-safety: safe. -EINVAL: no such handle, or one of another type.
 */
#ifndef XFI_WIN_LOCAL_H
#define XFI_WIN_LOCAL_H

#include "win/nt/object.h"

/* The handle takes a reference of its own. -ENOMEM. */
int xfi_local_create(struct xfi_object *object, D3DKMT_HANDLE *ret_handle);

/* The object, with a reference for the caller. `type` NULL accepts every type. */
int xfi_local_ref(
	D3DKMT_HANDLE handle, const struct xfi_object_type *type, struct xfi_object **ret_object);

int xfi_local_close(D3DKMT_HANDLE handle, const struct xfi_object_type *type);

#endif
