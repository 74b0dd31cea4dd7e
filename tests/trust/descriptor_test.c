/* SPDX-License-Identifier: MIT */
/*
 * Descriptors for epoll tell of changes whoever makes them, from wherever, and whatever becomes of
 * that one; and those who make them are never held up by those who poll.
 */
#include "fixture.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { READY, DONE };

static bool readable(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	return poll(&p, 1, ms) == 1;
}

/* Polls, takes what it was told of, and asks for more, ROUNDS times with a new handle. */
#define ROUNDS 4
#define SETS   4

static void poll_and_reopen(void *arg)
{
	struct fixture f;
	fixture_join(&f, *(int *)arg);
	xf_id id = xf_event_id(f.go);
	xf_event_close(f.go);
	for (int round = 0; round < ROUNDS; round++) {
		int fd;
		EXPECT(0, xf_event_open(f.domain, id, &f.go));
		EXPECT(0, xf_event_fd(f.go, &fd));
		for (int i = 0; i < SETS; i++) {
			proc_tell(READY);
			CHECK(readable(fd, 2000));
			EXPECT(0, xf_event_wait(f.go, 0));
		}
		if (round + 1 < ROUNDS)
			xf_event_close(f.go);
	}
	fixture_close(&f);
}

static void reopened(void)
{
	struct fixture f;
	fixture_make(&f);
	pid_t poller = proc_spawn(poll_and_reopen, &f.fd);
	for (uint32_t i = 1; i <= ROUNDS * SETS; i++) {
		proc_await(READY, i, 5000);
		EXPECT(0, xf_event_set(f.go));
	}
	EXPECT(0, proc_wait(poller, 5000));
	close(f.fd);
	fixture_close(&f);
}

static void set_and_die(void *arg)
{
	struct fixture f;
	fixture_join(&f, *(int *)arg);
	EXPECT(0, xf_event_set(f.go));
	EXPECT(0, xf_event_set(f.event));
	raise(SIGKILL);
}

/* Whoever comes, sets and dies leaves nothing behind in whoever polls. */
static void visitors(void)
{
	struct fixture f;
	int fd, before = 0;
	fixture_make(&f);
	EXPECT(0, xf_event_fd(f.go, &fd));
	for (int i = 0; i < 60; i++) {
		EXPECT(-SIGKILL, proc_wait(proc_spawn(set_and_die, &f.fd), 5000));
		CHECK(readable(fd, 2000));
		EXPECT(0, xf_event_wait(f.go, 0));
		EXPECT(XF_TIMEOUT, xf_event_wait(f.go, 0));
		if (i == 4)
			before = proc_descriptors();
	}
	CHECK(proc_descriptors() <= before);
	close(f.fd);
	fixture_close(&f);
}

static void poll_until_done(void *arg)
{
	struct fixture f;
	int fd;
	fixture_join(&f, *(int *)arg);
	EXPECT(0, xf_event_fd(f.go, &fd));
	proc_tell(READY);
	while (!atomic_load(&proc_board->value[DONE])) {
		(void)readable(fd, 50);
		(void)xf_event_wait(f.go, 0);
	}
	fixture_close(&f);
}

static struct xf_event *handlers;
static _Atomic uint32_t handled;

static void set_in_handler(int signal)
{
	(void)signal;
	xf_event_set(handlers);
	atomic_fetch_add(&handled, 1);
}

/* Set in a signal handler that interrupts a set, with a poller here and one elsewhere. */
static void in_handler(void)
{
	struct fixture f;
	struct itimerval often = { { 0, 100 }, { 0, 100 } }, never = { 0 };
	int fd;
	fixture_make(&f);
	EXPECT(0, xf_event_fd(f.go, &fd));
	pid_t poller = proc_spawn(poll_until_done, &f.fd);
	proc_await(READY, 1, 5000);
	handlers = f.go;
	signal(SIGALRM, set_in_handler);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int64_t until = xf_deadline(1000 * MS); xf_now() < until;) {
		EXPECT(0, xf_event_set(f.go));
		(void)xf_event_wait(f.go, 0); /* arms the descriptor again */
	}
	setitimer(ITIMER_REAL, &never, NULL);
	printf("# set in %u handlers\n", atomic_load(&handled));
	atomic_store(&proc_board->value[DONE], 1);
	EXPECT(0, proc_wait(poller, 5000));
	close(f.fd);
	fixture_close(&f);
}

static void *set_until_cancelled(void *arg)
{
	for (;;) {
		xf_event_set(arg);
		pthread_testcancel();
	}
	return NULL;
}

/* A thread is cancelled while it sets; the next one is not held up. */
static void cancelled(void)
{
	struct fixture f;
	int fd;
	fixture_make(&f);
	EXPECT(0, xf_event_fd(f.go, &fd));
	pid_t poller = proc_spawn(poll_until_done, &f.fd);
	proc_await(READY, 1, 5000);
	for (int i = 0; i < 50; i++) {
		pthread_t thread;
		EXPECT(0, pthread_create(&thread, NULL, set_until_cancelled, f.go));
		proc_pause();
		(void)xf_event_wait(f.go, 0);
		EXPECT(0, pthread_cancel(thread));
		EXPECT(0, pthread_join(thread, NULL));
		EXPECT(0, xf_event_set(f.go));
	}
	atomic_store(&proc_board->value[DONE], 1);
	EXPECT(0, proc_wait(poller, 5000));
	close(f.fd);
	fixture_close(&f);
}

static void just_join(void *arg)
{
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	proc_tell(READY);
	pause();
}

/* Somebody is stopped with the domain's lock, for which every helper waits: descriptors still tell.
 */
static void lock_is_taken(void)
{
	int fd, domain = fixture_empty();
	pid_t dying = proc_spawn(just_join, &domain);
	proc_await(READY, 1, 5000);
	proc_kill(dying);
	pid_t sweeper = proc_spawn_at("sweep:abandoned/1/stop", -1, just_join, &domain);
	proc_wait_stopped(sweeper, 5000);
	struct xf_domain *d, *other;
	struct xf_event *event, *same;
	EXPECT(0, xf_domain_join(domain, &d));
	EXPECT(0, xf_domain_join(domain, &other));
	EXPECT(0, xf_event_create(d, 0, "told", &event));
	EXPECT(0, xf_event_open(other, xf_event_id(event), &same));
	EXPECT(0, xf_event_fd(event, &fd));
	for (int i = 0; i < 20; i++) {
		EXPECT(0, xf_event_set(same));
		CHECK(readable(fd, 1000));
		EXPECT(0, xf_event_wait(event, 0));
	}
	proc_kill(sweeper);
	xf_event_close(same);
	xf_event_close(event);
	xf_domain_leave(other);
	xf_domain_leave(d);
	close(domain);
}

static const struct proc_test tests[] = {
	{ "a descriptor closed and opened again tells as before", reopened, 60 },
	{ "visitors leave no descriptors behind", visitors, 60 },
	{ "set in a signal handler that interrupts a set", in_handler, 30 },
	{ "cancelled while it sets, others set on", cancelled, 30 },
	{ "the domain's lock is taken, descriptors tell", lock_is_taken, 60 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
