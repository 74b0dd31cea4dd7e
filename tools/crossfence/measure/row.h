/* SPDX-License-Identifier: MIT */
/*
 * crossfence bench: what crossfence costs, each row beside the bare mechanism it is built on or
 * competes with, measured in the same run.
 *
 * A row has columns (where the two processes ran, or how large the victim was), series (crossfence
 * first, then the others) and targets. Rounds are interleaved: every round measures every series in
 * every column once, so that a machine that gets slower meanwhile slows all of them. A cell is the
 * median over the rounds; a ratio is the median of the rounds' own ratios.
 */
#ifndef CROSSFENCE_MEASURE_ROW_H
#define CROSSFENCE_MEASURE_ROW_H

#include <stdbool.h>
#include <stdint.h>

#define BENCH_COLUMNS 4
#define BENCH_SERIES  6
#define BENCH_TARGETS 4
#define BENCH_ROUNDS  100

enum bench_unit {
	BENCH_NONE = 0, /* the row has no such column */
	BENCH_TIME, /* ns */
	BENCH_RATE, /* frames per second */
	BENCH_BYTES,
	BENCH_COUNT,
};

struct bench_column {
	const char *name;
	enum bench_unit unit;
};

/* values[i] was measured in round i; NAN: no result. */
struct bench_cell {
	double values[BENCH_ROUNDS];
	unsigned count;
};

struct bench_series {
	const char *name;
	int ratio_of; /* the series that is divided by this one in the ratio shown; -1: none */
	struct bench_cell cells[BENCH_COLUMNS];
};

/* `series` (or its ratio to `against`, when that is not -1) is to be at most, or at least, bound.
 */
struct bench_target {
	unsigned series, column;
	int against;
	double bound;
	bool at_least;
};

struct bench_settings {
	bool quick;
	unsigned rounds;
	unsigned acts; /* how often processes are made anew: memory may lie well or badly */
	int64_t batch_ns; /* about how long one measurement runs */
	int64_t row_ns; /* a row that takes longer than this ends early */
	int cpus[2]; /* to pin to; the second is -1 when there is only one */
	bool unpinned; /* may run unpinned: more than one CPU */
};

struct bench_row {
	const char *name, *title;
	struct bench_column columns[BENCH_COLUMNS];
	unsigned n_series, n_targets;
	struct bench_series series[BENCH_SERIES];
	struct bench_target targets[BENCH_TARGETS];
	char note[240]; /* what a reader must know of this run, "" when nothing */
	/* Fills in the cells. Negative: could not be measured at all. */
	int (*run)(struct bench_row *row, const struct bench_settings *settings);
};

#endif
