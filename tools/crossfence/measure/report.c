/* SPDX-License-Identifier: MIT */
/* The table for people. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <crossfence/result.h>

#include "machine.h"
#include "report.h"
#include "stat.h"

#define NAME_WIDTH 34

static void format_time(char *text, size_t size, double ns)
{
	if (ns < 999.5)
		snprintf(text, size, ns < 99.95 ? "%.1f ns" : "%.0f ns", ns);
	else if (ns < 999.5e3)
		snprintf(text, size, ns < 99.95e3 ? "%.2f us" : "%.0f us", ns / 1e3);
	else
		snprintf(text, size, "%.1f ms", ns / 1e6);
}

/* 12345 as 12,345. */
static void format_count(char *text, size_t size, double value)
{
	char digits[32];
	int n = snprintf(digits, sizeof(digits), "%.0f", value);
	size_t used = 0;
	for (int i = 0; i < n && used + 2 < size; i++) {
		if (i && (n - i) % 3 == 0)
			text[used++] = ',';
		text[used++] = digits[i];
	}
	text[used] = 0;
}

static void format_value(char *text, size_t size, enum bench_unit unit, double value)
{
	if (isnan(value))
		snprintf(text, size, "-");
	else if (unit == BENCH_TIME)
		format_time(text, size, value);
	else if (unit == BENCH_BYTES)
		snprintf(text, size, value < 9999.5 ? "%.0f B" : "%.3g B", value);
	else
		format_count(text, size, value);
	if (unit == BENCH_RATE && !isnan(value))
		strncat(text, " /s", size - strlen(text) - 1);
}

static void format_ratio(char *text, size_t size, double ratio)
{
	if (isnan(ratio))
		text[0] = 0;
	else if (ratio < 0.0005)
		snprintf(text, size, "<0.001x");
	else if (ratio < 0.0995)
		snprintf(text, size, "%.3fx", ratio);
	else
		snprintf(text, size, ratio < 9.995 ? "%.2fx" : "%.0fx", ratio);
}

static void print_trimmed(char *line)
{
	size_t n = strlen(line);
	while (n && line[n - 1] == ' ')
		n--;
	printf("%.*s\n", (int)n, line);
}

static void print_series(const struct bench_row *row, const struct bench_series *series)
{
	char line[256], value[40], ratio[40] = "";
	int n = snprintf(line, sizeof(line), "  %-*s", NAME_WIDTH, series->name);
	for (unsigned c = 0; c < BENCH_COLUMNS && row->columns[c].unit; c++) {
		format_value(value, sizeof(value), row->columns[c].unit,
			bench_quantile(&series->cells[c], 0.5));
		if (series->ratio_of >= 0)
			format_ratio(ratio, sizeof(ratio),
				bench_ratio(&row->series[series->ratio_of].cells[c],
					&series->cells[c]));
		n += snprintf(line + n, sizeof(line) - (size_t)n, " %12.20s %7.20s", value, ratio);
	}
	print_trimmed(line);
}

static void print_columns(const struct bench_row *row)
{
	char line[256];
	int n = snprintf(line, sizeof(line), "  %-*s", NAME_WIDTH, "");
	for (unsigned c = 0; c < BENCH_COLUMNS && row->columns[c].unit; c++)
		n += snprintf(line + n, sizeof(line) - (size_t)n, " %12.20s %7s",
			row->columns[c].name, "");
	print_trimmed(line);
}

static const char *verdict(const struct bench_target *target, double value)
{
	if (isnan(value))
		return "not measured";
	return bench_target_met(target, value) ? "met" : "MISSED";
}

static void format_bound(
	char *text, size_t size, const struct bench_row *row, const struct bench_target *target)
{
	char bound[40];
	format_value(bound, sizeof(bound), row->columns[target->column].unit, target->bound);
	if (target->against >= 0)
		snprintf(text, size, "%s %.2f x %s", target->at_least ? "at least" : "at most",
			target->bound, row->series[target->against].name);
	else
		snprintf(text, size, "%s %s", target->at_least ? "at least" : "at most", bound);
}

static void print_target(const struct bench_row *row, const struct bench_target *target)
{
	char bound[120], text[40];
	double value = bench_target_value(row, target);
	format_bound(bound, sizeof(bound), row, target);
	if (isnan(value) || target->against < 0)
		format_value(text, sizeof(text), row->columns[target->column].unit, value);
	else
		snprintf(text, sizeof(text), "%.3f x", value);
	printf("  target (%s%s%s): %s: %s, %s\n",
		target->series ? row->series[target->series].name : "", target->series ? "; " : "",
		row->columns[target->column].name, bound, text, verdict(target, value));
}

void bench_print_head(const struct bench_settings *settings)
{
	const struct bench_machine *m = bench_machine();
	printf("crossfence %s bench, %s\n", xf_version(), m->date);
	printf("%s, %u CPUs, %.0f GiB, %s, load %.2f when it began\n\n", m->cpu, m->n_cpus,
		m->memory_gib, m->kernel, m->load);
	printf("Times are for one operation or one round trip: the median of %u rounds, in which "
	       "all\n"
	       "lines of a row take turns. \"1.10x\" beside a line: crossfence's figure is 1.10 "
	       "times\n"
	       "this line's (median of the rounds' ratios). Columns: both processes on one CPU, "
	       "one\n"
	       "on each of two, or wherever the system puts them.\n",
		settings->rounds);
	if (settings->quick)
		printf("Quick run: short measurements, rough figures.\n");
}

void bench_print_row(const struct bench_row *row)
{
	printf("\n%s: %s\n", row->name, row->title);
	print_columns(row);
	for (unsigned s = 0; s < row->n_series; s++)
		print_series(row, &row->series[s]);
	for (unsigned t = 0; t < row->n_targets; t++)
		print_target(row, &row->targets[t]);
	if (row->note[0])
		printf("  note: %s\n", row->note);
	fflush(stdout);
}

void bench_print_summary(struct bench_row *const *rows, unsigned count)
{
	unsigned met = 0, missed = 0, unknown = 0;
	for (unsigned i = 0; i < count; i++)
		for (unsigned t = 0; t < rows[i]->n_targets; t++) {
			const struct bench_target *target = &rows[i]->targets[t];
			double value = bench_target_value(rows[i], target);
			if (isnan(value))
				unknown++;
			else if (bench_target_met(target, value))
				met++;
			else
				missed++;
		}
	printf("\n%u targets: %u met, %u missed, %u not measured\n", met + missed + unknown, met,
		missed, unknown);
}
