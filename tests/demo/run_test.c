/* SPDX-License-Identifier: MIT */
/*
 * The whole demo, in real processes, on small pictures: what does it promise when all is well, when
 * its roles are killed from outside at any time, and when it is asked for nonsense?
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <crossfence/crossfence.h>
#include <json.h>
#include <png.h>

#include "inputs.h"
#include "runs.h"
#include "trace_check.h"

static void assert_skipped(struct json_object *result, const char *name)
{
	struct json_object *skipped = runs_get(runs_get(result, "pictures"), "skipped");
	for (size_t i = 0; i < json_object_array_length(skipped); i++) {
		struct json_object *one = json_object_array_get_idx(skipped, i);
		if (strcmp(json_object_get_string(runs_get(one, "name")), name) == 0) {
			assert_true(json_object_get_string_len(runs_get(one, "reason")) > 0);
			return;
		}
	}
	fail_msg("%s is not named as skipped", name);
}

/* The colours of the three pictures must be on the sheet, in their thousands. */
static void check_sheet(void)
{
	static const uint8_t wanted[INPUT_GOOD][3] = { { 200, 20, 20 }, { 20, 160, 20 },
		{ 20, 20, 220 } };
	unsigned found[INPUT_GOOD] = { 0 };
	png_image png = { .version = PNG_IMAGE_VERSION };
	char path[96];
	snprintf(path, sizeof(path), "%s/contact-sheet.png", runs_out);
	assert_true(png_image_begin_read_from_file(&png, path));
	png.format = PNG_FORMAT_RGB;
	uint8_t *rgb = malloc(PNG_IMAGE_SIZE(png));
	assert_true(png_image_finish_read(&png, NULL, rgb, 0, NULL));
	for (size_t i = 0; i < (size_t)png.width * png.height; i++)
		for (int p = 0; p < INPUT_GOOD; p++)
			found[p] += abs(rgb[3 * i] - wanted[p][0]) < 6 &&
				    abs(rgb[3 * i + 1] - wanted[p][1]) < 6 &&
				    abs(rgb[3 * i + 2] - wanted[p][2]) < 6;
	for (int p = 0; p < INPUT_GOOD; p++)
		assert_true(found[p] > 20000);
	free(rgb);
}

static void check_trace(struct json_object *result)
{
	struct trace_facts facts;
	char path[96];
	unsigned deaths = (unsigned)json_object_array_length(runs_get(result, "deaths"));
	snprintf(path, sizeof(path), "%s/timeline.json", runs_out);
	trace_check(path, &facts);
	assert_int_equal(facts.kills, deaths);
	assert_int_equal(facts.processes, 3 + deaths);
	assert_int_equal(facts.surfaces, 6 * 3);
	assert_int_equal(facts.owner_intervals, facts.surface_intervals);
	/* Who was killed may not have come to tell of the last one. */
	assert_true(facts.owner_intervals + deaths >= 3 * runs_number(result, "frames"));
}

static void two_are_killed_and_nothing_is_lost(void **state)
{
	const char *words[] = { "--json", "--frames", "60", "--out", runs_out, runs_pictures,
		NULL };
	struct runs_process p = runs_start(words);
	struct json_object *result = runs_finish_well(&p);
	struct json_object *deaths = runs_get(result, "deaths");
	assert_int_equal(runs_number(result, "frames"), 60);
	assert_int_equal(json_object_array_length(deaths), 2);
	const char *roles[] = { "consumer-a", "producer" };
	const int64_t frames[] = { 20, 40 };
	for (size_t i = 0; i < 2; i++) {
		struct json_object *death = json_object_array_get_idx(deaths, i);
		assert_string_equal(json_object_get_string(runs_get(death, "role")), roles[i]);
		assert_int_equal(runs_number(death, "signal"), SIGKILL);
		assert_true(json_object_get_boolean(runs_get(death, "owned_surface")));
		assert_int_equal(runs_number(death, "frame"), frames[i]);
		assert_true(json_object_get_double(runs_get(death, "back_after_ms")) > 0);
	}
	assert_int_equal(runs_number(result, "sent_again"), 2);
	assert_true(runs_number(result, "reclaimed") >= 2);
	assert_int_equal(
		runs_number(runs_get(result, "pictures"), "found"), INPUT_GOOD + INPUT_BAD);
	assert_int_equal(runs_number(runs_get(result, "pictures"), "shown"), INPUT_GOOD);
	assert_int_equal(
		json_object_array_length(runs_get(runs_get(result, "pictures"), "skipped")),
		INPUT_BAD);
	assert_skipped(result, "cut.jpg");
	assert_skipped(result, "cut.png");
	assert_skipped(result, "empty.jpg");
	assert_skipped(result, "text.jpg");
	assert_skipped(result, "deeper");
	assert_skipped(result, "nowhere.jpg");
	check_sheet();
	check_trace(result);
	json_object_put(result);
}

static void time_may_be_the_limit(void **state)
{
	const char *words[] = { "--json", "--seconds", "1.5", "--out", runs_out, runs_pictures,
		NULL };
	struct runs_process p = runs_start(words);
	struct json_object *result = runs_finish_well(&p);
	assert_int_equal(json_object_array_length(runs_get(result, "deaths")), 2);
	assert_true(json_object_get_double(runs_get(result, "seconds")) > 1.2);
	assert_int_equal(runs_number(runs_get(result, "pictures"), "shown"), INPUT_GOOD);
	json_object_put(result);
}

static void nobody_is_killed_when_not_wanted(void **state)
{
	const char *words[] = { "--json", "--no-kill", "--frames", "12", "--surfaces", "4", "--out",
		runs_out, runs_pictures, NULL };
	struct runs_process p = runs_start(words);
	struct json_object *result = runs_finish_well(&p);
	assert_int_equal(runs_number(result, "frames"), 12);
	assert_int_equal(json_object_array_length(runs_get(result, "deaths")), 0);
	assert_int_equal(runs_number(result, "reclaimed"), 0);
	assert_int_equal(runs_number(result, "sent_again"), 0);
	assert_int_equal(runs_number(result, "repeated"), 0);
	json_object_put(result);
}

static void one_frame_is_enough(void **state)
{
	const char *words[] = { "--json", "--frames", "1", "--out", runs_out, runs_pictures, NULL };
	struct runs_process p = runs_start(words);
	struct json_object *result = runs_finish_well(&p);
	assert_int_equal(runs_number(result, "frames"), 1);
	assert_int_equal(json_object_array_length(runs_get(result, "deaths")), 2);
	json_object_put(result);
}

static void people_get_a_table(void **state)
{
	const char *words[] = { "--frames", "14", "--out", runs_out, runs_pictures, NULL };
	struct runs_process p = runs_start(words);
	char *output, *errors;
	assert_int_equal(runs_finish(&p, &output, &errors), 0);
	static const char *const rows[] = { "frames ", "lost ", "torn ", "reclaimed after kill",
		"hand-off p50", "hand-off p99 ", "hand-off p99.9", "frames/s", "contact-sheet.png",
		"timeline.json", "skipped text.jpg: neither JPEG nor PNG" };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strstr(output, rows[i]))
			fail_msg("no '%s' in the table:\n%s", rows[i], output);
	assert_non_null(strstr(errors, "kill -9 consumer-a"));
	assert_non_null(strstr(errors, "kill -9 producer"));
	assert_null(strchr(errors, '\r')); /* not a terminal */
	free(output);
	free(errors);
}

/* Killed by somebody else, at whatever they were doing. */
static void outside_kills_lose_nothing_either(void **state)
{
	static const char *const victims[] = { "xf-consumer-b", "xf-producer", "xf-consumer-a",
		"xf-producer", "xf-consumer-b" };
	const char *words[] = { "--json", "--no-kill", "--seconds", "60", "--out", runs_out,
		runs_pictures, NULL };
	struct runs_process p = runs_start(words);
	struct runs_guest guest;
	runs_join(&guest, &p);
	for (size_t i = 0; i < sizeof(victims) / sizeof(victims[0]); i++) {
		runs_wait_for_frames(&guest, 12);
		kill(runs_find(&guest, victims[i]), SIGKILL);
	}
	runs_wait_for_frames(&guest, 12);
	runs_leave(&guest);
	kill(p.pid, SIGINT);
	struct json_object *result = runs_finish_well(&p);
	assert_int_equal(json_object_array_length(runs_get(result, "deaths")), 5);
	assert_true(runs_number(result, "frames") >= 72);
	check_trace(result);
	json_object_put(result);
}

static void ctrl_c_ends_it_in_order(void **state)
{
	const char *words[] = { "--json", "--no-kill", "--seconds", "60", "--out", runs_out,
		runs_pictures, NULL };
	struct runs_process p = runs_start(words);
	struct runs_guest guest;
	runs_join(&guest, &p);
	runs_wait_for_frames(&guest, 10);
	runs_leave(&guest);
	kill(p.pid, SIGINT);
	struct json_object *result = runs_finish_well(&p);
	assert_true(runs_number(result, "frames") >= 10);
	json_object_put(result);
}

static void nobody_outlives_the_supervisor(void **state)
{
	static const char *const roles[] = { "xf-producer", "xf-consumer-a", "xf-consumer-b" };
	const char *words[] = { "--json", "--no-kill", "--seconds", "60", "--out", runs_out,
		runs_pictures, NULL };
	struct runs_process p = runs_start(words);
	struct runs_guest guest;
	int ends[3];
	char name[32];
	runs_join(&guest, &p);
	runs_wait_for_frames(&guest, 10); /* so that both consumers are there */
	for (int i = 0; i < 3; i++)
		ends[i] = runs_watch(runs_find(&guest, roles[i]));
	runs_leave(&guest);
	kill(p.pid, SIGKILL);
	assert_int_equal(runs_finish(&p, NULL, NULL), 128 + SIGKILL);
	for (int i = 0; i < 3; i++)
		runs_assert_ends(ends[i]);
	snprintf(name, sizeof(name), "demo-%d", p.pid);
	assert_int_equal(xf_domain_open(name, 0, 0, &guest.domain), -ENOENT);
}

/* Every end that the demo itself brings about has a reason, and the reason is all that is told. */
static void a_sheet_that_cannot_be_written_is_the_only_thing_told(void **state)
{
	char sheet[128], *errors;
	const char *words[] = { "--no-kill", "--frames", "6", "--out", runs_out, runs_pictures,
		NULL };
	snprintf(sheet, sizeof(sheet), "%s/contact-sheet.png", runs_out);
	unlink(sheet);
	assert_int_equal(symlink("/dev/full", sheet), 0);
	struct runs_process p = runs_start(words);
	assert_int_equal(runs_finish(&p, NULL, &errors), 1);
	snprintf(sheet, sizeof(sheet), "%s/contact-sheet.png: No space left on device", runs_out);
	if (!strstr(errors, sheet) || strstr(errors, "signal"))
		fail_msg("told: %s", errors);
	free(errors);
}

/* A folder of 64 KiB, as the child of a user namespace may mount one. */
static bool mount_small(const char *path)
{
	return unshare(CLONE_NEWNS) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("small", path, "tmpfs", 0, "size=64k") == 0;
}

static void a_full_disk_is_told_before_the_run(void **state)
{
	char small[64], why[128], *errors;
	const char *words[] = { "--frames", "100000", "--out", small, runs_pictures, NULL };
	snprintf(small, sizeof(small), "%s/small", runs_folder);
	snprintf(why, sizeof(why), "%s/contact-sheet.png: No space left", small);
	assert_int_equal(mkdir(small, 0700), 0);
	if (!mount_small(small))
		skip(); /* only root may */
	struct runs_process p = runs_start(words);
	assert_int_equal(runs_finish(&p, NULL, &errors), 1);
	if (!strstr(errors, why))
		fail_msg("told: %s", errors);
	assert_int_equal(umount(small), 0);
	free(errors);
}

/* Words, the status they lead to, and a part of the one line that says why. */
static void refused(const char *const *words, int status, const char *why)
{
	struct runs_process p = runs_start(words);
	char *output, *errors;
	int found = runs_finish(&p, &output, &errors);
	if (found != status || !strstr(errors, why))
		fail_msg("instead of \"%s\": status %d, %s", why, found, errors);
	assert_string_equal(output, "");
	free(output);
	free(errors);
}

static void nonsense_is_refused(void **state)
{
	char empty[80], bad[96], file[96];
	snprintf(empty, sizeof(empty), "%s/pictures/deeper/none", runs_folder);
	snprintf(bad, sizeof(bad), "%s/text.jpg", runs_pictures);
	snprintf(file, sizeof(file), "%s/text.jpg/out", runs_pictures);
	refused((const char *[]){ "--out", runs_out, empty, NULL }, 1, "No such file");
	assert_int_equal(mkdir(empty, 0700), 0);
	refused((const char *[]){ "--out", runs_out, empty, NULL }, 1, "nothing in");
	refused((const char *[]){ "--out", runs_out, bad, NULL }, 1, "none of the pictures");
	refused((const char *[]){ "--out", file, runs_pictures, NULL }, 1, "Not a directory");
	refused((const char *[]){ "--out", bad, runs_pictures, NULL }, 1,
		"text.jpg: Not a directory");
	refused((const char *[]){ "--frames", "0", NULL }, 2, "not a number");
	refused((const char *[]){ "--frames", "12x", NULL }, 2, "not a number");
	refused((const char *[]){ "--frames", "-1", NULL }, 2, "not a number");
	refused((const char *[]){ "--seconds", "nan", NULL }, 2, "not a time");
	refused((const char *[]){ "--surfaces", "3", NULL }, 2, "not a number");
	refused((const char *[]){ "--frobnicate", NULL }, 2, "--frobnicate");
	refused((const char *[]){ "--frames", NULL }, 2, "--frames");
	refused((const char *[]){ "--role", "producer", "--name", "x", NULL }, 2, "not for people");
	assert_int_equal(rmdir(empty), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_are_killed_and_nothing_is_lost),
		cmocka_unit_test(time_may_be_the_limit),
		cmocka_unit_test(nobody_is_killed_when_not_wanted),
		cmocka_unit_test(one_frame_is_enough),
		cmocka_unit_test(people_get_a_table),
		cmocka_unit_test(outside_kills_lose_nothing_either),
		cmocka_unit_test(ctrl_c_ends_it_in_order),
		cmocka_unit_test(nobody_outlives_the_supervisor),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(a_sheet_that_cannot_be_written_is_the_only_thing_told),
		cmocka_unit_test(a_full_disk_is_told_before_the_run),
	};
	alarm(200);
	return cmocka_run_group_tests(tests, runs_set_up, runs_tear_down);
}
