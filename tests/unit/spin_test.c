/* SPDX-License-Identifier: MIT */
/* When a stream's waits spin before they sleep. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stream/spin.h"

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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_for_whom_is_known_to_run_elsewhere),
		cmocka_unit_test(a_long_wait_ends_it_and_a_short_one_brings_it_back),
		cmocka_unit_test(a_spin_that_ran_out_ends_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
