/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <crossfence/result.h>

#include "stat.h"

void bench_record(struct bench_row *row, unsigned series, unsigned column, double value)
{
	struct bench_cell *cell = &row->series[series].cells[column];
	if (cell->count < BENCH_ROUNDS)
		cell->values[cell->count++] = value;
}

void bench_remark(struct bench_row *row, const char *format, ...)
{
	char text[sizeof(row->note)];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	size_t used = strlen(row->note);
	if (strstr(row->note, text))
		return; /* said already */
	snprintf(row->note + used, sizeof(row->note) - used, "%s%s", used ? "; " : "", text);
}

bool bench_late(struct bench_row *row, const struct bench_settings *settings, int64_t begin_ns)
{
	if (xf_now() - begin_ns < settings->row_ns)
		return false;
	bench_remark(row, "ended early: this machine is slow or busy");
	return true;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double bench_quantile(const struct bench_cell *cell, double q)
{
	double sorted[BENCH_ROUNDS];
	unsigned n = 0;
	for (unsigned i = 0; i < cell->count; i++)
		if (!isnan(cell->values[i]))
			sorted[n++] = cell->values[i];
	if (!n)
		return NAN;
	qsort(sorted, n, sizeof(*sorted), compare);
	double at = q * (n - 1);
	unsigned low = (unsigned)at, high = low + 1 < n ? low + 1 : low;
	return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}

double bench_ratio(const struct bench_cell *over, const struct bench_cell *under)
{
	struct bench_cell ratios = { .count = 0 };
	for (unsigned i = 0; i < over->count && i < under->count; i++)
		if (under->values[i] > 0)
			ratios.values[ratios.count++] = over->values[i] / under->values[i];
	return bench_quantile(&ratios, 0.5);
}

double bench_target_value(const struct bench_row *row, const struct bench_target *target)
{
	const struct bench_cell *cell = &row->series[target->series].cells[target->column];
	if (target->against < 0)
		return bench_quantile(cell, 0.5);
	return bench_ratio(cell, &row->series[target->against].cells[target->column]);
}

bool bench_target_met(const struct bench_target *target, double value)
{
	return target->at_least ? value >= target->bound : value <= target->bound;
}
