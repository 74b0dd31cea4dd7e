/* SPDX-License-Identifier: MIT */
/* Pauses between attempts: longer each time, and never the same for two who began together. */
#ifndef XFG_BACKOFF_H
#define XFG_BACKOFF_H

#include <stdint.h>

struct xfg_backoff {
	int64_t pause_ns; /* the last one; begins as 0 */
};

/* Sleeps, no longer than until `deadline_ns`. 0: try again; -ETIMEDOUT: it has passed. */
int xfg_backoff(struct xfg_backoff *backoff, int64_t deadline_ns);

#endif
