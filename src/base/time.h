/* SPDX-License-Identifier: MIT */
/* Deadlines as the system calls want them; what a deadline is says crossfence/result.h. */
#ifndef XFI_BASE_TIME_H
#define XFI_BASE_TIME_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <crossfence/result.h>

#define XFI_MS	   INT64_C(1000000)
#define XFI_SECOND INT64_C(1000000000)

/* Not negative. */
static inline struct timespec xfi_timespec(int64_t ns)
{
	return (struct timespec){ ns / XFI_SECOND, ns % XFI_SECOND };
}

/* NULL for XF_NEVER, which the kernel takes as "no limit". */
static inline struct timespec *xfi_time_limit(int64_t deadline_ns, struct timespec *storage)
{
	if (deadline_ns == XF_NEVER)
		return NULL;
	*storage = xfi_timespec(deadline_ns > 0 ? deadline_ns : 0);
	return storage;
}

/* What poll() is told, rounded up: -1 for XF_NEVER, 0 when the deadline has passed. */
static inline int xfi_poll_ms(int64_t deadline_ns)
{
	int64_t left = deadline_ns == XF_NEVER ? 0 : deadline_ns - xf_now();
	if (deadline_ns == XF_NEVER)
		return -1;
	if (left <= 0)
		return 0;
	return left / XFI_MS < INT_MAX ? (int)(left / XFI_MS) + 1 : INT_MAX;
}

/*
 * A sleep that did not begin because the word kept changing says nothing about the deadline:
 * whoever loops looks at the clock, or a member that changes the word all the time holds it up for
 * ever.
 */
static inline bool xfi_past(int64_t deadline_ns)
{
	return deadline_ns != XF_NEVER && xf_now() >= deadline_ns;
}

#endif
