/* SPDX-License-Identifier: MIT */
#include "win/dxgi/refresh.h"

#include <crossfence/result.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define SECOND INT64_C(1000000000)
#define HZ_MAX 1000

void xfi_refresh_init(struct xfi_refresh *refresh, uint32_t numerator, uint32_t denominator)
{
	const char *given = getenv("CROSSFENCE_REFRESH");
	double hz = numerator && denominator ? (double)numerator / denominator : 60;
	if (given && *given)
		hz = strtod(given, NULL);
	*refresh = (struct xfi_refresh){ 0 };
	if (hz > 0)
		refresh->period_ns = (int64_t)((double)SECOND / (hz < HZ_MAX ? hz : HZ_MAX));
}

static void sleep_until(int64_t ns)
{
	const struct timespec until = { ns / SECOND, ns % SECOND };
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

bool xfi_refresh_wait(struct xfi_refresh *refresh, uint32_t interval, bool may_wait)
{
	const int64_t due = refresh->shown_ns + interval * refresh->period_ns;
	int64_t now = xf_now();
	const bool early = refresh->shown_ns && now < due;
	if (early && !may_wait)
		return false;
	if (early)
		sleep_until(due);
	/* Who is a little late is on time with the next one; who is very late begins anew. */
	if (interval && refresh->shown_ns && now < due + refresh->period_ns)
		now = due;
	refresh->shown_ns = now;
	if (!refresh->start_ns)
		refresh->start_ns = now;
	return true;
}

uint32_t xfi_refresh_count(const struct xfi_refresh *refresh, int64_t ns)
{
	if (!refresh->period_ns || !refresh->start_ns || ns < refresh->start_ns)
		return 0;
	return (uint32_t)((ns - refresh->start_ns) / refresh->period_ns) + 1;
}
