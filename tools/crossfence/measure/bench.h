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
#ifndef TOOL_BENCH_BENCH_H
#define TOOL_BENCH_BENCH_H

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

extern struct bench_row bench_keyed_uncontended, bench_keyed_handoff, bench_keyed_adaptive,
	bench_event_unwaited, bench_event_epoll, bench_any_of_16, bench_death, bench_death_10000,
	bench_kills, bench_crowd, bench_create, bench_frames;

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

/* stat.c. All return NAN when there is nothing to tell. */
double bench_quantile(const struct bench_cell *cell, double q);
double bench_ratio(const struct bench_cell *over, const struct bench_cell *under);
double bench_target_value(const struct bench_row *row, const struct bench_target *target);
bool bench_target_met(const struct bench_target *target, double value);

/* report.c and json.c */
void bench_print_head(const struct bench_settings *settings);
void bench_print_row(const struct bench_row *row);
void bench_print_summary(struct bench_row *const *rows, unsigned count);
int bench_print_json(
	struct bench_row *const *rows, unsigned count, const struct bench_settings *settings);

/* The machine in words, for the head of a table; static. */
struct bench_machine {
	char cpu[80], kernel[80], date[32];
	unsigned n_cpus;
	double memory_gib, load;
};
const struct bench_machine *bench_machine(void);

#endif
