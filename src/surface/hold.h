/* SPDX-License-Identifier: MIT */
/* Waiting for a free surface of a pool, for streams, which choose by themselves. */
#ifndef XFI_SURFACE_HOLD_H
#define XFI_SURFACE_HOLD_H

#include "shm/bell.h"

#include <crossfence/pool.h>

/* Lists what rings when a surface may be free: for xfi_bell_wait(). How many these are. */
uint32_t xfi_pool_watch(const struct xf_pool *pool, struct xfi_watched watched[XF_POOL_MAX + 1]);

#endif
