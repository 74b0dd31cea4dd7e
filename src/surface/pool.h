/* SPDX-License-Identifier: MIT */
/* What a death does to pools, and to the surfaces that their members hold. */
#ifndef XFI_SURFACE_POOL_H
#define XFI_SURFACE_POOL_H

#include "shm/object.h"

extern const struct xfi_type_ops xfi_surface_ops;
extern const struct xfi_type_ops xfi_pool_ops;

#endif
