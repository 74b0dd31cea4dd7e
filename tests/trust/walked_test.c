/* SPDX-License-Identifier: MIT */
/*
 * The kernel marks a dying thread's words one after the other, and who hears of the death by an
 * early one may free its slot before the last is marked. Whoever comes next, with the same thread
 * id in another PID namespace, must not have that row: its own words would be marked while it
 * lives, and nobody would hear when it dies.
 *
 * The dying one has the lowest priority, and one who hears of its death, on the same CPU, has a
 * real-time one and works for a while then. Before the newcomer dies, all whose words were marked
 * in vain have left but one, who waits for what it owns.
 */
#include "alone.h"
#include "fixture.h"

#include <sched.h>
#include <signal.h>
#include <unistd.h>

enum { OWNS, WATCH, LOOKS, FREED, NEW, LEAVE, SLEEPS };

static void pin(int cpu)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		proc_skip("two CPUs are needed");
}

static void dying(void *arg)
{
	struct sched_param param = { 0 };
	struct fixture f;
	pin(0);
	EXPECT(0, sched_setscheduler(0, SCHED_IDLE, &param));
	fixture_fill(&f, *(int *)arg);
	EXPECT(0, xf_keyed_mutex_acquire(f.mutex, 0, 0, NULL));
	proc_tell(OWNS);
	pause();
}

static void in_its_way(void *arg)
{
	struct sched_param param = { .sched_priority = 10 };
	struct fixture f;
	pin(0);
	EXPECT(0, sched_setscheduler(0, SCHED_FIFO, &param));
	fixture_join(&f, *(int *)arg);
	proc_tell(WATCH);
	EXPECT(XF_ABANDONED, xf_keyed_mutex_acquire(f.mutex, 0, proc_patience(20000), NULL));
	for (int64_t end = xf_deadline(300 * MS); xf_now() < end;)
		;
	(void)xf_keyed_mutex_release(f.mutex, 0, 0);
	proc_await(LEAVE, 1, 20000);
	fixture_close(&f);
}

static void waiting(void *arg)
{
	struct fixture f;
	pin(1);
	fixture_join(&f, *(int *)arg);
	proc_tell(WATCH);
	proc_await(LEAVE, 1, 20000);
	proc_tell(SLEEPS);
	EXPECT(XF_ABANDONED, xf_keyed_mutex_acquire(f.doomed, 0, proc_patience(5000), NULL));
	fixture_close(&f);
}

static void looking(void *arg)
{
	struct fixture f;
	pin(1);
	fixture_join(&f, *(int *)arg);
	proc_tell(WATCH);
	proc_tell(LOOKS);
	EVENTUALLY(20000, proc_members(f.domain) == 3);
	proc_tell(FREED);
	proc_await(LEAVE, 1, 20000);
	fixture_close(&f);
}

static void newcomer(void *arg)
{
	struct fixture f;
	pin(1);
	proc_await(FREED, 1, 20000);
	fixture_join(&f, *(int *)arg);
	EXPECT(0, xf_keyed_mutex_acquire(f.doomed, 0, 0, NULL));
	proc_tell(NEW);
	pause();
}

static void row_used_again(void)
{
	pid_t others[3];
	int fd = fixture_empty();
	struct alone dies = spawn_alone(NULL, dying, &fd);
	proc_await(OWNS, 1, 10000);
	others[0] = proc_spawn(in_its_way, &fd);
	proc_await(WATCH, 1, 10000);
	others[1] = proc_spawn(waiting, &fd);
	proc_await(WATCH, 2, 10000);
	others[2] = proc_spawn(looking, &fd);
	struct alone next = spawn_alone(NULL, newcomer, &fd);
	proc_await(LOOKS, 1, 10000);
	usleep(20000); /* it looks */
	kill(dies.member, SIGKILL);
	proc_await(NEW, 1, 20000);
	kill_alone(dies);
	proc_tell(LEAVE);
	EXPECT(0, proc_wait(others[0], 10000));
	EXPECT(0, proc_wait(others[2], 10000));
	proc_await(SLEEPS, 1, 5000);
	usleep(100000); /* it sleeps */
	kill_alone(next);
	EXPECT(0, proc_wait(others[1], 10000));
	close(fd);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "a row that the kernel still walks", row_used_again, 120 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
