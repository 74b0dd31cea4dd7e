/* SPDX-License-Identifier: MIT */
/* Handles that are not in the table: of the calling thread and of its process. */
#ifndef XFI_WIN_PSEUDO_H
#define XFI_WIN_PSEUDO_H

#include "win/nt/object.h"

#define XFI_PSEUDO_PROCESS ((HANDLE)(intptr_t)-1)
#define XFI_PSEUDO_THREAD  ((HANDLE)(intptr_t)-2)

/* True for the two, and then with a reference to the object, or with *ret_result negative. */
bool xfi_pseudo_ref(HANDLE handle, struct xfi_object **ret_object, int *ret_result);

/* As xfi_nt_handle_ref(), of pseudo handles, too, which have every right. */
int xfi_any_ref(HANDLE handle, const struct xfi_object_type *type, ACCESS_MASK access,
	struct xfi_object **ret_object);

#endif
