/* SPDX-License-Identifier: MIT */
/*
 * All members have died at once, and their dead fill all slots: whoever joins next sweeps as a
 * visitor, in a row that is no member's. It may die or be stopped at each step of that, and the
 * next one joins all the same.
 */
#include "fixture.h"

#include <signal.h>
#include <unistd.h>

enum { READY, JOINED };

static void member(void *arg)
{
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	proc_tell(READY);
	pause();
}

/* Stopped first, so that none of them sweeps the others. */
static void all_die(int fd)
{
	pid_t pids[XF_MEMBERS_MAX];
	atomic_store(&proc_board->step[READY], 0);
	for (int i = 0; i < XF_MEMBERS_MAX; i++)
		pids[i] = proc_spawn(member, &fd);
	proc_await(READY, XF_MEMBERS_MAX, 20000);
	for (int i = 0; i < XF_MEMBERS_MAX; i++)
		kill(pids[i], SIGSTOP);
	for (int i = 0; i < XF_MEMBERS_MAX; i++)
		proc_wait_stopped(pids[i], 5000);
	for (int i = 0; i < XF_MEMBERS_MAX; i++)
		proc_kill(pids[i]);
}

static void joiner(void *arg)
{
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	xf_domain_leave(d);
}

static void joiner_or_not(void *arg)
{
	struct xf_domain *d;
	if (xf_domain_join(*(int *)arg, &d) == 0)
		xf_domain_leave(d);
	proc_tell(JOINED);
	pause();
}

static void expect_to_join(int fd)
{
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(fd, &d));
	EXPECT(1, proc_members(d));
	xf_domain_leave(d);
}

static void killed_on_its_visit(void)
{
	static const char *const points[] = { "join:reserved", "join:lifeline", "lock:taken",
		"sweep:abandoned", "sweep:freed", "lock:giving", "leave:marked", "leave:freed" };
	int fd = fixture_empty();
	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		all_die(fd);
		EXPECT(-SIGKILL, proc_wait(proc_spawn_at(points[i], -1, joiner, &fd), 10000));
		expect_to_join(fd);
	}
	close(fd);
}

/* Somebody is stopped in its namespace's door for longer than it waits to get out of the row. */
static void kept_from_leaving(void)
{
	int fd = fixture_empty();
	all_die(fd);
	pid_t visitor = proc_spawn_at("sweep:abandoned/1/stop", -1, joiner_or_not, &fd);
	proc_wait_stopped(visitor, 5000);
	pid_t doorkeeper = proc_spawn_at("door:entered/1/stop", -1, joiner, &fd);
	proc_wait_stopped(doorkeeper, 5000);
	kill(visitor, SIGCONT);
	usleep(2500000);
	proc_kill(doorkeeper);
	proc_await(JOINED, 1, 10000);
	all_die(fd);
	expect_to_join(fd);
	proc_kill(visitor);
	close(fd);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "killed on its visit", killed_on_its_visit, 120 },
		{ "kept from leaving the row", kept_from_leaving, 60 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
