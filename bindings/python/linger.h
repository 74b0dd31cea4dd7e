/* SPDX-License-Identifier: MIT */
/*
 * A pool that is closed while arrays of other objects lie over what it holds: over a surface
 * opened by its id, or by another Pool of the same. The holds are what keeps others from the
 * memory, so the pool itself stays until the last of these arrays is gone.
 */
#ifndef XFP_LINGER_H
#define XFP_LINGER_H

#include "handle.h"

struct xfp_linger {
	struct xf_pool *pool;
	uint64_t held; /* a bit for each surface */
	struct xfp_linger *next;
};

/* Arrays of all objects of the domain over the surfaces with these bits. */
uint32_t xfp_linger_arrays(const struct xfp_handle *domain, struct xf_pool *pool, uint64_t held);

/* Takes over `l`, and its pool, which is closed when the last such array is gone. */
void xfp_linger(struct xfp_handle *domain, struct xfp_linger *l);

/* An array is gone. */
void xfp_linger_look(struct xfp_handle *domain);

#endif
