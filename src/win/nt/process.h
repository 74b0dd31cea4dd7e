/* SPDX-License-Identifier: MIT */
/*
 * Process: this one, or another one by its number. Its handles can be waited for: satisfied when
 * the process has ended.
 */
#ifndef XFI_WIN_PROCESS_H
#define XFI_WIN_PROCESS_H

#include "win/nt/object.h"

extern const struct xfi_object_type xfi_process_type;

/* The object of this process. -ENOMEM, or as the kernel. */
int xfi_process_self(struct xfi_object **ret_object);

#endif
