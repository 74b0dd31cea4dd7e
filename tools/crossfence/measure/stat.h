/* SPDX-License-Identifier: MIT */
/* The figures of a row: taken down, and what they come to. */
#ifndef CROSSFENCE_MEASURE_STAT_H
#define CROSSFENCE_MEASURE_STAT_H

#include "row.h"

/* The row's next value in a cell; rounds must be recorded in order. */
void bench_record(struct bench_row *row, unsigned series, unsigned column, double value);

/* Appends a remark to the row's note. */
void bench_remark(struct bench_row *row, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Whether a row that began at `begin_ns` has had its time; says so in its note. Rows ask between
 * rounds, so none can go on for ever on a machine that is slow or busy.
 */
bool bench_late(struct bench_row *row, const struct bench_settings *settings, int64_t begin_ns);

/* These return NAN when there is nothing to tell. */
double bench_quantile(const struct bench_cell *cell, double q);
double bench_ratio(const struct bench_cell *over, const struct bench_cell *under);
double bench_target_value(const struct bench_row *row, const struct bench_target *target);
bool bench_target_met(const struct bench_target *target, double value);

#endif
