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

struct first {
	int more_flags;
	void (*fn)(void *arg);
	void *arg;
};

static inline void first_enter(void *arg)
{
	const struct first *first = arg;
	if (unshare(CLONE_NEWPID | first->more_flags))
		_exit(FIRST_NOT_TO_BE_HAD);
	_exit(proc_wait(proc_spawn(first->fn, first->arg), 60000));
}

/*
 * Spawns a process that makes a namespace, and in it the first, which has all of this one's memory.
 * Between the two there is no other thread: proc_fork() may fork twice where there is, and a
 * namespace whose first has ended takes no other.
 */
static inline pid_t first_spawn(int more_flags, void (*fn)(void *arg), void *arg)
{
	struct first first = { .more_flags = more_flags, .fn = fn, .arg = arg };
	return proc_spawn(first_enter, &first);
}

/* Runs fn(NULL) as the first of a namespace; there first_spawn(0, ...) makes another. */
static inline void first_of_its_namespace(void (*fn)(void *arg))
{
	int r = proc_wait(first_spawn(geteuid() ? CLONE_NEWUSER : 0, fn, NULL), 70000);
	if (r == FIRST_NOT_TO_BE_HAD)
		proc_skip("PID namespaces cannot be made here");
	EXPECT(0, r);
}

#endif
