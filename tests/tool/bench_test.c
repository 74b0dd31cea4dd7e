/* SPDX-License-Identifier: MIT */
/*
 * Does `crossfence bench` run every row it lists and print what a program can read? Not how fast
 * anything is: that depends on the machine.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>
#include <json.h>

#define OUTPUT_MAX (256 * 1024)
#define ROWS_MAX   32

/* Runs the tool with `arguments`, returns its exit status; `output` is terminated. */
static int run(const char *arguments, char *output)
{
	char command[512];
	snprintf(command, sizeof(command), "'%s' bench %s 2>&1", getenv("CROSSFENCE_TOOL"),
		arguments);
	FILE *pipe = popen(command, "re");
	assert_non_null(pipe);
	size_t n = fread(output, 1, OUTPUT_MAX - 1, pipe);
	output[n] = 0;
	int status = pclose(pipe);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static struct json_object *parse(const char *text)
{
	enum json_tokener_error error;
	struct json_object *object = json_tokener_parse_verbose(text, &error);
	if (!object)
		print_error("%s: %s\n", json_tokener_error_desc(error), text);
	assert_non_null(object);
	return object;
}

/* The member `key` of `object`, which must have it; NULL stands for null. */
static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;
	if (!json_object_object_get_ex(object, key, &value))
		print_error("no \"%s\" in %s\n", key, json_object_to_json_string(object));
	assert_true(json_object_object_get_ex(object, key, &value));
	return value;
}

/* Crossfence's own line has a figure in at least one column. */
static void assert_measured(struct json_object *row)
{
	struct json_object *cells =
		member(json_object_array_get_idx(member(row, "series"), 0), "cells");
	int figures = 0;
	for (size_t i = 0; i < json_object_array_length(cells); i++) {
		struct json_object *median = member(json_object_array_get_idx(cells, i), "median");
		if (!median)
			continue;
		assert_true(json_object_get_double(median) >= 0);
		figures++;
	}
	if (!figures)
		print_error("nothing measured: %s\n", json_object_to_json_string(row));
	assert_true(figures > 0);
}

static void assert_row(struct json_object *row)
{
	struct json_object *targets = member(row, "targets");
	assert_true(strlen(json_object_get_string(member(row, "title"))) > 0);
	assert_measured(row);
	assert_true(json_object_array_length(targets) > 0);
	for (size_t i = 0; i < json_object_array_length(targets); i++) {
		struct json_object *target = json_object_array_get_idx(targets, i);
		struct json_object *met = member(target, "met");
		/* A verdict exactly where there is a figure. */
		assert_true(!met == !member(target, "value"));
	}
}

/* The names in the list that --help ends with. */
static unsigned listed_rows(char *help, char *names[ROWS_MAX])
{
	unsigned n = 0;
	char *list = strstr(help, "\nRows:\n");
	assert_non_null(list);
	for (char *line = strtok(list + strlen("\nRows:\n"), "\n"); line;
		line = strtok(NULL, "\n")) {
		assert_true(n < ROWS_MAX);
		names[n++] = line + strspn(line, " ");
		names[n - 1][strcspn(names[n - 1], " ")] = 0;
	}
	return n;
}

static void every_row_is_measured(void **state)
{
	static char help[OUTPUT_MAX], output[OUTPUT_MAX];
	char *names[ROWS_MAX];
	assert_int_equal(run("--help", help), 0);
	unsigned n = listed_rows(help, names);
	assert_true(n >= 12);
	assert_int_equal(run("--quick --rounds 1 --json", output), 0);
	struct json_object *all = parse(output), *rows = member(all, "rows");
	assert_int_equal(json_object_array_length(rows), n);
	for (unsigned i = 0; i < n; i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);
		assert_string_equal(json_object_get_string(member(row, "name")), names[i]);
		assert_row(row);
	}
	json_object_put(all);
}

static void a_name_measures_one_row(void **state)
{
	static char output[OUTPUT_MAX];
	assert_int_equal(run("--quick --rounds 1 --json event-unwaited", output), 0);
	struct json_object *all = parse(output), *rows = member(all, "rows");
	assert_int_equal(json_object_array_length(rows), 1);
	assert_row(json_object_array_get_idx(rows, 0));
	json_object_put(all);
}

/* The first word of several rows' names means them all. */
static void a_first_word_means_all_rows_of_it(void **state)
{
	static char output[OUTPUT_MAX];
	static const char *const names[] = { "scale-make", "scale-find", "scale-use",
		"scale-members" };
	assert_int_equal(run("--quick --rounds 1 --json scale", output), 0);
	struct json_object *all = parse(output), *rows = member(all, "rows");
	assert_int_equal(json_object_array_length(rows), 4);
	for (size_t i = 0; i < 4; i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);
		assert_string_equal(json_object_get_string(member(row, "name")), names[i]);
		assert_row(row);
	}
	json_object_put(all);
}

static void wrong_words_are_refused(void **state)
{
	static char output[OUTPUT_MAX];
	const char *const wrong[] = { "no-such-row", "scal", "--rounds 0", "--rounds 1x",
		"--bogus" };
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_int_equal(run(wrong[i], output), 2);
		assert_non_null(strstr(output, "crossfence bench: "));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_measured),
		cmocka_unit_test(a_name_measures_one_row),
		cmocka_unit_test(a_first_word_means_all_rows_of_it),
		cmocka_unit_test(wrong_words_are_refused),
	};
	return cmocka_run_group_tests_name("bench", tests, NULL, NULL);
}
