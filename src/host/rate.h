/* SPDX-License-Identifier: MIT */
/* How often something may happen. */
#ifndef XFH_RATE_H
#define XFH_RATE_H

#include <stdatomic.h>
#include <stdint.h>

#define XFH_RATE_NONE UINT32_MAX

/*
 * Each one takes its share of a second, one after the other. What has been let through may be a
 * tenth of a second ahead of the clock.
 */
struct xfh_rate {
	_Atomic uint32_t per_second; /* XFH_RATE_NONE: no limit */
	_Atomic int64_t used_up_ns; /* the time that those let through have taken, so far */
};

/* Any thread; waits for nobody. 1: this one may. 0: it may not, and is not counted. */
int xfh_rate_take(struct xfh_rate *rate);
/* How long until the next one may, without taking; 0: now. */
int64_t xfh_rate_wait_ns(struct xfh_rate *rate);

#endif
