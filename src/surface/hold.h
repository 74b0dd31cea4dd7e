/* SPDX-License-Identifier: MIT */
/* Waiting for a free surface of a pool, for streams, which choose by themselves. */
#ifndef XFI_SURFACE_HOLD_H
#define XFI_SURFACE_HOLD_H

#include <crossfence/pool.h>

/* xfi_park()'s loop, until a surface may be free or object `index` changes. */
int xfi_pool_wait(struct xf_pool *pool, uint32_t index, int64_t deadline_ns, int (*try)(void *arg),
	void *arg);

#endif
