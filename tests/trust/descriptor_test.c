/* SPDX-License-Identifier: MIT */
/*
 * Descriptors for epoll tell of changes whoever makes them, from wherever, and whatever becomes of
 * that one; and those who make them are never held up by those who poll.
 */
#include "fixture.h"

#include <dirent.h>
#include <errno.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
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

static void set_and_leave(void *arg)
{
	struct fixture f;
	fixture_join(&f, *(int *)arg);
	EXPECT(0, xf_event_set(f.go));
	fixture_close(&f);
}

/*
 * Two hand a mutex to each other, each told of its key by descriptor. Every release is news for
 * both, so each is met arming, by what is meant for it and by what is not.
 */
#define TURNS 100000

static void take_turns(struct xf_keyed_mutex *mutex, uint64_t key)
{
	int fd;
	EXPECT(0, xf_keyed_mutex_fd(mutex, key, &fd));
	for (int i = 0; i < proc_share(TURNS); i++) {
		int r;
		while ((r = xf_keyed_mutex_acquire(mutex, key, 0, NULL)) == XF_TIMEOUT)
			if (!readable(fd, 10000))
				proc_fail(__FILE__, __LINE__, "turn %d of key %d was not told", i,
					(int)key);
		EXPECT(0, r);
		EXPECT(0, xf_keyed_mutex_release(mutex, !key, 0));
	}
}

static void take_odd_turns(void *arg)
{
	struct fixture f;
	fixture_join(&f, *(int *)arg);
	take_turns(f.mutex, 1);
	fixture_close(&f);
}

static void told_while_arming(void)
{
	struct fixture f;
	fixture_make(&f);
	pid_t other = proc_spawn(take_odd_turns, &f.fd);
	take_turns(f.mutex, 0);
	EXPECT(0, proc_wait(other, 15000));
	close(f.fd);
	fixture_close(&f);
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

/* Whoever armed it may end, or leave the next time to another thread, however often. */
static struct xf_event *passed_on;

static void *arm_and_end(void *arg)
{
	int fd;
	(void)arg;
	EXPECT(0, xf_event_fd(passed_on, &fd));
	EXPECT(XF_TIMEOUT, xf_event_wait(passed_on, 0));
	CHECK(!readable(fd, 0));
	return NULL;
}

static void from_thread_to_thread(void)
{
	struct fixture f;
	int fd;
	fixture_make(&f);
	passed_on = f.go;
	for (int i = 0; i < 40; i++) {
		pthread_t thread;
		EXPECT(0, pthread_create(&thread, NULL, arm_and_end, NULL));
		EXPECT(0, pthread_join(thread, NULL));
		EXPECT(0, xf_event_fd(f.go, &fd));
		EXPECT(XF_TIMEOUT, xf_event_wait(f.go, 0));
		CHECK(!readable(fd, 0));
		if (i % 2) { /* armed by a thread that is no more */
			EXPECT(0, pthread_create(&thread, NULL, arm_and_end, NULL));
			EXPECT(0, pthread_join(thread, NULL));
		}
		EXPECT(0, proc_wait(proc_spawn(set_and_leave, &f.fd), 5000));
		CHECK(readable(fd, 2000));
		EXPECT(0, xf_event_wait(f.go, 0));
	}
	close(f.fd);
	fixture_close(&f);
}

/* Changes of other objects, and members that come, go and die, are no news of this one. */
static void not_told_of_others(void)
{
	struct fixture f;
	struct pollfd p = { .events = POLLIN };
	int other;
	fixture_make(&f);
	EXPECT(0, xf_event_fd(f.go, &p.fd));
	EXPECT(0, xf_event_fd(f.event, &other));
	for (uint32_t i = 0; i < 20; i++) {
		EXPECT(0, xf_event_set(f.event));
		CHECK(readable(other, 2000));
		EXPECT(0, xf_event_wait(f.event, 0));
		pid_t member = proc_spawn(just_join, &f.fd);
		proc_await(READY, i + 1, 5000);
		proc_kill(member);
		EVENTUALLY(5000, proc_members(f.domain) == 1);
	}
	EXPECT(0, poll(&p, 1, 100));
	EXPECT(0, xf_event_set(f.go));
	CHECK(readable(p.fd, 2000));
	close(f.fd);
	fixture_close(&f);
}

/* Whoever dies before it tells us is spoken for by the sweep. */
static void dies_before_it_tells(void)
{
	struct fixture f;
	int fd;
	fixture_make(&f);
	EXPECT(0, xf_event_fd(f.go, &fd));
	for (int i = 0; i < 10; i++) {
		pid_t setter = proc_spawn_at("ring:looked", -1, set_and_leave, &f.fd);
		EXPECT(-SIGKILL, proc_wait(setter, 5000));
		CHECK(readable(fd, 2000));
		EXPECT(0, xf_event_wait(f.go, 0));
	}
	close(f.fd);
	fixture_close(&f);
}

static int threads_here(void)
{
	int n = 0;
	DIR *dir = opendir("/proc/self/task");
	CHECK(dir);
	for (struct dirent *e; (e = readdir(dir));)
		n += e->d_name[0] != '.';
	closedir(dir);
	return n;
}

/* Linux 6.7, and allowed. */
static bool rings_are_to_be_had(void)
{
	struct io_uring_params params = { .flags = IORING_SETUP_SINGLE_ISSUER };
	_Alignas(struct io_uring_probe) char
		room[sizeof(struct io_uring_probe) + 64 * sizeof(struct io_uring_probe_op)] = { 0 };
	struct io_uring_probe *probe = (struct io_uring_probe *)room;
	int fd = (int)syscall(SYS_io_uring_setup, 1, &params);
	bool may = fd >= 0 &&
		   !syscall(SYS_io_uring_register, fd, IORING_REGISTER_PROBE, probe, 64) &&
		   probe->ops[51].flags & IO_URING_OP_SUPPORTED; /* FUTEX_WAIT */
	if (fd >= 0)
		close(fd);
	return may;
}

/* One more thread only where the kernel does not do its work. */
static void threads_it_takes(void)
{
	struct fixture f;
	int fd;
	fixture_make(&f);
	int before = threads_here();
	EXPECT(0, xf_event_fd(f.go, &fd));
	EXPECT(rings_are_to_be_had() ? before : before + 1, threads_here());
	for (int i = 0; i < 100; i++) {
		EXPECT(0, xf_event_set(f.go));
		CHECK(readable(fd, 2000));
		EXPECT(0, xf_event_wait(f.go, 0));
	}
	EXPECT(rings_are_to_be_had() ? before : before + 1, threads_here());
	close(f.fd);
	fixture_close(&f);
}

static void fork_and_close(void *arg)
{
	struct fixture *f = arg;
	EXPECT(-ECHILD, xf_event_wait(f->go, 0));
	xf_event_close(f->go);
	_exit(0);
}

/* A forked child closes its copy, and the parent's goes on telling. */
static void child_closes_its_copy(void)
{
	struct fixture f;
	int fd;
	fixture_make(&f);
	EXPECT(0, xf_event_fd(f.go, &fd));
	for (int i = 0; i < 20; i++) {
		EXPECT(0, proc_wait(proc_spawn(fork_and_close, &f), 5000));
		EXPECT(0, xf_event_set(f.go));
		CHECK(readable(fd, 2000));
		EXPECT(0, xf_event_wait(f.go, 0));
	}
	close(f.fd);
	fixture_close(&f);
}

static const struct proc_test tests[] = {
	{ "a descriptor closed and opened again tells as before", reopened, 60 },
	{ "told while arming", told_while_arming, 60 },
	{ "visitors leave no descriptors behind", visitors, 60 },
	{ "set in a signal handler that interrupts a set", in_handler, 30 },
	{ "cancelled while it sets, others set on", cancelled, 30 },
	{ "the domain's lock is taken, descriptors tell", lock_is_taken, 60 },
	{ "armed by threads in turn, and by such as end", from_thread_to_thread, 60 },
	{ "others' changes and deaths are no news", not_told_of_others, 60 },
	{ "the setter dies before it tells", dies_before_it_tells, 60 },
	{ "no thread where the kernel does its work", threads_it_takes, 30 },
	{ "a forked child closes its copy", child_closes_its_copy, 30 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
