/* SPDX-License-Identifier: MIT */
#include <crossfence/result.h>

#include "host/rate.h"

#define SECOND	 INT64_C(1000000000)
#define AHEAD_NS (SECOND / 10)

/* At least one at a time, however slow. */
static int64_t ahead(int64_t share_ns)
{
	return share_ns > AHEAD_NS ? share_ns : AHEAD_NS;
}

int xfh_rate_take(struct xfh_rate *rate)
{
	uint32_t per_second = atomic_load_explicit(&rate->per_second, memory_order_relaxed);
	if (per_second == XFH_RATE_NONE)
		return 1;
	int64_t share_ns = SECOND / per_second, now_ns = xf_now();
	int64_t used = atomic_load_explicit(&rate->used_up_ns, memory_order_relaxed), next;
	/* One word, and nothing else depends on it: relaxed is enough. */
	do {
		next = (used > now_ns ? used : now_ns) + share_ns;
		if (next - now_ns > ahead(share_ns))
			return 0;
	} while (!atomic_compare_exchange_weak_explicit(
		&rate->used_up_ns, &used, next, memory_order_relaxed, memory_order_relaxed));
	return 1;
}

int64_t xfh_rate_wait_ns(struct xfh_rate *rate)
{
	uint32_t per_second = atomic_load_explicit(&rate->per_second, memory_order_relaxed);
	if (per_second == XFH_RATE_NONE)
		return 0;
	int64_t share_ns = SECOND / per_second;
	int64_t used = atomic_load_explicit(&rate->used_up_ns, memory_order_relaxed);
	int64_t wait_ns = used + share_ns - ahead(share_ns) - xf_now();
	return wait_ns > 0 ? wait_ns : 0;
}
