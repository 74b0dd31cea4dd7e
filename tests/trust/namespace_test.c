/* SPDX-License-Identifier: MIT */
/*
 * Members that are each alone in a PID namespace: their helper threads all have the same thread id,
 * and the kernel, which marks words by thread id when a thread dies, cannot tell them apart.
 */
#include "alone.h"
#include "fixture.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { READY };

static void own_mutex(void *arg)
{
	struct fixture f;
	fixture_fill(&f, *(int *)arg);
	EXPECT(2, getpid());
	EXPECT(0, xf_keyed_mutex_acquire(f.mutex, 0, 0, NULL));
	proc_tell(READY);
	pause();
}

static void just_join(void *arg)
{
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	proc_tell(READY);
	pause();
}

static void join_and_leave(void *arg)
{
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	xf_domain_leave(d);
}

/* The first member owns a mutex and lives; `f` is ours, who watch it from outside. */
static struct alone first_member(struct fixture *f)
{
	int fd = fixture_empty();
	struct alone owner = spawn_alone(NULL, own_mutex, &fd);
	proc_await(READY, 1, 5000);
	fixture_join(f, fd);
	f->fd = fd;
	return owner;
}

static void owner_lives(struct fixture *f)
{
	EXPECT(XF_TIMEOUT, xf_keyed_mutex_acquire(f->mutex, 0, 0, NULL));
	CHECK(proc_members(f->domain) >= 2);
}

static void end(struct fixture *f, struct alone owner)
{
	EVENTUALLY(5000, proc_members(f->domain) == 2);
	owner_lives(f);
	kill_alone(owner);
	EXPECT(XF_ABANDONED, xf_keyed_mutex_acquire(f->mutex, 0, proc_patience(5000), NULL));
	EVENTUALLY(5000, proc_members(f->domain) == 1);
	close(f->fd);
	fixture_close(f);
}

/* Killed at each step of joining and of leaving: nobody else is taken for dead, no slot is lost. */
static void killed_in_passage(void)
{
	static const char *const points[] = { "join:start", "door:entered", "join:reserved",
		"join:before-lifeline", "join:lifeline", "door:entered/2", "leave:marked",
		"leave:freed" };
	struct fixture f;
	struct alone owner = first_member(&f);
	for (int round = 0; round < 12; round++) /* more than there are slots */
		for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
			struct alone joiner = spawn_alone(points[i], join_and_leave, &f.fd);
			EXPECT(-SIGKILL, proc_wait(joiner.member, 5000));
			proc_kill(joiner.init);
			EVENTUALLY(5000, proc_members(f.domain) == 2);
			owner_lives(&f);
		}
	end(&f, owner);
}

/* The same at any instruction: XF_JOINERS of them, 300 if not given. */
static void killed_while_starting(void)
{
	const char *given = getenv("XF_JOINERS");
	int joiners = given ? atoi(given) : 300;
	uint64_t random = 88172645463325252;
	struct fixture f;
	struct alone owner = first_member(&f);
	for (int i = 0; i < joiners; i++) {
		struct alone joiner = spawn_alone(NULL, just_join, &f.fd);
		struct timespec pause = { 0, (long)(proc_random(&random) % 2500) * 1000 };
		nanosleep(&pause, NULL);
		kill_alone(joiner);
		EVENTUALLY(5000, proc_members(f.domain) == 2);
		owner_lives(&f);
	}
	printf("# %d joiners killed\n", joiners);
	end(&f, owner);
}

/* Stopped in passage, it keeps nobody of another namespace out, and gives way when it dies. */
static void stopped_in_passage(void)
{
	static const char *const points[] = { "door:entered/1/stop", "join:reserved/1/stop",
		"join:before-lifeline/1/stop", "leave:marked/1/stop", "leave:freed/1/stop" };
	struct fixture f;
	struct alone owner = first_member(&f);
	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		struct xf_domain *other;
		struct alone joiner = spawn_alone(points[i], join_and_leave, &f.fd);
		proc_wait_stopped(joiner.member, 5000);
		int64_t start = xf_now();
		EXPECT(0, xf_domain_join(f.fd, &other));
		xf_domain_leave(other);
		CHECK(xf_now() - start < 1000 * MS);
		owner_lives(&f);
		kill_alone(joiner);
		EVENTUALLY(5000, proc_members(f.domain) == 2);
		owner_lives(&f);
	}
	end(&f, owner);
}

static int need_lock(struct xf_domain *d)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 8, .height_px = 8, .fourcc = XF_FORMAT_ARGB8888
	};
	struct xf_surface *surface;
	int r = xf_surface_create(d, &desc, 0, &surface);
	if (!r)
		xf_surface_close(surface);
	return r;
}

static void wait_for_lock(void *arg)
{
	struct xf_domain *d;
	proc_tell(READY);
	if (xf_domain_join(*(int *)arg, &d) == 0)
		(void)need_lock(d);
	pause();
}

/*
 * The lock's owner is stopped in a sweep; another waits for the lock, with the same thread id, is
 * killed: nobody gets in beside the owner. When the owner dies the lock is to be had at once.
 */
static void waiter_is_no_owner(void)
{
	struct xf_domain *d;
	int fd = fixture_empty();
	struct alone dying = spawn_alone(NULL, just_join, &fd);
	proc_await(READY, 1, 5000);
	kill_alone(dying);
	struct alone owner = spawn_alone("sweep:abandoned/1/stop", just_join, &fd);
	proc_wait_stopped(owner.member, 5000);
	struct alone waiter = spawn_alone(NULL, wait_for_lock, &fd);
	proc_await(READY, 2, 5000);
	struct timespec pause = { 0, 300000000 };
	nanosleep(&pause, NULL); /* it waits, and shows it by nothing else */
	kill_alone(waiter);
	int64_t start = xf_now();
	int r = xf_domain_join(fd, &d);
	if (!r)
		r = need_lock(d);
	EXPECT(-ETIMEDOUT, r);
	CHECK(xf_now() - start < 6000 * MS);
	kill_alone(owner);
	start = xf_now();
	EXPECT(0, need_lock(d));
	CHECK(xf_now() - start < 1000 * MS);
	EVENTUALLY(3000, proc_members(d) == 1);
	xf_domain_leave(d);
	close(fd);
}

static void hold_all(void *arg)
{
	struct fixture f;
	fixture_join(&f, *(int *)arg);
	for (uint32_t i = 0, index; i < xf_pool_count(f.pool); i++)
		EXPECT(0, xf_pool_hold(f.pool, 0, &index));
	proc_tell(READY);
	pause();
}

/* Its number says nothing here; what it held of the domain's file does, and at once. */
static void surfaces_return(void)
{
	struct fixture f;
	uint32_t index;
	fixture_make(&f);
	struct alone alone = spawn_alone(NULL, hold_all, &f.fd);
	proc_await(READY, 1, 5000);
	EXPECT(XF_TIMEOUT, xf_pool_hold(f.pool, xf_deadline(50 * MS), &index));
	kill_alone(alone);
	EXPECT(0, xf_pool_hold(f.pool, xf_deadline(700 * MS), &index));
	EXPECT(0, xf_pool_give(f.pool, index));
	EVENTUALLY(3000, proc_members(f.domain) == 1);
	close(f.fd);
	fixture_close(&f);
}

static const struct proc_test tests[] = {
	{ "killed in passage, others of the same thread id live", killed_in_passage, 60 },
	{ "killed while starting, others of the same thread id live", killed_while_starting, 120 },
	{ "stopped in passage, others come and go", stopped_in_passage, 60 },
	{ "whoever waits for the lock is not its owner", waiter_is_no_owner, 60 },
	{ "surfaces of a dead one return", surfaces_return, 60 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
