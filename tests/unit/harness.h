/* SPDX-License-Identifier: MIT */
/* What the tests of single objects share: a domain, child processes, small time limits. */
#ifndef TESTS_UNIT_HARNESS_H
#define TESTS_UNIT_HARNESS_H

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <crossfence/crossfence.h>

#define MS INT64_C(1000000)

/* XF_SLOW=N: this machine is N times slower than those the limits were made for. */
static inline unsigned slow(void)
{
	const char *times = getenv("XF_SLOW");
	return times && atoi(times) > 0 ? (unsigned)atoi(times) : 1;
}

/* The process is killed after so many seconds. */
static inline void limit(unsigned seconds)
{
	alarm(seconds * slow());
}

/* A deadline that is met only if something hangs. */
static inline int64_t patience(int64_t ms)
{
	return xf_deadline(ms * MS * slow());
}

/* cmocka state: a fresh domain for each test. */
static inline int make_domain(void **state)
{
	return xf_domain_create(NULL, (struct xf_domain **)state);
}

static inline int leave_domain(void **state)
{
	xf_domain_leave(*state);
	return 0;
}

#define test_with_domain(f) cmocka_unit_test_setup_teardown(f, make_domain, leave_domain)

/* ThreadSanitizer cannot follow fork() in a program with threads; its build runs the rest. */
#ifdef __SANITIZE_THREAD__
#define needs_processes() skip()
#else
#define needs_processes() ((void)0)
#endif

/*
 * Runs fn(domain, id) in a child that has joined the domain by descriptor; its result is the exit
 * status. The child never returns into cmocka.
 */
static inline pid_t in_child(
	struct xf_domain *domain, xf_id id, int (*fn)(struct xf_domain *, xf_id))
{
	int fd;
	assert_int_equal(xf_domain_export(domain, 0, &fd), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct xf_domain *own;
		limit(20);
		_exit(xf_domain_join(fd, &own) ? 99 : fn(own, id));
	}
	close(fd);
	return pid;
}

/* The exit status, or 128 + signal. */
static inline int wait_child(pid_t pid)
{
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#endif
