/* SPDX-License-Identifier: MIT */
/* top: as text, as JSON, and on a terminal; and that it outlives the domain it watches. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

#include <crossfence/crossfence.h>

#include "play.h"

static void once_prints_text(void **state)
{
	char owner[64];
	struct play *stage = stage_start("camera");
	struct play *p = tool("top", "--once", "camera", NULL);
	assert_int_equal(p->status, 0);
	assert_string_equal(p->stderr_text, "");
	assert_null(strchr(p->stdout_text, '\033'));
	snprintf(owner, sizeof(owner), "%d tool-stage", (int)stage->pid);
	char *baton = strstr(p->stdout_text, "keyed mutex  baton ");
	assert_non_null(baton);
	baton[strcspn(baton, "\n")] = 0;
	assert_non_null(strstr(baton, owner));
	assert_non_null(strstr(baton, "held"));
	assert_non_null(strstr(baton, "1311768467463790320"));
	play_free(p);
	stage_kill(stage);
}

static struct json_object *baton_in(struct json_object *json)
{
	assert_true(json_object_get_boolean(json_object_object_get(json, "served")));
	return json_pick(json_object_object_get(json, "objects"), "label", "baton");
}

static void json_is_one_line_for_each_look(void **state)
{
	struct play *stage = stage_start("camera");
	struct json_object *json = assert_json(tool("top", "--once", "--json", "camera", NULL));
	assert_int_equal(json_number(baton_in(json), "held_ns"), 0); /* seen for the first time */
	json_object_put(json);
	struct play *p = tool_start(NULL, "top", "--json", "-d", "0.05", "camera", NULL);
	uint64_t held = 0, looks = 0;
	while (looks < 3) {
		char line[PLAY_OUT];
		json = parse_json(play_line(p, line));
		uint64_t now = json_number(baton_in(json), "held_ns");
		assert_true(looks == 0 ? now == 0 : now > held);
		held = now;
		looks++;
		json_object_put(json);
	}
	assert_int_equal(kill(p->pid, SIGTERM), 0);
	assert_int_equal(play_finish(p), 0);
	play_free(p);
	stage_kill(stage);
}

static void hand_offs_are_counted(void **state)
{
	struct play *stage = stage_start("camera");
	struct play *p = tool_start(NULL, "top", "--json", "-d", "0.05", "camera", NULL);
	play_await(p, 0, "\n");
	stage_obey(stage, "raise");
	for (double rate = 0; rate <= 0;) { /* until a look saw the step */
		char line[PLAY_OUT];
		struct json_object *json = parse_json(play_line(p, line));
		struct json_object *objects = json_object_object_get(json, "objects");
		rate = json_object_get_double(json_object_object_get(
			json_pick(objects, "label", "frames"), "per_second"));
		json_object_put(json);
	}
	play_free(p);
	stage_kill(stage);
}

static bool text_is(struct json_object *object, const char *key, const char *wanted)
{
	const char *text = json_object_get_string(json_object_object_get(object, key));
	return text && strcmp(text, wanted) == 0;
}

static bool any_has_a_rate(struct json_object *object)
{
	return text_is(object, "type", "surface") &&
	       json_object_get_double(json_object_object_get(object, "per_second")) > 0;
}

static bool is_the_mutex_before(struct json_object *object)
{
	return text_is(object, "label", "frames-pool[0]") && text_is(object, "state", "abandoned");
}

/* Looks until one object is as wanted; meanwhile no rate is beyond belief. */
static void look_until(struct play *p, bool (*wanted)(struct json_object *object))
{
	for (bool found = false; !found;) {
		char line[PLAY_OUT];
		struct json_object *json = parse_json(play_line(p, line));
		struct json_object *objects = json_object_object_get(json, "objects");
		for (size_t i = 0; i < json_object_array_length(objects); i++) {
			struct json_object *one = json_object_array_get_idx(objects, i);
			assert_true(json_object_get_double(
					    json_object_object_get(one, "per_second")) < 1e6);
			found |= wanted(one);
		}
		json_object_put(json);
	}
}

/* A new mutex counts from the start; and the one before is told from others by its name. */
static void a_renewed_mutex_is_no_rate(void **state)
{
	struct play *stage = stage_start("camera");
	struct play *p = tool_start(NULL, "top", "--json", "-d", "0.05", "camera", NULL);
	play_await(p, 0, "\n");
	stage_obey(stage, "turn");
	look_until(p, any_has_a_rate);
	stage_obey(stage, "renew");
	look_until(p, is_the_mutex_before);
	play_free(p);
	stage_kill(stage);
}

static void name_may_die_and_come_back(void **state)
{
	struct play *stage = stage_start("camera");
	struct play *p = tool_start(NULL, "top", "-d", "0.05", "camera", NULL);
	play_await(p, 0, "abandoned");
	stage_kill(stage);
	play_await(p, 1, "waiting for the name to come back\n");
	play_forget(p);
	stage = stage_start("camera");
	play_await(p, 1, "'camera' is now served by");
	play_await(p, 0, "abandoned");
	assert_int_equal(kill(p->pid, SIGINT), 0);
	assert_int_equal(play_finish(p), 0);
	play_free(p);
	stage_kill(stage);
}

static void heir_of_the_name_is_named(void **state)
{
	struct play *stage = stage_start("camera"), *heir;
	struct xf_domain *domain;
	char line[64];
	/* We are the heir: a member that outlives the stage. */
	assert_int_equal(xf_domain_open("camera", 0, 0, &domain), 0);
	heir = tool_start(NULL, "top", "-d", "0.05", "camera", NULL);
	play_await(heir, 0, "3 members");
	stage_kill(stage);
	snprintf(line, sizeof(line), "'camera' is now served by %d", (int)getpid());
	play_await(heir, 1, line);
	play_await(heir, 0, "1 member:");
	play_free(heir);
	xf_domain_leave(domain);
}

static void terminal_shows_abandoned_in_red(void **state)
{
	struct winsize small = { .ws_row = 8, .ws_col = 40 };
	if (!play_has_terminals())
		skip();
	struct play *stage = stage_start("camera");
	struct play *p = tool_start("xterm", "top", "-d", "0.05", "camera", NULL);
	play_await(p, 0, "\033[31mkeyed mutex  lost");
	play_await(p, 0, "q quit");
	/* ncurses writes what has changed; Ctrl-L makes it write everything. */
	play_write(p, "a\f"); /* held, abandoned, waited for and used objects only */
	play_await(p, 0, "a all objects");
	assert_int_equal(ioctl(p->out, TIOCSWINSZ, &small), 0);
	play_write(p, "\f");
	play_await(p, 0, "1-3 of 4");
	play_write(p, "\033OB\f"); /* cursor down, as xterm sends it to a program with a keypad */
	play_await(p, 0, "2-4 of 4");
	stage_kill(stage);
	play_await(p, 0, "all members of 'camera'");
	play_write(p, "q");
	assert_int_equal(play_finish(p), 0);
	play_free(p);
}

/* Of a size where the key was cut. All is written with Ctrl-L, from the top down. */
static void no_number_is_cut_and_columns_scroll(void **state)
{
	struct winsize size = { .ws_row = 30, .ws_col = 95 };
	if (!play_has_terminals())
		skip();
	struct play *stage = stage_start("camera");
	struct play *p = tool_start("xterm", "top", "-d", "0.05", "camera", NULL);
	play_await(p, 0, "q quit");
	assert_int_equal(ioctl(p->out, TIOCSWINSZ, &size), 0);
	play_forget(p);
	play_write(p, "\f");
	play_await(p, 0, "arrows scroll  q quit");
	play_await(p, 0, "use-of-frame");
	play_forget(p); /* this one may have been of the size before */
	play_write(p, "\f");
	play_await(p, 0, "use-of-frame");
	assert_non_null(strstr(p->stdout_text, "abandoned at 7"));
	assert_null(strstr(p->stdout_text, "13117"));
	play_write(p, "\033OC\f"); /* cursor right */
	play_await(p, 0, "1311768467463790320");
	play_forget(p);
	play_write(p, "\f");
	play_await(p, 0, "use-of-frame");
	assert_null(strstr(p->stdout_text, "abandoned at 7")); /* the state's column */
	play_write(p, "\033OD\f");
	play_await(p, 0, "abandoned at 7");
	play_write(p, "q");
	assert_int_equal(play_finish(p), 0);
	play_free(p);
	stage_kill(stage);
}

static void unknown_terminal_gets_text(void **state)
{
	if (!play_has_terminals())
		skip();
	struct play *stage = stage_start("camera");
	/* ncurses itself loses some memory when it does not know the terminal. */
	assert_int_equal(setenv("LSAN_OPTIONS", "detect_leaks=0", 1), 0);
	struct play *p = tool_start("no-such-terminal", "top", "-d", "0.05", "camera", NULL);
	assert_int_equal(unsetenv("LSAN_OPTIONS"), 0);
	play_await(p, 0, "keyed mutex  lost");
	assert_null(strchr(p->stdout_text, '\033'));
	play_write(p, "\003"); /* Ctrl-C */
	assert_int_equal(play_finish(p), 0);
	play_free(p);
	stage_kill(stage);
}

static void closed_pipe_ends_it(void **state)
{
	char *argv[] = { (char *)"/bin/sh", (char *)"-c",
		(char *)"\"$CROSSFENCE_TOOL\" top -d 0.05 camera | head -n 1", NULL };
	struct play *stage = stage_start("camera");
	struct play *p = play_start(argv, NULL);
	assert_int_equal(play_finish(p), 0);
	assert_int_equal(strncmp(p->stdout_text, "camera at ", 10), 0);
	play_free(p);
	stage_kill(stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		play_test(once_prints_text),
		play_test(json_is_one_line_for_each_look),
		play_test(hand_offs_are_counted),
		play_test(a_renewed_mutex_is_no_rate),
		play_test(name_may_die_and_come_back),
		play_test(heir_of_the_name_is_named),
		play_test(terminal_shows_abandoned_in_red),
		play_test(no_number_is_cut_and_columns_scroll),
		play_test(unknown_terminal_gets_text),
		play_test(closed_pipe_ends_it),
	};
	return cmocka_run_group_tests(tests, play_setup, play_teardown);
}
