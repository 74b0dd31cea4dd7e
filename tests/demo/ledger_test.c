/* SPDX-License-Identifier: MIT */
/* Does the account find what is torn, lost or unaccounted for? */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "ledger.h"

static struct report frame(uint64_t number, uint64_t checksum)
{
	return (struct report){ .kind = REPORT_FRAME,
		.frame = number,
		.checksum = checksum,
		.acquired_ns = 1000,
		.released_ns = 2000,
		.hand_off_ns = -1 };
}

static void add(struct ledger *ledger, enum role role, struct report report)
{
	assert_int_equal(ledger_add(ledger, role, &report), 0);
}

static void through_all(struct ledger *ledger, uint64_t number)
{
	for (enum role role = 0; role < N_ROLES; role++)
		add(ledger, role, frame(number, number * 7));
}

static void all_is_well(void **state)
{
	struct ledger ledger = { 0 };
	struct verdict v;
	for (uint64_t i = 1; i <= 3000; i++)
		through_all(&ledger, i);
	ledger_judge(&ledger, &v);
	assert_int_equal(v.frames, 3000);
	assert_int_equal(v.delivered, 3000);
	assert_int_equal(v.lost + v.unaccounted + v.torn + v.sent_again + v.repeated, 0);
	ledger_finish(&ledger);
}

static void bad_rows_are_torn(void **state)
{
	struct ledger ledger = { 0 };
	struct verdict v;
	struct report torn = frame(1, 7);
	torn.bad_rows = 1;
	add(&ledger, PRODUCER, frame(1, 7));
	add(&ledger, CONSUMER_A, torn);
	add(&ledger, CONSUMER_B, frame(1, 7));
	ledger_judge(&ledger, &v);
	assert_int_equal(v.torn, 1);
	ledger_finish(&ledger);
}

static void checksums_that_differ_are_torn(void **state)
{
	for (enum role odd = 0; odd < N_ROLES; odd++) {
		struct ledger ledger = { 0 };
		struct verdict v;
		through_all(&ledger, 1);
		for (enum role role = 0; role < N_ROLES; role++)
			add(&ledger, role, frame(2, role == odd ? 8 : 7));
		ledger_judge(&ledger, &v);
		assert_int_equal(v.torn, 1);
		ledger_finish(&ledger);
	}
}

/* One consumer got it, the other did not. */
static void a_missing_receipt_is_unaccounted(void **state)
{
	for (enum role missing = CONSUMER_A; missing < N_ROLES; missing++) {
		struct ledger ledger = { 0 };
		struct verdict v;
		through_all(&ledger, 1);
		for (enum role role = 0; role < N_ROLES; role++)
			if (role != missing)
				add(&ledger, role, frame(2, 7));
		through_all(&ledger, 3);
		ledger_judge(&ledger, &v);
		assert_int_equal(v.delivered, 2);
		assert_int_equal(v.lost, 1);
		assert_int_equal(v.unaccounted, 1);
		ledger_finish(&ledger);
	}
}

static void a_number_nobody_reports_is_unaccounted(void **state)
{
	struct ledger ledger = { 0 };
	struct verdict v;
	through_all(&ledger, 1);
	through_all(&ledger, 4);
	ledger_judge(&ledger, &v);
	assert_int_equal(v.frames, 4);
	assert_int_equal(v.unaccounted, 2);
	ledger_finish(&ledger);
}

static void what_a_kill_cut_off_is_lost_or_sent_again(void **state)
{
	struct ledger ledger = { 0 };
	struct verdict v;
	through_all(&ledger, 1);
	assert_int_equal(ledger_interrupt(&ledger, 2), 0);
	assert_int_equal(ledger_interrupt(&ledger, 3), 0);
	through_all(&ledger, 3);
	ledger_judge(&ledger, &v);
	assert_int_equal(v.lost, 1);
	assert_int_equal(v.unaccounted, 0);
	assert_int_equal(v.sent_again, 1);
	ledger_finish(&ledger);
}

static void a_second_receipt_is_a_repetition(void **state)
{
	struct ledger ledger = { 0 };
	struct verdict v;
	through_all(&ledger, 1);
	add(&ledger, CONSUMER_A, frame(1, 7));
	ledger_judge(&ledger, &v);
	assert_int_equal(v.repeated, 1);
	assert_int_equal(v.torn, 0);
	ledger_finish(&ledger);
}

static void impossible_numbers_are_refused(void **state)
{
	struct ledger ledger = { 0 };
	struct report none = frame(0, 0), beyond = frame(FRAMES_MAX + 1, 0);
	assert_int_equal(ledger_add(&ledger, PRODUCER, &none), -EINVAL);
	assert_int_equal(ledger_add(&ledger, PRODUCER, &beyond), -EINVAL);
	assert_int_equal(ledger_interrupt(&ledger, UINT64_MAX), -EINVAL);
	ledger_finish(&ledger);
}

static void percentiles_are_of_those_who_waited(void **state)
{
	struct ledger ledger = { 0 };
	struct verdict v;
	for (uint64_t i = 1; i <= 1000; i++) {
		struct report waited = frame(i, 7), came_later = frame(i, 7);
		waited.hand_off_ns = (int64_t)(1001 - i);
		add(&ledger, CONSUMER_A, waited);
		add(&ledger, CONSUMER_B, came_later);
	}
	ledger_judge(&ledger, &v);
	assert_int_equal(ledger.n_receipts, 2000);
	assert_int_equal(ledger.n_hand_offs, 1000);
	assert_int_equal(ledger_percentile(&ledger, 0.5), 500);
	assert_int_equal(ledger_percentile(&ledger, 0.99), 990);
	assert_int_equal(ledger_percentile(&ledger, 0.999), 999);
	ledger_finish(&ledger);
	assert_int_equal(ledger_percentile(&ledger, 0.5), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_well),
		cmocka_unit_test(bad_rows_are_torn),
		cmocka_unit_test(checksums_that_differ_are_torn),
		cmocka_unit_test(a_missing_receipt_is_unaccounted),
		cmocka_unit_test(a_number_nobody_reports_is_unaccounted),
		cmocka_unit_test(what_a_kill_cut_off_is_lost_or_sent_again),
		cmocka_unit_test(a_second_receipt_is_a_repetition),
		cmocka_unit_test(impossible_numbers_are_refused),
		cmocka_unit_test(percentiles_are_of_those_who_waited),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
