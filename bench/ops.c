/* SPDX-License-Identifier: MIT */
/*
 * ops NAME COUNT: does one operation COUNT times, for bench/instructions. Between the two marks
 * runs nothing but the loop; `step` counts instructions from mark to mark.
 */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <crossfence/crossfence.h>

#include "mark.h"

static struct xf_domain *domain;
static struct xf_keyed_mutex *mutex;
static struct xf_event *event;
static struct xf_timeline *timeline;
static struct xf_sync *sync_object;
static struct xf_queue *at_once;
static pthread_mutex_t *robust;
static _Atomic uint32_t *word;
static int event_fd;

static void do_nothing(long i)
{
	__asm__ volatile("" : : "r"(i) : "memory");
}

static void do_keyed(long i)
{
	uint64_t fence;
	(void)xf_keyed_mutex_acquire(mutex, 0, XF_NEVER, &fence);
	(void)xf_keyed_mutex_release(mutex, 0, (uint64_t)i);
}

static void do_keyed_deadline(long i)
{
	uint64_t fence;
	(void)xf_keyed_mutex_acquire(mutex, 0, xf_deadline(1000000), &fence);
	(void)xf_keyed_mutex_release(mutex, 0, (uint64_t)i);
}

static void do_event(long i)
{
	(void)xf_event_set(event);
	(void)xf_event_reset(event);
}

static void do_event_wait(long i)
{
	(void)xf_event_set(event);
	(void)xf_event_wait(event, XF_NEVER);
}

static void do_timeline(long i)
{
	(void)xf_timeline_signal(timeline, (uint64_t)i + 1);
	(void)xf_timeline_wait(timeline, (uint64_t)i + 1, XF_NEVER);
}

/* A use: the producer's ready and the consumer's release. */
static void use(struct xf_queue *queue)
{
	(void)xf_sync_ready(sync_object, queue);
	(void)xf_sync_release(sync_object, queue);
	(void)xf_sync_reset(sync_object);
}

static void do_sync(long i)
{
	(void)i;
	use(NULL);
}

static void do_sync_queue(long i)
{
	(void)i;
	use(at_once);
}

static void do_cas_pair(long i)
{
	uint32_t free = 0, mine = 1;
	atomic_compare_exchange_strong(word, &free, 1);
	atomic_compare_exchange_strong(word, &mine, 0);
}

static void do_robust(long i)
{
	const struct timespec far = { .tv_sec = INT32_MAX };
	pthread_mutex_timedlock(robust, &far);
	pthread_mutex_unlock(robust);
}

static void do_eventfd(long i)
{
	eventfd_t value;
	eventfd_write(event_fd, 1);
	eventfd_read(event_fd, &value);
}

/* Round trips between this process and a forked one; both do COUNT. */
static void do_handoff(long i);
static void do_handoff_bare(long i);

static const struct op {
	const char *name;
	void (*once)(long i);
} ops[] = {
	{ "nothing", do_nothing },
	{ "keyed", do_keyed },
	{ "keyed-deadline", do_keyed_deadline },
	{ "event", do_event },
	{ "event-wait", do_event_wait },
	{ "timeline", do_timeline },
	{ "sync", do_sync },
	{ "sync-queue", do_sync_queue },
	{ "cas-pair", do_cas_pair },
	{ "robust", do_robust },
	{ "eventfd", do_eventfd },
	{ "handoff", do_handoff },
	{ "handoff-bare", do_handoff_bare },
};

static uint64_t side; /* 0 in the parent, 1 in the child: the key it waits for */

static void do_handoff(long i)
{
	if (xf_keyed_mutex_acquire(mutex, side, XF_NEVER, NULL) ||
		xf_keyed_mutex_release(mutex, !side, 0))
		_exit(1);
}

/* A futex whose top bit says that somebody sleeps. */
static void do_handoff_bare(long i)
{
	const uint32_t waiter = UINT32_C(1) << 31;
	for (uint32_t seen; ((seen = atomic_load(word)) & ~waiter) != side;)
		if (seen & waiter || atomic_compare_exchange_strong(word, &seen, seen | waiter))
			syscall(SYS_futex, word, FUTEX_WAIT, seen | waiter, NULL, NULL, 0);
	if (atomic_exchange(word, !side) & waiter)
		syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void *idle(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static int open_bare(void)
{
	pthread_mutexattr_t attr;
	void *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return -errno;
	word = shared;
	robust = (pthread_mutex_t *)((char *)shared + 64);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(robust, &attr);
	event_fd = eventfd(0, EFD_CLOEXEC);
	return event_fd < 0 ? -errno : 0;
}

/* A queue on whose side nothing is to be counted: it comes to its work at once. */
static int call_at_once(void *self, void (*fn)(void *arg), void *arg)
{
	(void)self;
	fn(arg);
	return 0;
}

static int nothing_for_timelines(void *self, struct xf_timeline *t, uint64_t value)
{
	(void)self, (void)t, (void)value;
	return -EOPNOTSUPP;
}

static int is_finished(void *self, int64_t deadline_ns)
{
	(void)self, (void)deadline_ns;
	return 0;
}

static void nothing_to_free(void *self)
{
	(void)self;
}

static int open_queue(void)
{
	static const struct xf_queue_ops calls = {
		.size = sizeof(calls),
		.name = "at once",
		.wait = nothing_for_timelines,
		.signal = nothing_for_timelines,
		.call = call_at_once,
		.finish = is_finished,
		.destroy = nothing_to_free,
	};
	return xf_queue_create(&calls, NULL, &at_once);
}

static int open_objects(void)
{
	int r = xf_domain_create(NULL, &domain);
	if (!r)
		r = xf_keyed_mutex_create(domain, 0, NULL, &mutex);
	if (!r)
		r = xf_event_create(domain, 0, NULL, &event);
	if (!r)
		r = xf_timeline_create(domain, 0, 0, NULL, &timeline);
	if (!r)
		r = xf_sync_create(domain, NULL, &sync_object);
	if (!r)
		r = open_queue();
	return r ? r : open_bare();
}

/* The child joins by itself, as every member does. */
static int fork_other_side(pid_t *ret_pid)
{
	int fd, r = xf_domain_export(domain, 0, &fd);
	xf_id id = xf_keyed_mutex_id(mutex);
	if (r)
		return r;
	*ret_pid = fork();
	if (*ret_pid)
		return *ret_pid < 0 ? -errno : 0;
	side = 1;
	r = xf_domain_join(fd, &domain);
	return r ? r : xf_keyed_mutex_open(domain, id, &mutex);
}

static int run(const struct op *op, long count)
{
	pthread_t thread;
	pid_t other = 0;
	int status, r = open_objects();
	if (!r && (op->once == do_handoff || op->once == do_handoff_bare))
		r = fork_other_side(&other);
	if (r) {
		fprintf(stderr, "ops: %s\n", xf_strerror(r));
		return 1;
	}
	/* With one thread the C library takes a shortcut that real programs do not get. */
	(void)pthread_create(&thread, NULL, idle, NULL);
	op->once(0); /* binds symbols, touches pages */
	MARK();
	for (long i = 1; i <= count; i++)
		op->once(i);
	MARK();
	if (other > 0)
		waitpid(other, &status, 0);
	_exit(0); /* leaving a domain costs system calls that are not the operation's */
}

int main(int argc, char **argv)
{
	if (argc == 3)
		for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++)
			if (!strcmp(argv[1], ops[i].name))
				return run(&ops[i], atol(argv[2]));
	fprintf(stderr, "Usage: ops NAME COUNT\n");
	for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		fprintf(stderr, "  %s\n", ops[i].name);
	return 2;
}
