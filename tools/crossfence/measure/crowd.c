/* SPDX-License-Identifier: MIT */
/*
 * One release while a thousand threads of four other processes sleep on the same mutex, each for a
 * key that never comes. Keys change with every round trip, so that neither good nor bad luck with
 * the crowd's keys decides.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <signal.h>

#include <crossfence/keyed_mutex.h>

#include "bare.h"
#include "crowd.h"
#include "pair.h"
#include "share.h"

#define CROWD_PROCESSES 4
#define CROWD_THREADS	250
#define CROWD_KEY	(UINT64_C(1) << 40) /* the pair's keys stay below */

/* Offsets in the shared memory, each in a cache line of its own. */
struct meeting {
	_Alignas(64) _Atomic uint32_t turn;
	_Alignas(64) _Atomic uint32_t asleep; /* the crowd's threads that are about to sleep */
};

struct sleeper {
	struct meeting *meeting;
	struct xf_keyed_mutex *mutex; /* NULL: the bare crowd */
	uint64_t key;
};

static void *sleep_keyed(void *arg)
{
	struct sleeper *sleeper = arg;
	atomic_fetch_add(&sleeper->meeting->asleep, 1);
	bare_wake(&sleeper->meeting->asleep, INT_MAX);
	(void)xf_keyed_mutex_acquire(sleeper->mutex, sleeper->key, XF_NEVER, NULL);
	return NULL;
}

static void *sleep_bare(void *arg)
{
	struct sleeper *sleeper = arg;
	atomic_fetch_add(&sleeper->meeting->asleep, 1);
	bare_wake(&sleeper->meeting->asleep, INT_MAX);
	for (;;) {
		uint32_t turn = atomic_load(&sleeper->meeting->turn);
		bare_wait(&sleeper->meeting->turn, turn);
	}
	return NULL;
}

static int start_sleepers(struct meeting *meeting, struct xf_keyed_mutex *mutex, unsigned process)
{
	struct sleeper *sleepers = calloc(CROWD_THREADS, sizeof(*sleepers));
	pthread_attr_t attr;
	pthread_t thread;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	if (!sleepers)
		return -ENOMEM;
	for (unsigned i = 0; i < CROWD_THREADS; i++) {
		sleepers[i] =
			(struct sleeper){ meeting, mutex, CROWD_KEY + process * CROWD_THREADS + i };
		int error = pthread_create(
			&thread, &attr, mutex ? sleep_keyed : sleep_bare, &sleepers[i]);
		if (error)
			return -error;
	}
	return 0;
}

/* In a new process; `fd` is -1 for the bare crowd. */
static int join_crowd(struct meeting *meeting, int fd, xf_id id, unsigned process)
{
	struct xf_domain *domain;
	struct xf_keyed_mutex *mutex = NULL;
	int r = 0;
	if (fd >= 0) {
		r = xf_domain_join(fd, &domain);
		if (!r)
			r = xf_keyed_mutex_open(domain, id, &mutex);
	}
	return r ? r : start_sleepers(meeting, mutex, process);
}

static int start_crowd(struct meeting *meeting, int fd, xf_id id)
{
	for (unsigned i = 0; i < CROWD_PROCESSES; i++) {
		pid_t pid = fork();
		if (pid < 0)
			return -errno;
		if (pid)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* with side 0 */
		if (join_crowd(meeting, fd, id, i))
			_exit(1);
		for (;;)
			pause();
	}
	int64_t patience = xf_deadline(10000000000);
	uint32_t asleep;
	while ((asleep = atomic_load(&meeting->asleep)) < CROWD_PROCESSES * CROWD_THREADS) {
		const struct timespec second = { .tv_sec = 1 };
		syscall(SYS_futex, &meeting->asleep, FUTEX_WAIT, asleep, &second, NULL, 0);
		if (xf_now() > patience)
			return -ETIMEDOUT;
	}
	return 0;
}

static int open_keyed(struct bench_side *side, bool crowded)
{
	struct xf_domain *domain;
	struct xf_keyed_mutex *mutex = NULL;
	xf_id id = 0;
	int fd = -1, r = bench_share_domain(side, NULL, &domain);
	if (!r && side->self == 0) {
		r = xf_keyed_mutex_create(domain, 0, "bench", &mutex);
		id = xf_keyed_mutex_id(mutex);
		if (!r && crowded)
			r = xf_domain_export(domain, 0, &fd);
		if (!r && crowded)
			r = start_crowd(side->shared, fd, id);
	}
	if (!r)
		r = bench_share_bytes(side, &id, sizeof(id));
	if (!r && side->self == 1)
		r = xf_keyed_mutex_open(domain, id, &mutex);
	side->state = mutex;
	return r;
}

static int open_crowded(struct bench_side *side)
{
	return open_keyed(side, true);
}

static int open_lonely(struct bench_side *side)
{
	return open_keyed(side, false);
}

/* Round trip n uses the keys 2n for side 0 and 2n + 1 for side 1. */
static void run_handoff(struct bench_side *side, uint64_t count)
{
	struct xf_keyed_mutex *mutex = side->state;
	for (uint64_t n = side->done; n < side->done + count; n++) {
		uint64_t key = 2 * n + side->self;
		if (xf_keyed_mutex_acquire(mutex, key, XF_NEVER, NULL) ||
			xf_keyed_mutex_release(mutex, key + 1, 0))
			_exit(1);
	}
}

static void run_alone(struct bench_side *side, uint64_t count)
{
	struct xf_keyed_mutex *mutex = side->state;
	for (uint64_t key = side->done; key < side->done + count; key++) {
		if (xf_keyed_mutex_acquire(mutex, key, XF_NEVER, NULL) ||
			xf_keyed_mutex_release(mutex, key + 1, 0))
			_exit(1);
	}
}

static int open_stampede(struct bench_side *side)
{
	char ready = 0;
	int r = side->self == 0 ? start_crowd(side->shared, -1, 0) : 0;
	return r ? r : bench_share_bytes(side, &ready, 1);
}

static void run_stampede(struct bench_side *side, uint64_t count)
{
	struct meeting *meeting = side->shared;
	for (; count; count--) {
		uint32_t turn;
		while ((turn = atomic_load(&meeting->turn)) != side->self)
			bare_wait(&meeting->turn, turn);
		atomic_store(&meeting->turn, !side->self);
		bare_wake(&meeting->turn, INT_MAX);
	}
}

static int run_row(struct bench_row *row, const struct bench_settings *settings)
{
	const struct bench_contender contenders[] = {
		{ .open = open_crowded, .run = run_handoff },
		{ .open = open_lonely, .run = run_handoff },
		{ .open = open_stampede, .run = run_stampede },
		{ .open = open_crowded, .run = run_alone, .alone = true },
		{ .open = open_lonely, .run = run_alone, .alone = true },
	};
	return bench_run_pairs(row, settings, contenders);
}

struct bench_row bench_crowd = {
	.name = "crowd",
	.title = "hand a keyed mutex to and fro while 1,000 threads wait for other keys",
	.columns = BENCH_PLACEMENTS,
	.n_series = 5,
	.series = {
		{ "crossfence, 1,000 wait", -1 },
		{ "crossfence, nobody else waits", 0 },
		{ "bare futex, 1,000 wait, all woken", 0 },
		{ "crossfence alone, 1,000 wait", -1 },
		{ "crossfence alone, nobody waits", 3 },
	},
	.n_targets = 1,
	.targets = { { 0, BENCH_ONE_CPU, 1, 1.50, false } },
	.run = run_row,
};
