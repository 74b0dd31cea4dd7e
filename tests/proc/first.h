/* SPDX-License-Identifier: MIT */
/*
 * A process and a child of its that have the same number: each is the first of a PID namespace of
 * its own.
 */
#ifndef TESTS_PROC_FIRST_H
#define TESTS_PROC_FIRST_H

#include "proc.h"

#include <sched.h>
#include <unistd.h>

#define FIRST_NOT_TO_BE_HAD 77 /* exit status */

/* What the calling process forks next is the first of a namespace. */
static inline void first_prepare(int more_flags)
{
	if (unshare(CLONE_NEWPID | more_flags))
		_exit(FIRST_NOT_TO_BE_HAD);
}

static inline void first_run(void *arg)
{
	void (*const *fn)(void *arg) = arg;
	first_prepare(geteuid() ? CLONE_NEWUSER : 0);
	_exit(proc_wait(proc_spawn(*fn, NULL), 60000));
}

/* Runs fn(NULL) as the first of a namespace; there first_prepare(0) and proc_spawn() make another.
 */
static inline void first_of_its_namespace(void (*fn)(void *arg))
{
	int r = proc_wait(proc_spawn(first_run, &fn), 70000);
	if (r == FIRST_NOT_TO_BE_HAD)
		proc_skip("PID namespaces cannot be made here");
	EXPECT(0, r);
}

#endif
