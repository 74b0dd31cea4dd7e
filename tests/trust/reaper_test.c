/* SPDX-License-Identifier: MIT */
/*
 * A dead member's surfaces return when its process, or its memory, is gone, and only then. A member
 * that became another program by exec() is dead; here a child that ran no fork handlers has what
 * shows that the memory is in use, so only the end of the process tells.
 */
#include "fixture.h"

#include "shm/reaper.h"

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

/* Stopped while it holds the domain's lock; stays. */
static void subscribe(void *arg)
{
	struct fixture f;
	struct xf_stream *stream;
	fixture_join(&f, *(int *)arg);
	EXPECT(0, xf_stream_open(f.domain, "cam", proc_patience(3000), &stream));
	EXPECT(0, xf_stream_subscribe(stream, XF_STREAM_LATEST, 1));
	pause();
}

static bool reaping_any(struct xf_domain *d)
{
	for (uint32_t m = 0; m < XF_MEMBERS_MAX; m++)
		if (xfi_reaping(d, m))
			return true;
	return false;
}

static struct xf_stream *produce(struct xf_domain *domain)
{
	const struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 1, .fourcc = XF_FORMAT_RAW
	};
	const struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format };
	struct xf_stream *stream;
	EXPECT(0, xf_stream_create(domain, &params, "cam", &stream));
	return stream;
}

/*
 * It ends while the domain's lock is somebody's who is stopped, for longer than anybody waits for
 * the lock: what was found out then is done when the lock is to be had, without other news.
 */
static void without_the_lock(void)
{
	struct fixture f;
	uint32_t mine, its;
	fixture_make(&f);
	struct xf_stream *stream = produce(f.domain);
	EXPECT(0, xf_pool_hold(f.pool, 0, &mine));
	pid_t other = proc_spawn(hold_and_exec, &f.fd);
	proc_await(READY, 1, 5000);
	EVENTUALLY(10000, reaping_any(f.domain));
	pid_t stopped = proc_spawn_at("stream:subscribing/1/stop", -1, subscribe, &f.fd);
	proc_wait_stopped(stopped, 10000);
	end(other);
	EVENTUALLY(20000, !reaping_any(f.domain)); /* it has given up */
	EXPECT(XF_TIMEOUT, xf_pool_hold(f.pool, 0, &its));
	EXPECT(0, kill(stopped, SIGCONT));
	EXPECT(0, xf_pool_hold(f.pool, proc_patience(10000), &its));
	proc_kill(stopped);
	xf_stream_close(stream);
	EXPECT(0, xf_pool_give(f.pool, mine));
	EXPECT(0, xf_pool_give(f.pool, its));
	close(f.fd);
	fixture_close(&f);
}

static const struct proc_test tests[] = {
	{ "a process that lives on delays nobody else's surfaces", lives_on, 60 },
	{ "without descriptors nobody is taken for gone", no_descriptors, 60 },
	{ "without the lock it is done later", without_the_lock, 60 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
