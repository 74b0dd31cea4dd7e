/* SPDX-License-Identifier: MIT */
/*
 * Several threads of one process use everything at once, shared handles included, so that the
 * thread sanitizer can look on. Mutual exclusion is checked with plain memory: a lapse is a data
 * race to the sanitizer and a wrong sum to everybody.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <crossfence/crossfence.h>

#define THREADS 4
#define ROUNDS	2000
#define SOON	xf_deadline(INT64_C(60000000000)) /* a sanitizer is slow; for ever is worse */

struct shared {
	struct xf_domain *domain;
	struct xf_keyed_mutex *mutexes[THREADS]; /* a handle for each thread, all of one mutex */
	struct xf_event *event; /* shared handles */
	struct xf_timeline *timeline;
	uint64_t sum; /* only under the mutex */
	_Atomic uint64_t arrived;
};

struct thread {
	struct shared *shared;
	int number;
	pthread_t id;
};

static void check(int expected, int got)
{
	if (expected != got)
		abort(); /* cmocka's assertions are for its own thread */
}

static void use_mutex(struct thread *t)
{
	struct xf_keyed_mutex *mutex = t->shared->mutexes[t->number];
	uint64_t fence;
	check(0, xf_keyed_mutex_acquire(mutex, 0, SOON, &fence));
	if (fence != t->shared->sum)
		abort(); /* the fence travels with what it guards */
	t->shared->sum++;
	if (t->shared->sum % 4 == 0)
		sched_yield(); /* so that others come while it is held */
	check(0, xf_keyed_mutex_release(mutex, 0, t->shared->sum));
}

static void use_event(struct thread *t, int round)
{
	uint32_t index;
	int fd;
	struct xf_wait_item items[] = { { .type = XF_EVENT, .object = t->shared->event },
		{ .type = XF_TIMELINE, .object = t->shared->timeline, .value = UINT64_MAX } };
	if (round % 16 == t->number)
		check(0, xf_event_fd(t->shared->event, &fd));
	check(0, xf_event_set(t->shared->event));
	int r = round % 2 ? xf_event_wait(t->shared->event, 0)
			  : xf_wait_any(items, 2, xf_deadline(1000000), &index);
	if (r != 0 && r != XF_TIMEOUT)
		abort();
}

/* Everybody waits for everybody, by value. */
static void use_timeline(struct thread *t, int round)
{
	uint64_t mine = atomic_fetch_add(&t->shared->arrived, 1) + 1;
	if (mine == (uint64_t)THREADS * (uint64_t)(round + 1))
		check(0, xf_timeline_signal(t->shared->timeline, (uint64_t)round + 1));
	check(0, xf_timeline_wait(t->shared->timeline, (uint64_t)round + 1, SOON));
}

static void use_objects(struct thread *t)
{
	struct xf_domain_info info = { .size = sizeof(info) };
	struct xf_event *made, *opened;
	struct xf_domain *again;
	int fd;
	check(0, xf_event_create(t->shared->domain, 0, NULL, &made));
	check(0, xf_event_open(t->shared->domain, xf_event_id(made), &opened));
	check(0, xf_event_fd(opened, &fd));
	xf_event_close(made);
	xf_event_close(opened);
	check(0, xf_inspect_domain(t->shared->domain, &info));
	check(0, xf_domain_export(t->shared->domain, 0, &fd));
	check(0, xf_domain_join(fd, &again));
	xf_domain_leave(again);
	close(fd);
}

static void *thread_main(void *arg)
{
	struct thread *t = arg;
	for (int round = 0; round < ROUNDS; round++) {
		use_mutex(t);
		use_event(t, round);
		use_timeline(t, round);
		if (round % 16 == 0)
			use_objects(t);
	}
	return NULL;
}

static void everything_at_once(void **state)
{
	struct thread threads[THREADS];
	struct shared shared = { 0 };
	(void)state;
	assert_int_equal(0, xf_domain_create(NULL, &shared.domain));
	assert_int_equal(0, xf_event_create(shared.domain, 0, NULL, &shared.event));
	assert_int_equal(0, xf_timeline_create(shared.domain, 0, 0, NULL, &shared.timeline));
	assert_int_equal(0, xf_keyed_mutex_create(shared.domain, 0, NULL, &shared.mutexes[0]));
	for (int i = 1; i < THREADS; i++)
		assert_int_equal(
			0, xf_keyed_mutex_open(shared.domain, xf_keyed_mutex_id(shared.mutexes[0]),
				   &shared.mutexes[i]));
	for (int i = 0; i < THREADS; i++) {
		threads[i] = (struct thread){ .shared = &shared, .number = i };
		assert_int_equal(0, pthread_create(&threads[i].id, NULL, thread_main, &threads[i]));
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i].id, NULL);
	assert_int_equal(THREADS * ROUNDS, shared.sum);
	for (int i = 0; i < THREADS; i++)
		xf_keyed_mutex_close(shared.mutexes[i]);
	xf_timeline_close(shared.timeline);
	xf_event_close(shared.event);
	xf_domain_leave(shared.domain);
}

#define HANDLES 150

struct asking {
	struct xf_event *events[HANDLES];
	int fds[THREADS][HANDLES];
	pthread_barrier_t start;
	_Atomic int next;
};

/* All threads ask for one handle's descriptor, each for the first time, then for the next one's. */
static void *ask_for_descriptors(void *arg)
{
	struct asking *asking = arg;
	int *fds = asking->fds[atomic_fetch_add(&asking->next, 1)];
	for (int i = 0; i < HANDLES; i++) {
		pthread_barrier_wait(&asking->start);
		check(0, xf_event_fd(asking->events[i], &fds[i]));
	}
	return NULL;
}

static void one_descriptor_for_all_threads(void **state)
{
	static struct asking asking;
	struct xf_domain *domain;
	pthread_t threads[THREADS];
	(void)state;
	assert_int_equal(0, xf_domain_create(NULL, &domain));
	assert_int_equal(0, pthread_barrier_init(&asking.start, NULL, THREADS));
	for (int i = 0; i < HANDLES; i++)
		assert_int_equal(0, xf_event_create(domain, 0, NULL, &asking.events[i]));
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(
			0, pthread_create(&threads[i], NULL, ask_for_descriptors, &asking));
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < HANDLES; i++) {
		for (int t = 1; t < THREADS; t++)
			assert_int_equal(asking.fds[0][i], asking.fds[t][i]);
		xf_event_close(asking.events[i]);
	}
	pthread_barrier_destroy(&asking.start);
	xf_domain_leave(domain);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(everything_at_once),
		cmocka_unit_test(one_descriptor_for_all_threads) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
