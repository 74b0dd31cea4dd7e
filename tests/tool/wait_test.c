/* SPDX-License-Identifier: MIT */
/* wait and signal: what ends a wait, and that something always does. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <crossfence/crossfence.h>

#include "play.h"

static void assert_says(struct play *p, const char *line)
{
	if (p->status || strcmp(p->stdout_text, line) != 0)
		fail_msg("status %d, '%s': %s", p->status, p->stdout_text, p->stderr_text);
	assert_string_equal(p->stderr_text, "");
	play_free(p);
}

static void assert_unsignalled(struct play *p, int status, const char *result)
{
	char text[64];
	snprintf(text, sizeof(text), "\"result\": \"%s\"", result);
	if (p->status != status || !strstr(p->stdout_text, text))
		fail_msg("status %d, '%s': %s", p->status, p->stdout_text, p->stderr_text);
	assert_string_equal(p->stderr_text, "");
	play_free(p);
}

static void signal_sets_an_event(void **state)
{
	struct play *stage = stage_start("camera");
	assert_refused(tool("wait", "--timeout", "0", "camera", "ready", NULL), 3,
		"event 'ready' in 'camera' is not signalled\n");
	assert_says(tool("signal", "camera", "ready", NULL), "event 'ready' was signalled\n");
	assert_says(tool("wait", "--timeout", "0", "camera", "ready", NULL),
		"event 'ready' was signalled\n");
	assert_says(tool("wait", "camera", "ready", NULL), "event 'ready' was signalled\n");
	stage_kill(stage);
}

static void auto_reset_event_lets_one_through(void **state)
{
	struct play *stage = stage_start("camera");
	assert_says(tool("signal", "camera", "once", NULL), "event 'once' was signalled\n");
	assert_says(tool("wait", "camera", "once", NULL), "event 'once' was signalled\n");
	assert_refused(tool("wait", "--timeout", "0.05", "camera", "once", NULL), 3, "after 50 ms");
	stage_kill(stage);
}

static void signal_raises_a_timeline(void **state)
{
	struct play *stage = stage_start("camera");
	assert_says(tool("signal", "camera", "frames", NULL), "timeline 'frames' is at 42\n");
	assert_says(tool("signal", "camera", "frames", "--value", "0x30", NULL),
		"timeline 'frames' is at 48\n");
	assert_refused(tool("signal", "--value", "47", "camera", "frames", NULL), 1,
		"cannot go back to 47; it is at 48");
	assert_says(tool("wait", "--value", "48", "camera", "frames", NULL),
		"timeline 'frames' is at 48\n");
	assert_refused(tool("wait", "--timeout", "0.05", "camera", "frames", NULL), 3,
		"is at 48 and has not reached 49 after 50 ms");
	assert_says(tool("signal", "--value", "18446744073709551615", "camera", "frames", NULL),
		"timeline 'frames' is at 18446744073709551615\n");
	stage_kill(stage);
}

/* For programs: one object, whatever happened, and the status besides. */
static void json_says_what_did_not_happen(void **state)
{
	struct play *stage = stage_start("camera");
	assert_unsignalled(tool("wait", "--json", "--timeout", "0.01", "camera", "ready", NULL), 3,
		"timed_out");
	assert_unsignalled(
		tool("wait", "--json", "--timeout", "0", "camera", "frames", NULL), 3, "timed_out");
	assert_unsignalled(tool("wait", "--json", "camera", "owned", NULL), 4, "abandoned");
	assert_unsignalled(
		tool("wait", "--json", "--timeout", "0.01", "nobody", NULL), 3, "timed_out");
	stage_kill(stage);
}

static void wrong_types_are_refused(void **state)
{
	struct play *stage = stage_start("camera");
	assert_refused(tool("wait", "camera", "baton", NULL), 1, "is a keyed mutex");
	assert_refused(tool("signal", "camera", "frames-pool", NULL), 1, "is a pool");
	assert_refused(tool("wait", "--value", "1", "camera", "ready", NULL), 2, "no --value");
	assert_refused(tool("signal", "--value", "1", "camera", "ready", NULL), 2, "no --value");
	assert_refused(tool("wait", "camera", "nope", NULL), 5, "no object called 'nope'");
	assert_refused(tool("wait", "camera", "owned", NULL), 4, "is abandoned");
	assert_refused(tool("signal", "camera", "owned", NULL), 4, "is abandoned");
	stage_kill(stage);
}

static void waiter_is_woken_by_an_event(void **state)
{
	struct play *stage = stage_start("camera");
	struct play *waiter = tool_start(NULL, "wait", "camera", "ready", "--json", NULL);
	await_opened("camera", "ready", 2);
	stage_obey(stage, "set");
	play_finish(waiter);
	struct json_object *json = assert_json(waiter);
	assert_string_equal(json_text(json, "result"), "signalled");
	assert_string_equal(json_text(json, "label"), "ready");
	assert_null(json_object_object_get(json, "value"));
	assert_true(json_number(json, "waited_ns") < UINT64_C(1000000) * PLAY_LIMIT_MS);
	json_object_put(json);
	stage_kill(stage);
}

static void waiter_is_woken_by_a_timeline(void **state)
{
	struct play *stage = stage_start("camera");
	struct play *waiter = tool_start(NULL, "wait", "--value", "43", "camera", "frames", NULL);
	await_opened("camera", "frames", 2);
	stage_obey(stage, "raise");
	stage_obey(stage, "raise");
	play_finish(waiter);
	assert_says(waiter, "timeline 'frames' is at 43\n");
	stage_kill(stage);
}

static void waiter_ends_when_all_others_are_killed(void **state)
{
	struct play *stage = stage_start("camera");
	struct play *waiter = tool_start(NULL, "wait", "camera", "ready", NULL);
	await_opened("camera", "ready", 2);
	stage_kill(stage);
	play_finish(waiter);
	assert_refused(waiter, 4, "nobody can signal 'ready' any more");
	/* And it did not keep the name. */
	assert_refused(tool("show", "camera", NULL), 5, "nobody serves the name");
}

static void waiter_ends_when_all_others_leave(void **state)
{
	struct play *stage = stage_start("camera");
	struct play *waiter = tool_start(NULL, "wait", "camera", "ready", NULL);
	await_opened("camera", "ready", 2);
	stage_obey(stage, "part");
	play_finish(waiter);
	assert_refused(waiter, 4, "nobody can signal 'ready' any more");
	assert_int_equal(kill(stage->pid, 0), 0); /* it lives on */
	stage_kill(stage);
}

static void name_is_waited_for(void **state)
{
	assert_refused(tool("wait", "--timeout", "0.05", "camera", NULL), 3, "after 50 ms");
	struct play *waiter = tool_start(NULL, "wait", "camera", NULL);
	struct play *stage = stage_start("camera");
	play_finish(waiter);
	assert_says(waiter, "'camera' is served\n");
	stage_kill(stage);
}

static void full_domain_is_told_and_can_be_looked_at(void **state)
{
	struct xf_domain *domain, *members[XF_MEMBERS_MAX - 1];
	int fd;
	assert_int_equal(xf_domain_create(NULL, &domain), 0);
	assert_int_equal(xf_domain_publish(domain, "full"), 0);
	assert_int_equal(xf_domain_export(domain, 0, &fd), 0);
	for (int i = 0; i < XF_MEMBERS_MAX - 1; i++)
		assert_int_equal(xf_domain_join(fd, &members[i]), 0);
	assert_refused(tool("wait", "full", "ready", NULL), 1, "All member slots");
	struct play *p = tool("show", "full", NULL);
	assert_int_equal(p->status, 0);
	assert_non_null(strstr(p->stdout_text, "full: 64 members, 0 of"));
	play_free(p);
	for (int i = 0; i < XF_MEMBERS_MAX - 1; i++)
		xf_domain_leave(members[i]);
	close(fd);
	xf_domain_leave(domain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		play_test(signal_sets_an_event),
		play_test(auto_reset_event_lets_one_through),
		play_test(signal_raises_a_timeline),
		play_test(json_says_what_did_not_happen),
		cmocka_unit_test(wrong_types_are_refused),
		play_test(waiter_is_woken_by_an_event),
		play_test(waiter_is_woken_by_a_timeline),
		play_test(waiter_ends_when_all_others_are_killed),
		play_test(waiter_ends_when_all_others_leave),
		play_test(name_is_waited_for),
		play_test(full_domain_is_told_and_can_be_looked_at),
	};
	return cmocka_run_group_tests(tests, play_setup, play_teardown);
}
