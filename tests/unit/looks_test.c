/* SPDX-License-Identifier: MIT */
/*
 * When whoever waits for a device's counter looks at it: how late what it waits for is seen, and
 * after how many looks. The clock is ours, and moves by what a look or a sleep costs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/prctl.h>

#include "sync/looks.h"

#define US	 INT64_C(1000)
#define MS	 (1000 * US)
#define LOOK_NS	 (1 * US)
#define SLEEP_NS (3 * US) /* a sleep ends so much late */

/* Where it is known when, a look comes in the last fiftieth, or in the pauses after it. */
#define CLOSE_NS(takes) ((takes) / 50 + 10 * US + SLEEP_NS)

struct wait {
	int64_t late, looks;
};

/* What is waited for is there after `takes`. */
static struct wait wait_for(struct xfi_foresight *of, int64_t takes)
{
	struct xfi_looks looks;
	struct wait wait = { .looks = 1 };
	int64_t now = 0;
	assert_true(xfi_looks_begin(&looks, of, now));
	for (; now < takes; wait.looks++) {
		int64_t until = xfi_looks_next(&looks, now);
		now = until > now ? until + SLEEP_NS : now + LOOK_NS;
	}
	xfi_looks_end(&looks, true, now);
	wait.late = now - takes;
	return wait;
}

/* After waits that took so long; 0: nothing is known. */
static struct xfi_foresight used_to(int64_t takes)
{
	struct xfi_foresight of = { 0 };
	for (int i = 0; takes && i < 20; i++)
		(void)wait_for(&of, takes);
	return of;
}

static const int64_t lengths[] = { 0, 10 * US, 50 * US, 300 * US, 1 * MS, 5 * MS, 50 * MS };
#define LENGTHS (sizeof(lengths) / sizeof(lengths[0]))

/* Much later than expected: an eighth at most of what it took, and never more than it says. */
static void what_takes_longer_is_seen_soon(void **state)
{
	for (size_t i = 0; i < LENGTHS; i++)
		for (int64_t takes = lengths[i] + 100 * US; takes < 2000 * MS; takes += takes / 3) {
			struct xfi_foresight of = used_to(lengths[i]);
			struct wait wait = wait_for(&of, takes);
			int64_t part = takes / 8 < 10 * US ? 10 * US : takes / 8;
			int64_t most = takes > 200 * MS ? 1 * MS : 100 * US;
			assert_in_range(wait.late, 0, (part < most ? part : most) + SLEEP_NS);
		}
}

/* The longer it takes, the cheaper it becomes. */
static void a_long_wait_takes_few_looks(void **state)
{
	for (size_t i = 0; i < LENGTHS; i++) {
		struct xfi_foresight of = used_to(lengths[i]);
		assert_in_range(wait_for(&of, 200 * MS).looks, 1, 2200);
		of = used_to(lengths[i]);
		assert_in_range(wait_for(&of, 2000 * MS).looks, 2000, 2200 + 1800);
	}
}

/* One that takes as long as those before it. */
static void what_takes_as_long_as_before_is_seen_at_once(void **state)
{
	for (size_t i = 2; i < LENGTHS; i++) {
		struct xfi_foresight of = used_to(lengths[i]);
		struct wait wait = wait_for(&of, lengths[i]);
		assert_in_range(wait.late, 0, CLOSE_NS(lengths[i]));
		assert_in_range(wait.looks, 2, 30 + lengths[i] / 50 / LOOK_NS);
	}
}

/* One that takes less is seen a millisecond late at most, and is what is expected next. */
static void what_takes_less_is_learnt(void **state)
{
	for (size_t i = 1; i < LENGTHS; i++)
		for (int64_t takes = lengths[i] * 9 / 10; takes > 5 * US; takes /= 2) {
			struct xfi_foresight of = used_to(lengths[i]);
			int64_t asleep = lengths[i] < MS ? lengths[i] : lengths[i] / 2;
			assert_in_range(wait_for(&of, takes).late, 0,
				(asleep < MS ? asleep : MS) + SLEEP_NS);
			for (int n = 0; n < 20; n++)
				(void)wait_for(&of, takes);
			assert_in_range(
				wait_for(&of, takes).late, 0, takes / 8 + 10 * US + SLEEP_NS);
		}
}

/* One that was longer does not make the next one late. */
static void one_long_wait_is_no_rule(void **state)
{
	for (size_t i = 2; i < LENGTHS; i++) {
		struct xfi_foresight of = used_to(lengths[i]);
		(void)wait_for(&of, 10 * lengths[i]);
		assert_in_range(wait_for(&of, lengths[i]).late, 0, CLOSE_NS(lengths[i]));
	}
}

static void one_thread_looks_and_sleeps_as_long_as_it_means_to(void **state)
{
	struct xfi_foresight of = { 0 };
	struct xfi_looks looks, others;
	int slack = prctl(PR_GET_TIMERSLACK);
	assert_true(xfi_looks_begin(&looks, &of, 0));
	assert_int_equal(prctl(PR_GET_TIMERSLACK), 1);
	assert_false(xfi_looks_begin(&others, &of, 0));
	xfi_looks_end(&looks, false, MS);
	assert_int_equal(prctl(PR_GET_TIMERSLACK), slack);
	assert_int_equal(of.expected_ns, 0); /* nothing was there, and nothing is learnt */
	assert_true(xfi_looks_begin(&looks, &of, 0));
	xfi_looks_end(&looks, true, MS);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_takes_longer_is_seen_soon),
		cmocka_unit_test(a_long_wait_takes_few_looks),
		cmocka_unit_test(what_takes_as_long_as_before_is_seen_at_once),
		cmocka_unit_test(what_takes_less_is_learnt),
		cmocka_unit_test(one_long_wait_is_no_rule),
		cmocka_unit_test(one_thread_looks_and_sleeps_as_long_as_it_means_to),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
