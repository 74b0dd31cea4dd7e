/* SPDX-License-Identifier: MIT */
/* The hooks each type of object has for the sweep. */
#ifndef XFI_SYNC_TYPES_H
#define XFI_SYNC_TYPES_H

#include "shm/object.h"

extern const struct xfi_type_ops xfi_timeline_ops;
extern const struct xfi_type_ops xfi_keyed_mutex_ops;
extern const struct xfi_type_ops xfi_surface_ops;
extern const struct xfi_type_ops xfi_pool_ops;
extern const struct xfi_type_ops xfi_sync_ops;

#endif
