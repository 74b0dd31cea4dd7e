/* SPDX-License-Identifier: MIT */
#include "alone.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

static void do_nothing(void *arg)
{
	(void)arg;
	pause();
}

/* From here on children begin in a new namespace; go back with the descriptor. */
static int enter_new(void)
{
	int own = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	CHECK(own >= 0);
	if (unshare(CLONE_NEWPID)) {
		close(own);
		proc_skip("PID namespaces cannot be made here (needs root)");
	}
	return own;
}

static void go_back(int own)
{
	EXPECT(0, setns(own, CLONE_NEWPID));
	close(own);
}

struct alone spawn_alone(const char *point, void (*fn)(void *arg), void *arg)
{
	struct alone alone;
	int own = enter_new();
	alone.init = proc_spawn(do_nothing, NULL);
	alone.member = point ? proc_spawn_at(point, -1, fn, arg) : proc_spawn(fn, arg);
	go_back(own);
	return alone;
}

struct alone spawn_pair(
	void (*fn)(void *arg), void (*other)(void *arg), void *arg, pid_t *ret_other)
{
	struct alone alone;
	int own = enter_new();
	alone.init = proc_spawn(do_nothing, NULL);
	alone.member = proc_spawn(fn, arg);
	*ret_other = proc_spawn(other, arg);
	go_back(own);
	return alone;
}

void kill_alone(struct alone alone)
{
	proc_kill(alone.member);
	proc_kill(alone.init);
}
