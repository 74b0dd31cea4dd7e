/* SPDX-License-Identifier: MIT */
/*
 * Whoever comes or leaves may die at each step, and who leaves hands on what it did for others: the
 * others hear of it by themselves, without waiting for the next one who comes or goes.
 */
#include "fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

enum { SERVED, STAYS, DEAD, END };

/* Serves the name, and is killed while it leaves. */
static void leaver(void *arg)
{
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	EXPECT(0, xf_domain_publish(d, "leaving"));
	proc_tell(SERVED);
	proc_await(STAYS, 1, 10000);
	xf_domain_leave(d);
	proc_await(END, 1, 20000); /* where it is not killed, its end is no news */
}

static void heir(void *arg)
{
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	proc_tell(STAYS);
	proc_await(END, 1, 20000);
	xf_domain_leave(d);
}

static void leave_at(const char *point)
{
	struct xf_domain *d;
	for (int i = 0; i < 16; i++)
		atomic_store(&proc_board->step[i], 0);
	int fd = fixture_empty();
	pid_t leaves = proc_spawn_at(point, -1, leaver, &fd);
	proc_await(SERVED, 1, 10000);
	pid_t stays = proc_spawn(heir, &fd);
	if (point)
		EXPECT(-SIGKILL, proc_wait(leaves, 10000));
	int r = xf_domain_open("leaving", 0, proc_patience(10000), &d);
	if (r)
		proc_fail(__FILE__, __LINE__, "%s: nobody took the name over: %d",
			point ? point : "not killed", r);
	EVENTUALLY(10000, proc_members(d) == 2); /* we and the heir: the leaver's slot is free */
	xf_domain_leave(d);
	proc_tell(END);
	if (!point)
		EXPECT(0, proc_wait(leaves, 10000));
	EXPECT(0, proc_wait(stays, 10000));
	close(fd);
}

static void killed_while_leaving(void)
{
	static const char *const points[] = { "sweep:abandoned", "sweep:last", "sweep:freed",
		"leave:marked", "leave:freed" };
	leave_at(NULL);
	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++)
		leave_at(points[i]);
}

static void server(void *arg)
{
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	EXPECT(0, xf_domain_publish(d, "leaving"));
	proc_tell(SERVED);
	pause();
}

/* Has no descriptor to spare when the server of the name dies, and many a moment later. */
static void poor_heir(void *arg)
{
	struct rlimit none = { 3, 4096 }, many = { 1024, 4096 };
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	EXPECT(0, setrlimit(RLIMIT_NOFILE, &none));
	proc_tell(STAYS);
	proc_await(DEAD, 1, 10000);
	usleep(100000);
	EXPECT(0, setrlimit(RLIMIT_NOFILE, &many));
	proc_await(END, 1, 20000);
	xf_domain_leave(d);
}

static void taken_over_at_last(void)
{
	struct xf_domain *d;
	for (int i = 0; i < 16; i++)
		atomic_store(&proc_board->step[i], 0);
	int fd = fixture_empty();
	pid_t serves = proc_spawn(server, &fd);
	proc_await(SERVED, 1, 10000);
	pid_t stays = proc_spawn(poor_heir, &fd);
	proc_await(STAYS, 1, 10000);
	proc_kill(serves);
	proc_tell(DEAD);
	EXPECT(0, xf_domain_open("leaving", 0, proc_patience(5000), &d));
	EXPECT(2, proc_members(d));
	xf_domain_leave(d);
	proc_tell(END);
	EXPECT(0, proc_wait(stays, 10000));
	close(fd);
}

static void joiner(void *arg)
{
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	xf_domain_leave(d);
}

/* Nobody comes after it who would look around: whoever sleeps here is told, or never hears. */
static void killed_while_joining(void)
{
	static const char *const points[] = { "join:start", "door:entered", "join:reserved",
		"join:before-lifeline", "join:lifeline" };
	struct xf_domain *d;
	int fd = fixture_empty();
	EXPECT(0, xf_domain_join(fd, &d));
	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		EXPECT(-SIGKILL, proc_wait(proc_spawn_at(points[i], -1, joiner, &fd), 10000));
		EVENTUALLY(5000, proc_members(d) == 1);
	}
	xf_domain_leave(d);
	close(fd);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "killed while leaving", killed_while_leaving, 120 },
		{ "killed while joining", killed_while_joining, 60 },
		{ "an heir short of descriptors", taken_over_at_last, 60 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
