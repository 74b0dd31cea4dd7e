/* SPDX-License-Identifier: MIT */
/*
 * Results and time, shared by every crossfence header.
 *
 * A function that can fail returns int: 0 when done, a negative errno value when something
 * failed (nothing was changed unless its comment says otherwise), or one of the positive
 * outcomes below, which the function's comment names. "Not acquired" is never 0.
 */
#ifndef CROSSFENCE_RESULT_H
#define CROSSFENCE_RESULT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define XF_API __attribute__((visibility("default")))

/* Positive outcomes. */
enum {
	XF_TIMEOUT = 1, /* the deadline passed; nothing was taken */
	XF_ABANDONED = 2, /* an owner died or closed while it owned the object; final */
};

/*
 * Deadlines are absolute CLOCK_MONOTONIC nanoseconds. 0 (and anything in the past) polls:
 * the call never blocks. XF_NEVER waits without limit.
 */
#define XF_NEVER INT64_MAX

/* Now, in CLOCK_MONOTONIC nanoseconds. Thread-safety: safe. */
XF_API int64_t xf_now(void);

/* The deadline `timeout_ns` (relative, ns) from now; saturates at XF_NEVER; <= 0 gives 0 (poll). */
XF_API int64_t xf_deadline(int64_t timeout_ns);

/*
 * A sentence with advice for any result crossfence returns, positive ones too. The string is
 * static English ASCII; never NULL. Thread-safety: safe.
 */
XF_API const char *xf_strerror(int result);

/* The version of the library that is running, for example "0.1.0"; static. */
XF_API const char *xf_version(void);

#ifdef __cplusplus
}
#endif
#endif
