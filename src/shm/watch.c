/* SPDX-License-Identifier: MIT */
#include "shm/watch.h"

#include "base/kill_point.h"
#include "shm/bell.h"

/*
 * One of our threads that came meanwhile may have found its member in the set, and sleep by now. It
 * counted itself before it looked at the set, and we look at the count after we changed that. While
 * the member was out it may have missed a change, so it is told: its bell and its descriptors, one
 * of which may be what came.
 */
void xfi_watch_clear(struct xf_domain *d, struct xfi_watch watch)
{
	if (!(atomic_load(watch.set) & xfi_self_bit(d)) || atomic_load(watch.threads))
		return;
	atomic_fetch_and(watch.set, ~xfi_self_bit(d));
	if (!atomic_load(watch.threads))
		return;
	atomic_fetch_or(watch.set, xfi_self_bit(d));
	xfi_ring(d, xfi_self_bit(d));
	xfi_post(d, xfi_self_bit(d), FUTEX_BITSET_MATCH_ANY);
}

void xfi_watch_leave(struct xf_domain *d, struct xfi_watch watch)
{
	if (atomic_fetch_sub(watch.threads, 1) == 1)
		xfi_watch_clear(d, watch);
	XFI_KILL_POINT("watch:left");
}
