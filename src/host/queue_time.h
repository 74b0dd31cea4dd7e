/* SPDX-License-Identifier: MIT */
/* How long signals wait to leave: a histogram of each guest. */
#ifndef XFH_QUEUE_TIME_H
#define XFH_QUEUE_TIME_H

#include <stdbool.h>
#include <stdint.h>

struct xf_host_guest;

/* A look at the clock for each signal would be felt. Not a power of two: drivers like those, and
 * then it would always be the same event that is looked at. */
#define XFH_QUEUE_TIME_EVERY 13

static inline bool xfh_queue_time_samples(uint64_t position)
{
	return position % XFH_QUEUE_TIME_EVERY == 0;
}

/* Any thread. */
void xfh_queue_time_add(struct xf_host_guest *guest, int64_t ns);

#endif
