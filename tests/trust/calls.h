/* SPDX-License-Identifier: MIT */
/*
 * The system calls that a member makes, itself or through the C library. denied_test.c takes each
 * of them away, and holds the list against what is made.
 */
#ifndef TESTS_TRUST_CALLS_H
#define TESTS_TRUST_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>

struct call {
	const char *name;
	long number;
	const char *says; /* what messages call it */
	bool rare; /* only on some kernels, or in some moments */
	bool wakes; /* who loses it later must wake others by another one, see wakes_otherwise() */
};

#define CALL(name)                                                                                 \
	{                                                                                          \
#name, SYS_##name, #name, false                                                    \
	}
#define RARE(name)                                                                                 \
	{                                                                                          \
#name, SYS_##name, #name, true                                                     \
	}
#define WAKES(name)                                                                                \
	{                                                                                          \
#name, SYS_##name, #name, false, true                                              \
	}
#define AS(name, says)                                                                             \
	{                                                                                          \
#name, SYS_##name, #says, false                                                    \
	} /* the C library chooses */

static const struct call calls[] = {
	CALL(accept4),
	CALL(bind),
#ifdef __aarch64__ /* where glibc 2.36 does without it */
	RARE(clone3),
#else
	CALL(clone3),
#endif
	CALL(close),
	CALL(connect),
	CALL(epoll_create1),
	CALL(epoll_ctl),
	CALL(eventfd2),
	CALL(fallocate),
	CALL(fchmod),
	CALL(fcntl),
	CALL(fstatfs),
	CALL(ftruncate),
	WAKES(futex),
	RARE(futex_waitv),
	CALL(get_robust_list),
	CALL(getdents64),
	CALL(geteuid),
	CALL(getpid),
	CALL(getrandom),
	CALL(getsockopt),
	CALL(gettid),
	CALL(inotify_add_watch),
	CALL(inotify_init1),
	RARE(ioctl), /* of a pidfd */
	RARE(io_uring_enter),
	RARE(io_uring_register),
	RARE(io_uring_setup),
	RARE(kill),
	CALL(listen),
	CALL(madvise),
	CALL(memfd_create),
	CALL(mmap),
	CALL(munmap),
	AS(newfstatat, fstat),
	CALL(openat),
	RARE(pidfd_open),
#ifdef SYS_poll
	CALL(poll),
#else
	AS(ppoll, poll),
#endif
	CALL(pread64),
	CALL(prlimit64),
	CALL(read),
	CALL(recvmsg),
	CALL(renameat),
	RARE(sched_getattr),
	RARE(sched_yield),
	RARE(sched_setattr),
	CALL(sendmsg),
	CALL(set_robust_list),
	CALL(setsockopt),
	CALL(socket),
	CALL(statx),
	CALL(unlinkat),
	CALL(utimensat),
	CALL(write),
};
static const size_t calls_count = sizeof(calls) / sizeof(calls[0]);

/* Made, but not taken away: without them no C program runs, starts a thread or ends. */
static const struct call spared_calls[] = {
	RARE(brk),
	RARE(clock_gettime), /* the work's own, of its CPU time */
	RARE(clock_nanosleep), /* likewise, to be idle */
	RARE(clone), /* where clone3() is not known */
	RARE(exit),
	RARE(mprotect),
	RARE(restart_syscall),
	RARE(rseq),
	RARE(rt_sigprocmask),
};
static const size_t spared_calls_count = sizeof(spared_calls) / sizeof(spared_calls[0]);

#endif
