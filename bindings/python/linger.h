/* SPDX-License-Identifier: MIT */
/*
 * A pool or a frame that is ended while arrays of other objects lie over what it holds: over a
 * surface opened by its id, or by another Pool of the same. The holds are what keeps others from
 * the memory, so they stay until the last of these arrays is gone.
 */
#ifndef XFP_LINGER_H
#define XFP_LINGER_H

#include "handle.h"

/* The beginning of what a pool or a frame leaves behind. */
struct xfp_linger {
	uint32_t (*arrays)(const struct xfp_handle *domain, const struct xfp_linger *l);
	/* The last of them is gone: gives up what is held if it is `ours`, no forked child's;
	 * frees. */
	void (*end)(struct xfp_linger *l, bool ours);
	struct xfp_linger *next;
};

/* Takes over `l`. */
void xfp_linger(struct xfp_handle *domain, struct xfp_linger *l);

/* An array is gone. */
void xfp_linger_look(struct xfp_handle *domain);

#endif
