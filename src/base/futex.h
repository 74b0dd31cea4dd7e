/* SPDX-License-Identifier: MIT */
/* The futex system calls, always process-shared. */
#ifndef XFI_BASE_FUTEX_H
#define XFI_BASE_FUTEX_H

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/time.h"

#ifndef SYS_futex_waitv /* Linux 5.16; the C library's headers may be older */
#define SYS_futex_waitv 449
#endif
#ifndef SYS_futex_wake /* Linux 6.7 */
#define SYS_futex_wake 454
#endif
#define XFI_FUTEX2_U32 2

/* A filter, or what runs us in place of the kernel, does not let us make the call. */
static inline bool xfi_futex_is_denied(int error)
{
	return error == EPERM || error == ENOSYS;
}

/*
 * Instead of a sleep that is denied, which joining rules out, but a filter may come later: whoever
 * loops looks again soon. -EAGAIN, or -ETIMEDOUT. No cancellation point, as the sleep is none.
 */
static inline int xfi_futex_rest(int64_t deadline_ns)
{
	int64_t soon = xf_deadline(2 * XFI_MS), until = soon < deadline_ns ? soon : deadline_ns;
	struct timespec storage, *time = xfi_time_limit(until, &storage);
	(void)syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, time, NULL);
	return until == deadline_ns ? -ETIMEDOUT : -EAGAIN;
}

/*
 * Sleeps while *word == expected, until a wake-up whose bits meet `bits`. 0: woken; -EAGAIN: the
 * word differs; -ETIMEDOUT; -EINTR. A wake-up wins over a deadline that passes at the same time,
 * so whoever gets -ETIMEDOUT has not used up anybody's wake-up.
 */
static inline int xfi_futex_wait(
	const _Atomic uint32_t *word, uint32_t expected, int64_t deadline_ns, uint32_t bits)
{
	struct timespec storage, *deadline = xfi_time_limit(deadline_ns, &storage);
	if (syscall(SYS_futex, word, FUTEX_WAIT_BITSET, expected, deadline, NULL, bits) == 0)
		return 0;
	return xfi_futex_is_denied(errno) ? xfi_futex_rest(deadline_ns) : -errno;
}

/* What a filter takes away under its old number the kernel may still have under another one. */
static inline int xfi_futex_wake(const _Atomic uint32_t *word, int count, uint32_t bits)
{
	long n = syscall(SYS_futex, word, FUTEX_WAKE_BITSET, count, NULL, NULL, bits);
	if (n < 0 && xfi_futex_is_denied(errno))
		n = syscall(SYS_futex_wake, word, (unsigned long)bits, count, XFI_FUTEX2_U32);
	return (int)n;
}

/*
 * Sleeps on several words at once; >= 0: the index woken, else -errno. Kernels before 5.16, and
 * tools that run us in place of the kernel, have no such call, and a filter that does not know it
 * says EPERM: there we look again every few
 * milliseconds, and a death is noticed that much later.
 */
static inline int xfi_futex_waitv(
	struct futex_waitv *words, unsigned int count, int64_t deadline_ns)
{
	struct timespec storage, *deadline = xfi_time_limit(deadline_ns, &storage);
	long r = syscall(SYS_futex_waitv, words, count, 0, deadline, CLOCK_MONOTONIC);
	if (r >= 0 || !xfi_futex_is_denied(errno))
		return r >= 0 ? (int)r : -errno;
	int64_t soon = xf_deadline(5 * XFI_MS);
	int one = xfi_futex_wait((const _Atomic uint32_t *)(uintptr_t)words[0].uaddr,
		(uint32_t)words[0].val, soon < deadline_ns ? soon : deadline_ns,
		FUTEX_BITSET_MATCH_ANY);
	return one == -ETIMEDOUT && soon < deadline_ns ? -EAGAIN : one;
}

static inline struct futex_waitv xfi_waitv(const _Atomic uint32_t *word, uint32_t expected)
{
	return (struct futex_waitv){ .val = expected, .uaddr = (uintptr_t)word, .flags = FUTEX_32 };
}

#endif
