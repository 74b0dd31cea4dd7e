/* SPDX-License-Identifier: MIT */
/*
 * Two processes that hand something to and fro, or one that does something alone, many times:
 * made for each series and placement, measured in interleaved rounds, and made anew some times.
 */
#ifndef CROSSFENCE_MEASURE_PAIR_H
#define CROSSFENCE_MEASURE_PAIR_H

#include <stdbool.h>
#include <stdint.h>

#include "row.h"

#define BENCH_SHARED_BYTES 65536

/* The columns of a row of pairs. */
enum bench_placement { BENCH_ONE_CPU = 0, BENCH_TWO_CPUS = 1, BENCH_UNPINNED = 2 };
#define BENCH_PLACEMENTS                                                                           \
	{                                                                                          \
		{ "one CPU", BENCH_TIME }, { "two CPUs", BENCH_TIME },                             \
		{                                                                                  \
			"unpinned", BENCH_TIME                                                     \
		}                                                                                  \
	}

/* One of the two processes. Side 0 measures. */
struct bench_side {
	unsigned self; /* 0 or 1 */
	int peer; /* a socket to the other side; -1 when alone */
	void *shared; /* BENCH_SHARED_BYTES, the same memory in both, zero at first */
	void *state; /* the contender's own */
	uint64_t done; /* how many this side has run in earlier batches */
};

struct bench_contender {
	/* In the new process, pinned already. Negative errno on failure. */
	int (*open)(struct bench_side *side);
	/* `count` operations or round trips. */
	void (*run)(struct bench_side *side, uint64_t count);
	bool alone; /* one process only: no second placement */
	bool rate; /* record operations per second instead of ns per operation */
};

/* Measures contenders[i] into series i, in placements as columns. */
int bench_run_pairs(struct bench_row *row, const struct bench_settings *settings,
	const struct bench_contender *contenders);

/* Pins the calling thread, and threads it makes from now on; -1: does nothing. */
void bench_pin(int cpu);

#endif
