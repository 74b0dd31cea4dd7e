/* SPDX-License-Identifier: MIT */
/*
 * Sleeping on a 32-bit word of this process, for the locks that are plain memory in a program.
 */
#ifndef XFI_WIN_WORD_H
#define XFI_WIN_WORD_H

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <crossfence/result.h>

#include "win/prelude.h"

/*
 * Sleeps while the word is `value`, until somebody wakes it or `deadline_ns` (XF_NEVER: none) has
 * passed, of which it tells: true. May return for no reason.
 */
static inline bool xfi_word_wait(_Atomic uint32_t *word, uint32_t value, int64_t deadline_ns)
{
	struct timespec until = { deadline_ns / 1000000000, deadline_ns % 1000000000 };
	/* FUTEX_WAIT_BITSET is the one that takes a point in time. */
	long r = syscall(SYS_futex, word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, value,
		deadline_ns == XF_NEVER ? NULL : &until, NULL, FUTEX_BITSET_MATCH_ANY);
	if (r && (errno == EPERM || errno == ENOSYS)) { /* a filter: look again soon */
		struct timespec soon = { 0, 2000000 };
		nanosleep(&soon, NULL);
		return deadline_ns != XF_NEVER && xf_now() >= deadline_ns;
	}
	return r && errno == ETIMEDOUT;
}

static inline void xfi_word_wake(_Atomic uint32_t *word, int count)
{
	(void)syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, count); /* cannot fail */
}

/* INFINITE or milliseconds from now, as a deadline. */
static inline int64_t xfi_deadline_ms(DWORD ms)
{
	return ms == INFINITE ? XF_NEVER : xf_deadline((int64_t)ms * 1000000);
}

#endif
