/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json.h>

#include "trace_check.h"

struct interval {
	int pid, tid;
	double begin, end;
};

static struct json_object *get(struct json_object *event, const char *key)
{
	struct json_object *value;
	assert_true(json_object_object_get_ex(event, key, &value));
	return value;
}

static const char *get_string(struct json_object *event, const char *key)
{
	assert_true(json_object_is_type(get(event, key), json_type_string));
	return json_object_get_string(get(event, key));
}

static struct interval read_interval(struct json_object *event)
{
	struct interval i = { json_object_get_int(get(event, "pid")),
		json_object_get_int(get(event, "tid")), json_object_get_double(get(event, "ts")),
		0 };
	double length = json_object_get_double(get(event, "dur"));
	assert_true(length >= 0);
	assert_true(json_object_get_int64(get(get(event, "args"), "frame")) > 0);
	i.end = i.begin + length;
	return i;
}

static int by_track_and_time(const void *a, const void *b)
{
	const struct interval *x = a, *y = b;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	return (x->begin > y->begin) - (x->begin < y->begin);
}

/* Written with three digits after the point: a nanosecond. */
static void assert_no_overlap(struct interval *all, size_t n)
{
	qsort(all, n, sizeof(*all), by_track_and_time);
	for (size_t i = 1; i < n; i++)
		if (all[i].pid == all[i - 1].pid && all[i].tid == all[i - 1].tid)
			assert_true(all[i].begin > all[i - 1].end - 0.002);
}

static void count_name(struct json_object *event, struct trace_facts *facts)
{
	int pid = json_object_get_int(get(event, "pid"));
	const char *what = get_string(event, "name");
	facts->processes += pid != 0 && strcmp(what, "process_name") == 0;
	facts->surfaces += pid == 0 && strcmp(what, "thread_name") == 0;
}

void trace_check(const char *path, struct trace_facts *ret_facts)
{
	struct trace_facts facts = { 0 };
	struct json_object *file = json_object_from_file(path);
	assert_non_null(file);
	struct json_object *events = get(file, "traceEvents");
	size_t n = json_object_array_length(events), n_intervals = 0;
	struct interval *intervals = calloc(n + 1, sizeof(*intervals));
	for (size_t i = 0; i < n; i++) {
		struct json_object *event = json_object_array_get_idx(events, i);
		switch (get_string(event, "ph")[0]) {
		case 'X':
			intervals[n_intervals++] = read_interval(event);
			facts.owner_intervals += strcmp(get_string(event, "cat"), "owner") == 0;
			break;
		case 'i':
			facts.kills++;
			assert_true(json_object_get_double(get(event, "ts")) > 0);
			break;
		default:
			assert_string_equal(get_string(event, "ph"), "M");
			count_name(event, &facts);
			break;
		}
	}
	facts.surface_intervals = (unsigned)n_intervals - facts.owner_intervals;
	assert_no_overlap(intervals, n_intervals);
	free(intervals);
	json_object_put(file);
	*ret_facts = facts;
}
