/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <sys/resource.h>

#include "harness.h"

static struct xf_timeline *create(void **state, uint64_t initial, uint32_t flags)
{
	struct xf_timeline *timeline;
	assert_int_equal(xf_timeline_create(*state, initial, flags, NULL, &timeline), 0);
	return timeline;
}

static void a_counter_only_grows(void **state)
{
	struct xf_timeline *timeline = create(state, 10, 0);
	uint64_t value;
	assert_int_equal(xf_timeline_signal(timeline, 9), -EINVAL);
	assert_int_equal(xf_timeline_signal(timeline, 10), 0);
	assert_int_equal(xf_timeline_signal(timeline, UINT64_MAX), 0);
	assert_int_equal(xf_timeline_value(timeline, &value), 0);
	assert_true(value == UINT64_MAX);
	assert_int_equal(xf_timeline_wait(timeline, UINT64_MAX, 0), 0);
	xf_timeline_close(timeline);
}

static long sleeps(void)
{
	struct rusage usage;
	assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
	return usage.ru_nvcsw;
}

/* Of a device, which wakes nobody: we look, more and more seldom while nothing comes. */
static void a_descriptor_that_waits_long_becomes_cheap(void **state)
{
	struct xf_timeline *timeline = create(state, 0, 0);
	struct xf_domain *same;
	struct pollfd poller = { .events = POLLIN };
	uint64_t *word;
	assert_int_equal(xf_timeline_word(timeline, XF_TIMELINE_DEVICE_SIGNALS, &word, &same), 0);
	assert_int_equal(xf_timeline_fd(timeline, 1, &poller.fd), 0);
	assert_int_equal(poll(&poller, 1, 300), 0);
	long before = sleeps();
	assert_int_equal(poll(&poller, 1, 200), 0);
	assert_in_range(sleeps() - before, 0, 600);
	__atomic_store_n(word, 1, __ATOMIC_SEQ_CST);
	assert_int_equal(poll(&poller, 1, (int)(5000 * slow())), 1);
	assert_int_equal(xf_timeline_wait(timeline, 1, 0), 0);
	xf_timeline_close(timeline);
}

struct waiter {
	struct xf_timeline *timeline;
	uint64_t value;
	int result;
	_Atomic int done;
};

static void *wait_for_value(void *arg)
{
	struct waiter *waiter = arg;
	waiter->result = xf_timeline_wait(waiter->timeline, waiter->value, patience(10000));
	waiter->done = 1;
	return NULL;
}

/* Waits come first; each returns with its value and not before. Steps over several values too. */
static void wakes_those_it_passes(void **state)
{
	struct xf_timeline *timeline = create(state, 0, 0);
	struct waiter waiters[70];
	pthread_t threads[70];
	for (int i = 0; i < 70; i++) {
		waiters[i] = (struct waiter){ timeline, (uint64_t)i + 1 };
		pthread_create(&threads[i], NULL, wait_for_value, &waiters[i]);
	}
	usleep(20000);
	for (int reached = 0; reached < 70;) {
		int next = reached + 1 + reached / 3;
		next = next > 70 ? 70 : next;
		assert_int_equal(xf_timeline_signal(timeline, (uint64_t)next), 0);
		for (; reached < next; reached++) {
			pthread_join(threads[reached], NULL);
			assert_int_equal(waiters[reached].result, 0);
		}
		if (next < 70)
			assert_false(waiters[next].done);
	}
	xf_timeline_close(timeline);
}

static int signal_to_100(struct xf_domain *domain, xf_id id)
{
	struct xf_timeline *timeline;
	if (xf_timeline_open(domain, id, &timeline))
		return 1;
	for (uint64_t i = 1; i <= 100; i++)
		if (xf_timeline_signal(timeline, i))
			return 2;
	return 0;
}

static void another_process_signals(void **state)
{
	needs_processes();
	struct xf_timeline *timeline = create(state, 0, 0);
	pid_t child = in_child(*state, xf_timeline_id(timeline), signal_to_100);
	assert_int_equal(xf_timeline_wait(timeline, 100, patience(5000)), 0);
	assert_int_equal(wait_child(child), 0);
	assert_int_equal(xf_timeline_wait(timeline, 101, xf_deadline(20 * MS)), XF_TIMEOUT);
	xf_timeline_close(timeline);
}

/* The child makes an owned timeline, tells its id through a mutex's fence, and is killed. */
static int own_and_sleep(struct xf_domain *domain, xf_id id)
{
	struct xf_timeline *timeline;
	struct xf_keyed_mutex *mutex;
	if (xf_keyed_mutex_open(domain, id, &mutex) ||
		xf_timeline_create(domain, 0, XF_TIMELINE_OWNED, NULL, &timeline) ||
		xf_timeline_signal(timeline, 3) ||
		xf_keyed_mutex_acquire(mutex, 0, XF_NEVER, NULL) ||
		xf_keyed_mutex_release(mutex, 1, xf_timeline_id(timeline)))
		return 1;
	pause();
	return 2;
}

static void an_owner_that_dies_abandons_it(void **state)
{
	needs_processes();
	struct xf_keyed_mutex *mutex;
	struct xf_timeline *timeline;
	struct pollfd fd = { .events = POLLIN };
	xf_id id;
	assert_int_equal(xf_keyed_mutex_create(*state, 0, NULL, &mutex), 0);
	pid_t child = in_child(*state, xf_keyed_mutex_id(mutex), own_and_sleep);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 1, patience(5000), &id), 0);
	assert_int_equal(xf_timeline_open(*state, id, &timeline), 0);
	assert_int_equal(xf_timeline_fd(timeline, 4, &fd.fd), 0);
	assert_int_equal(poll(&fd, 1, 0), 0);
	struct waiter waiter = { timeline, 4 };
	pthread_t thread;
	pthread_create(&thread, NULL, wait_for_value, &waiter);
	usleep(10000);
	kill(child, SIGKILL);
	pthread_join(thread, NULL);
	assert_int_equal(waiter.result, XF_ABANDONED);
	assert_int_equal(poll(&fd, 1, 1000), 1);
	assert_int_equal(xf_timeline_wait(timeline, 3, 0), 0); /* that much was reached */
	assert_int_equal(xf_timeline_signal(timeline, 4), XF_ABANDONED);
	wait_child(child);
	xf_timeline_close(timeline);
	xf_keyed_mutex_close(mutex);
}

/* What waits for the word on a device is let go by a value that passes all; what was reached stays.
 */
static void a_device_is_let_go_from_what_is_abandoned(void **state)
{
	struct xf_timeline *with = create(state, 5, XF_TIMELINE_OWNED),
			   *without = create(state, 5, XF_TIMELINE_OWNED);
	struct xf_domain *domain;
	uint64_t *word, value;
	assert_int_equal(xf_timeline_word(with, XF_TIMELINE_DEVICE_WAITS, &word, &domain), 0);
	assert_true(*word == 5);
	assert_int_equal(xf_timeline_abandon(with), 0);
	assert_true(*word == XF_TIMELINE_RELEASED);
	assert_int_equal(xf_timeline_wait(with, 5, 0), 0);
	assert_int_equal(xf_timeline_wait(with, 6, 0), XF_ABANDONED);
	assert_int_equal(xf_timeline_abandon(without), 0);
	assert_int_equal(xf_timeline_value(without, &value), 0);
	assert_true(value == 5);
	xf_timeline_close(with);
	xf_timeline_close(without);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_with_domain(a_counter_only_grows),
		test_with_domain(a_descriptor_that_waits_long_becomes_cheap),
		test_with_domain(wakes_those_it_passes),
		test_with_domain(another_process_signals),
		test_with_domain(an_owner_that_dies_abandons_it),
		test_with_domain(a_device_is_let_go_from_what_is_abandoned),
	};
	limit(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
