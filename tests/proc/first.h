/* SPDX-License-Identifier: MIT */
/*
 * A process and a child of its that have the same number: each is the first of a PID namespace of
 * its own.
 */
#ifndef TESTS_PROC_FIRST_H
#define TESTS_PROC_FIRST_H

#include "proc.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#define FIRST_NOT_TO_BE_HAD 77 /* exit status */

/* Spawns a child that is the first of a namespace; the rest stays as it is, threads may be made. */
static inline pid_t first_spawn(int more_flags, void (*fn)(void *arg), void *arg)
{
	int own = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	if (own < 0 || unshare(CLONE_NEWPID | more_flags))
		_exit(FIRST_NOT_TO_BE_HAD);
	pid_t pid = proc_spawn(fn, arg);
	if (!more_flags && setns(own, CLONE_NEWPID))
		_exit(FIRST_NOT_TO_BE_HAD);
	close(own);
	return pid;
}

static inline void first_run(void *arg)
{
	void (*const *fn)(void *arg) = arg;
	_exit(proc_wait(first_spawn(geteuid() ? CLONE_NEWUSER : 0, *fn, NULL), 60000));
}

/* Runs fn(NULL) as the first of a namespace; there first_spawn(0, ...) makes another. */
static inline void first_of_its_namespace(void (*fn)(void *arg))
{
	int r = proc_wait(proc_spawn(first_run, &fn), 70000);
	if (r == FIRST_NOT_TO_BE_HAD)
		proc_skip("PID namespaces cannot be made here");
	EXPECT(0, r);
}

#endif
