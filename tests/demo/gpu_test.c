/* SPDX-License-Identifier: MIT */
/*
 * The demo with a GPU's work, on whatever Vulkan finds first; its processes may have the validation
 * layer, whose messages would stand before the result, which is no result then.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "inputs.h"
#include "runs.h"
#include "trace_check.h"

/* What CPUs make of the same pictures, and that it was looked at. */
static void check_comparison(struct json_object *result)
{
	struct json_object *gpu = runs_get(result, "gpu");
	assert_true(json_object_get_string_len(runs_get(gpu, "device")) > 0);
	assert_int_equal(runs_number(gpu, "pictures_compared"), INPUT_GOOD);
	assert_int_equal(runs_number(gpu, "pictures_same_bytes"), INPUT_GOOD);
	assert_true(runs_number(gpu, "greatest_difference") <= 1);
	assert_int_equal(runs_number(runs_get(result, "pictures"), "shown"), INPUT_GOOD);
}

/* Which of them comes first is not said: the producer is some frames ahead of the consumers. */
static void check_death(struct json_object *result, const char *role, int64_t frame)
{
	struct json_object *deaths = runs_get(result, "deaths"), *death = NULL;
	for (size_t i = 0; i < json_object_array_length(deaths); i++) {
		struct json_object *one = json_object_array_get_idx(deaths, i);
		if (strcmp(json_object_get_string(runs_get(one, "role")), role) == 0)
			death = one;
	}
	assert_non_null(death);
	assert_true(json_object_get_boolean(runs_get(death, "owned_surface")));
	assert_int_equal(runs_number(death, "frame"), frame);
}

static void two_are_killed_at_work_and_nothing_is_lost(void **state)
{
	const char *words[] = { "--gpu", "--json", "--frames", "6", "--out", runs_out,
		runs_pictures, NULL };
	struct runs_process p = runs_start(words);
	struct json_object *result = runs_finish_well(&p);
	struct trace_facts facts;
	assert_int_equal(runs_number(result, "frames"), 6);
	assert_int_equal(json_object_array_length(runs_get(result, "deaths")), 2);
	check_death(result, "consumer-a", 2);
	check_death(result, "producer", 4);
	assert_int_equal(runs_number(result, "sent_again"), 2);
	assert_true(runs_number(result, "reclaimed") >= 2);
	check_comparison(result);
	trace_check(json_object_get_string(runs_get(result, "timeline")), &facts);
	assert_int_equal(facts.kills, 2);
	json_object_put(result);
}

/* Killed by somebody else, at whatever they or their queues were doing. */
static void outside_kills_lose_nothing_either(void **state)
{
	static const char *const victims[] = { "xf-consumer-b", "xf-producer", "xf-consumer-a" };
	const char *words[] = { "--gpu", "--json", "--no-kill", "--seconds", "60", "--out",
		runs_out, runs_pictures, NULL };
	struct runs_process p = runs_start(words);
	struct runs_guest guest;
	runs_join(&guest, &p);
	for (size_t i = 0; i < sizeof(victims) / sizeof(victims[0]); i++) {
		runs_wait_for_frames(&guest, 2);
		kill(runs_find(&guest, victims[i]), SIGKILL);
	}
	runs_wait_for_frames(&guest, 2);
	runs_leave(&guest);
	kill(p.pid, SIGINT);
	struct json_object *result = runs_finish_well(&p);
	assert_int_equal(json_object_array_length(runs_get(result, "deaths")), 3);
	assert_true(runs_number(result, "frames") >= 6);
	json_object_put(result);
}

static struct xf_event *open_event(struct runs_guest *guest, const char *label)
{
	struct xf_event *event;
	xf_id id;
	assert_int_equal(xf_domain_find(guest->domain, XF_EVENT, label, &id), 0);
	assert_int_equal(xf_event_open(guest->domain, id, &event), 0);
	return event;
}

/*
 * Each with a surface in its hands whose mutex the one before left abandoned, and which therefore
 * got a new one that nobody else has ever opened.
 */
static void successors_of_successors_go_on(void **state)
{
	const char *words[] = { "--gpu", "--json", "--no-kill", "--seconds", "60", "--out",
		runs_out, runs_pictures, NULL };
	struct runs_process p = runs_start(words);
	struct runs_guest guest;
	runs_join(&guest, &p);
	struct xf_event *halt = open_event(&guest, "halt-producer");
	runs_wait_for_frames(&guest, 2);
	for (int i = 0; i < 3; i++) {
		pid_t pid = runs_find(&guest, "xf-producer");
		int end = runs_watch(pid);
		assert_int_equal(xf_event_set(halt), 0);
		runs_assert_ends(end);
	}
	runs_wait_for_frames(&guest, 2);
	xf_event_close(halt);
	runs_leave(&guest);
	kill(p.pid, SIGINT);
	struct json_object *result = runs_finish_well(&p);
	assert_int_equal(json_object_array_length(runs_get(result, "deaths")), 3);
	json_object_put(result);
}

static void people_are_told_what_is_compared(void **state)
{
	const char *words[] = { "--gpu", "--no-kill", "--frames", "3", "--out", runs_out,
		runs_pictures, NULL };
	static const char *const parts[] = { "Vulkan on ", "by CPU", "beside the 3 of this",
		"The first frame of 3 of 3 is the CPU's" };
	struct runs_process p = runs_start(words);
	char *output;
	assert_int_equal(runs_finish(&p, &output, NULL), 0);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!strstr(output, parts[i]))
			fail_msg("no '%s' in the table:\n%s", parts[i], output);
	free(output);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_are_killed_at_work_and_nothing_is_lost),
		cmocka_unit_test(outside_kills_lose_nothing_either),
		cmocka_unit_test(successors_of_successors_go_on),
		cmocka_unit_test(people_are_told_what_is_compared),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	alarm(500);
	return cmocka_run_group_tests(tests, runs_set_up, runs_tear_down);
}
