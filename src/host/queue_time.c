/* SPDX-License-Identifier: MIT */
#include "host/queue_time.h"
#include "host/guest.h"

void xfh_queue_time_add(struct xf_host_guest *guest, int64_t ns)
{
	int i = 0;
	while (i < XF_HOST_QUEUE_TIMES - 1 && ns > XF_HOST_QUEUE_TIME_NS(i))
		i++;
	/* Counts for people: nothing is ordered by them. */
	atomic_fetch_add_explicit(&guest->queue_times[i], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(
		&guest->queue_time_sum_ns, ns > 0 ? (uint64_t)ns : 0, memory_order_relaxed);
}
