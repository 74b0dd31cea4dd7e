/* SPDX-License-Identifier: MIT */
/* The same table for programs. Times are in nanoseconds; null: not measured. */
#include <errno.h>
#include <json-c/json.h>
#include <math.h>
#include <stdio.h>

#include <crossfence/result.h>

#include "json.h"
#include "machine.h"
#include "stat.h"

static const char *unit_name(enum bench_unit unit)
{
	static const char *const names[] = { "", "ns", "frames/s", "bytes", "count" };
	return names[unit];
}

static struct json_object *number(double value)
{
	return isnan(value) ? NULL : json_object_new_double(value);
}

static void add_string(struct json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, json_object_new_string(value));
}

static struct json_object *machine_json(void)
{
	const struct bench_machine *m = bench_machine();
	struct json_object *object = json_object_new_object();
	add_string(object, "cpu", m->cpu);
	add_string(object, "kernel", m->kernel);
	add_string(object, "date", m->date);
	json_object_object_add(object, "cpus", json_object_new_int((int)m->n_cpus));
	json_object_object_add(object, "memory_gib", number(m->memory_gib));
	json_object_object_add(object, "load", number(m->load));
	return object;
}

static struct json_object *cell_json(
	const struct bench_row *row, const struct bench_series *series, unsigned column)
{
	const struct bench_cell *cell = &series->cells[column];
	struct json_object *object = json_object_new_object();
	add_string(object, "column", row->columns[column].name);
	add_string(object, "unit", unit_name(row->columns[column].unit));
	json_object_object_add(object, "median", number(bench_quantile(cell, 0.5)));
	json_object_object_add(object, "p25", number(bench_quantile(cell, 0.25)));
	json_object_object_add(object, "p75", number(bench_quantile(cell, 0.75)));
	json_object_object_add(object, "rounds", json_object_new_int((int)cell->count));
	if (series->ratio_of >= 0)
		json_object_object_add(object, "ratio",
			number(bench_ratio(&row->series[series->ratio_of].cells[column], cell)));
	return object;
}

static struct json_object *series_json(
	const struct bench_row *row, const struct bench_series *series)
{
	struct json_object *object = json_object_new_object();
	struct json_object *cells = json_object_new_array();
	add_string(object, "name", series->name);
	for (unsigned c = 0; c < BENCH_COLUMNS && row->columns[c].unit; c++)
		json_object_array_add(cells, cell_json(row, series, c));
	json_object_object_add(object, "cells", cells);
	return object;
}

static struct json_object *target_json(
	const struct bench_row *row, const struct bench_target *target)
{
	struct json_object *object = json_object_new_object();
	double value = bench_target_value(row, target);
	add_string(object, "column", row->columns[target->column].name);
	add_string(object, "series", row->series[target->series].name);
	if (target->against >= 0)
		add_string(object, "relative_to", row->series[target->against].name);
	json_object_object_add(
		object, target->at_least ? "at_least" : "at_most", number(target->bound));
	json_object_object_add(object, "value", number(value));
	json_object_object_add(object, "met",
		isnan(value) ? NULL : json_object_new_boolean(bench_target_met(target, value)));
	return object;
}

static struct json_object *row_json(const struct bench_row *row)
{
	struct json_object *object = json_object_new_object();
	struct json_object *series = json_object_new_array(), *targets = json_object_new_array();
	add_string(object, "name", row->name);
	add_string(object, "title", row->title);
	for (unsigned s = 0; s < row->n_series; s++)
		json_object_array_add(series, series_json(row, &row->series[s]));
	for (unsigned t = 0; t < row->n_targets; t++)
		json_object_array_add(targets, target_json(row, &row->targets[t]));
	json_object_object_add(object, "series", series);
	json_object_object_add(object, "targets", targets);
	if (row->note[0])
		add_string(object, "note", row->note);
	return object;
}

int bench_print_json(
	struct bench_row *const *rows, unsigned count, const struct bench_settings *settings)
{
	struct json_object *object = json_object_new_object(), *list = json_object_new_array();
	add_string(object, "crossfence", xf_version());
	json_object_object_add(object, "machine", machine_json());
	json_object_object_add(object, "quick", json_object_new_boolean(settings->quick));
	json_object_object_add(object, "rounds", json_object_new_int((int)settings->rounds));
	for (unsigned i = 0; i < count; i++)
		json_object_array_add(list, row_json(rows[i]));
	json_object_object_add(object, "rows", list);
	const char *text = json_object_to_json_string_ext(
		object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
	int r = text && puts(text) >= 0 ? 0 : -EIO;
	json_object_put(object);
	return r;
}
