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
	XF_ENDED = 3, /* the stream's producer ended it and nothing is left */
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

/*
 * What went wrong in this thread's last call that failed with `result`, as one line that names the
 * argument or the step: "label has 40 bytes; at most 31 fit". Where nothing more is known than
 * the result says, and for a result that no failure had lately, the sentence of xf_strerror().
 * Valid until the thread's next call into crossfence, but for those that signal handlers make;
 * UTF-8 where an argument of the caller's was; never NULL. Ask before the next call that can fail,
 * and only for one that failed; what closes and frees leaves the message as it is. Thread-safety:
 * safe, every thread has its own. Not async-signal-safe.
 */
XF_API const char *xf_last_message(int result);

/*
 * For code that others call through crossfence (a queue's back end), and libraries on top of it:
 * leaves a message for xf_last_message(), cut at some 200 bytes, and returns `result`. With 0,
 * which is no failure, it only forgets what an earlier one left.
 */
XF_API int xf_fail(int result, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The version of the library that is running, for example "0.1.0"; static. */
XF_API const char *xf_version(void);

#ifdef __cplusplus
}
#endif
#endif
