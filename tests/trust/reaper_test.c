/* SPDX-License-Identifier: MIT */
/*
 * A dead member's surfaces return when its process, or its memory, is gone, and only then. A member
 * that became another program by exec() is dead; here a child that ran no fork handlers has what
 * shows that the memory is in use, so only the end of the process tells.
 */
#include "fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { READY };

static void hold(void *arg)
{
	struct fixture f;
	uint32_t index;
	fixture_join(&f, *(int *)arg);
	EXPECT(0, xf_pool_hold(f.pool, proc_patience(3000), &index));
	proc_tell(READY);
}

static void hold_and_pause(void *arg)
{
	hold(arg);
	pause();
}

static void hold_and_exec(void *arg)
{
	hold(arg);
	if (syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	execlp("sleep", "sleep", "60", (char *)NULL);
	_exit(1);
}

/* It, and its child. */
static void end(pid_t pid)
{
	proc_kill(pid);
	CHECK(waitpid(-1, NULL, 0) > 0);
}

/* One that lives on keeps its own surface; the other's returns. */
static void lives_on(void)
{
	struct fixture f;
	uint32_t first, second;
	fixture_make(&f);
	pid_t other = proc_spawn(hold_and_exec, &f.fd);
	proc_await(READY, 1, 5000);
	EVENTUALLY(3000, xf_pool_hold(f.pool, 0, &first) == 0);
	EXPECT(0, xf_pool_give(f.pool, first));
	pid_t killed = proc_spawn(hold_and_pause, &f.fd);
	proc_await(READY, 2, 5000);
	EXPECT(XF_TIMEOUT, xf_pool_hold(f.pool, xf_deadline(300 * MS), &first));
	proc_kill(killed);
	EXPECT(0, xf_pool_hold(f.pool, xf_deadline(2000 * MS), &first));
	EXPECT(XF_TIMEOUT, xf_pool_hold(f.pool, xf_deadline(300 * MS), &second));
	end(other);
	EXPECT(0, xf_pool_hold(f.pool, xf_deadline(2000 * MS), &second));
	EXPECT(0, xf_pool_give(f.pool, first));
	EXPECT(0, xf_pool_give(f.pool, second));
	EVENTUALLY(3000, proc_members(f.domain) == 1);
	close(f.fd);
	fixture_close(&f);
}

/* With no descriptor left to ask with it is not taken for gone; when it is gone that is found out.
 */
static void no_descriptors(void)
{
	struct fixture f;
	struct rlimit few = { 0, 0 }, before;
	struct timespec pause = { 0, 300000000 };
	uint32_t mine, its;
	fixture_make(&f);
	EXPECT(0, xf_pool_hold(f.pool, 0, &mine));
	pid_t other = proc_spawn(hold_and_pause, &f.fd);
	proc_await(READY, 1, 5000);
	EXPECT(0, getrlimit(RLIMIT_NOFILE, &before));
	few.rlim_max = before.rlim_max;
	proc_kill(other);
	EXPECT(0, xf_pool_hold(f.pool, xf_deadline(2000 * MS), &its)); /* the reaper runs by now */
	EXPECT(0, xf_pool_give(f.pool, its));
	pid_t execs = proc_spawn(hold_and_exec, &f.fd);
	EXPECT(0, setrlimit(RLIMIT_NOFILE, &few));
	proc_await(READY, 2, 5000);
	nanosleep(&pause, NULL);
	EXPECT(XF_TIMEOUT, xf_pool_hold(f.pool, xf_deadline(700 * MS), &its));
	EXPECT(0, setrlimit(RLIMIT_NOFILE, &before));
	EXPECT(XF_TIMEOUT, xf_pool_hold(f.pool, xf_deadline(200 * MS), &its));
	end(execs);
	EXPECT(0, xf_pool_hold(f.pool, xf_deadline(2000 * MS), &its));
	EXPECT(0, xf_pool_give(f.pool, its));
	EXPECT(0, xf_pool_give(f.pool, mine));
	close(f.fd);
	fixture_close(&f);
}

static const struct proc_test tests[] = {
	{ "a process that lives on delays nobody else's surfaces", lives_on, 60 },
	{ "without descriptors nobody is taken for gone", no_descriptors, 60 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
