/* SPDX-License-Identifier: MIT */
/* When a stream's waits spin before they sleep; and sleepers who wake each other come to rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>

#include <crossfence/crossfence.h>

#include "shm/park.h"
#include "stream/spin.h"
#include "sync/keyed_mutex.h"

#define HERE  1u
#define THERE 2u

static const int64_t minute = INT64_C(60000000000);

static void only_for_whom_is_known_to_run_elsewhere(void **state)
{
	struct xfi_spin spin = { .slow = false };
	assert_true(xfi_spin_pays(&spin, HERE, THERE));
	assert_false(xfi_spin_pays(&spin, HERE, HERE));
	assert_false(xfi_spin_pays(&spin, HERE, 0));
	assert_false(xfi_spin_pays(&spin, 0, THERE));
}

static void a_long_wait_ends_it_and_a_short_one_brings_it_back(void **state)
{
	struct xfi_spin spin = { .slow = false };
	xfi_spin_slept(&spin, false, xf_now() - minute);
	assert_false(xfi_spin_pays(&spin, HERE, THERE));
	xfi_spin_slept(
		&spin, false, xf_now() + minute); /* it began just now, however slow this is */
	assert_true(xfi_spin_pays(&spin, HERE, THERE));
}

/* However short the sleep was then: the spin before it was for nothing. */
static void a_spin_that_ran_out_ends_it(void **state)
{
	struct xfi_spin spin = { .slow = false };
	xfi_spin_slept(&spin, true, xf_now() + minute);
	assert_false(xfi_spin_pays(&spin, HERE, THERE));
}

/* ---- a wake-up is passed on once ---- */

#define FIRST 1

struct sleeper {
	struct xf_keyed_mutex *mutex;
	uint64_t key, next;
	pthread_t thread;
	int result;
};

static void *sleep_for_key(void *arg)
{
	struct sleeper *s = arg;
	s->result = xf_keyed_mutex_acquire(s->mutex, s->key, xf_deadline(minute), NULL);
	if (!s->result)
		s->result = xf_keyed_mutex_release(s->mutex, s->next, 0);
	return NULL;
}

/* The next key after `key` whose sleepers are in its bucket, of the same wake-up bit or another. */
static uint64_t key_beside(uint32_t index, uint64_t key, bool same_bit)
{
	uint64_t hash = xfi_park_hash(index, key), other;
	do
		other = xfi_park_hash(index, ++key);
	while (other >> 53 != hash >> 53 ||
		(xfi_park_bit(other) == xfi_park_bit(hash)) != same_bit);
	return key;
}

static long switches(void)
{
	struct rusage usage;
	assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
	return usage.ru_nvcsw;
}

/* Two keys' sleepers share a bucket. A third key's wake-up reaches one, who passes it on. */
static void what_is_passed_on_comes_to_an_end(void **state)
{
	struct xf_domain *domain;
	struct xf_keyed_mutex *mutex;
	struct sleeper sleepers[2];
	assert_int_equal(xf_domain_create(NULL, &domain), 0);
	assert_int_equal(xf_keyed_mutex_create(domain, 0, NULL, &mutex), 0);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, 0, 0, NULL), 0);
	uint32_t index = mutex->base.index;
	uint64_t second = key_beside(index, FIRST, false), third = key_beside(index, second, true);
	sleepers[0] = (struct sleeper){ .key = FIRST, .next = second };
	sleepers[1] = (struct sleeper){ .key = second, .next = 0 };
	for (int i = 0; i < 2; i++) {
		struct sleeper *s = &sleepers[i];
		assert_int_equal(
			xf_keyed_mutex_open(domain, xf_keyed_mutex_id(mutex), &s->mutex), 0);
		assert_int_equal(pthread_create(&s->thread, NULL, sleep_for_key, s), 0);
	}
	while ((xfi_park_waiters(domain->buckets, xfi_park_hash(index, FIRST)) & XFI_PARK_COUNT) <
		2)
		(void)poll(NULL, 0, 1);
	(void)poll(NULL, 0, 20); /* until they sleep: else nothing is passed on */
	assert_int_equal(xf_keyed_mutex_release(mutex, third, 0), 0);
	long before = switches();
	(void)poll(NULL, 0, 200);
	assert_in_range(switches() - before, 0, 200);
	assert_int_equal(xf_keyed_mutex_acquire(mutex, third, 0, NULL), 0);
	assert_int_equal(xf_keyed_mutex_release(mutex, FIRST, 0), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(sleepers[i].thread, NULL), 0);
		assert_int_equal(sleepers[i].result, 0);
		xf_keyed_mutex_close(sleepers[i].mutex);
	}
	/* Else whoever gives it back would go on making system calls for nobody. */
	assert_int_equal(
		xfi_park_waiters(domain->buckets, xfi_park_hash(index, FIRST)) & XFI_PARK_COUNT, 0);
	xf_keyed_mutex_close(mutex);
	xf_domain_leave(domain);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_for_whom_is_known_to_run_elsewhere),
		cmocka_unit_test(a_long_wait_ends_it_and_a_short_one_brings_it_back),
		cmocka_unit_test(a_spin_that_ran_out_ends_it),
		cmocka_unit_test(what_is_passed_on_comes_to_an_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
