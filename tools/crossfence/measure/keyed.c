/* SPDX-License-Identifier: MIT */
/* Rows of the keyed mutex: nobody else wants it; handed to and fro; to and fro in a crowd. */
#include <errno.h>
#include <stdlib.h>

#include <crossfence/keyed_mutex.h>

#include "bare.h"
#include "keyed.h"
#include "pair.h"
#include "share.h"

/* One mutex in one domain, opened by both sides. */
static int open_keyed(struct bench_side *side)
{
	struct xf_domain *domain;
	struct xf_keyed_mutex *mutex = NULL;
	xf_id id = 0;
	int r = bench_share_domain(side, NULL, &domain);
	if (!r && side->self == 0) {
		r = xf_keyed_mutex_create(domain, 0, "bench", &mutex);
		id = xf_keyed_mutex_id(mutex);
	}
	if (!r)
		r = bench_share_bytes(side, &id, sizeof(id));
	if (!r && side->self == 1)
		r = xf_keyed_mutex_open(domain, id, &mutex);
	side->state = mutex;
	return r;
}

static void run_alone(struct bench_side *side, uint64_t count)
{
	struct xf_keyed_mutex *mutex = side->state;
	uint64_t fence;
	for (; count; count--) {
		(void)xf_keyed_mutex_acquire(mutex, 0, XF_NEVER, &fence);
		(void)xf_keyed_mutex_release(mutex, 0, count);
	}
}

static void run_handoff(struct bench_side *side, uint64_t count)
{
	struct xf_keyed_mutex *mutex = side->state;
	uint64_t fence;
	for (; count; count--) {
		if (xf_keyed_mutex_acquire(mutex, side->self, XF_NEVER, &fence) ||
			xf_keyed_mutex_release(mutex, !side->self, count))
			_exit(1);
	}
}

static const struct bench_contender keyed_alone = {
	.open = open_keyed,
	.run = run_alone,
	.alone = true,
};
static const struct bench_contender keyed_handoff = { .open = open_keyed, .run = run_handoff };

static int run_uncontended_row(struct bench_row *row, const struct bench_settings *settings)
{
	const struct bench_contender contenders[] = { keyed_alone, bare_cas_pair,
		bare_robust_timed };
	return bench_run_pairs(row, settings, contenders);
}

struct bench_row bench_keyed_uncontended = {
	.name = "keyed-uncontended",
	.title = "acquire and release a keyed mutex that nobody else wants",
	.columns = BENCH_PLACEMENTS,
	.n_series = 3,
	.series = {
		{ "crossfence", -1 },
		{ "two bare compare-and-swaps", 0 },
		{ "pthread robust mutex, timedlock", 0 },
	},
	.n_targets = 2,
	.targets = {
		{ 0, BENCH_ONE_CPU, 1, 1.25, false },
		{ 0, BENCH_ONE_CPU, 2, 0.90, false },
	},
	.run = run_uncontended_row,
};

static int run_handoff_row(struct bench_row *row, const struct bench_settings *settings)
{
	const struct bench_contender contenders[] = { keyed_handoff, bare_futex, bare_robust_cond };
	return bench_run_pairs(row, settings, contenders);
}

struct bench_row bench_keyed_handoff = {
	.name = "keyed-handoff",
	.title = "hand a keyed mutex to another process and get it back",
	.columns = BENCH_PLACEMENTS,
	.n_series = 3,
	.series = {
		{ "crossfence", -1 },
		{ "bare futex with a waiter bit", 0 },
		{ "pthread robust mutex + condvar", 0 },
	},
	.n_targets = 2,
	.targets = {
		{ 0, BENCH_ONE_CPU, 1, 1.05, false },
		{ 0, BENCH_ONE_CPU, 2, 0.45, false },
	},
	.run = run_handoff_row,
};

static int run_adaptive_row(struct bench_row *row, const struct bench_settings *settings)
{
	const struct bench_contender contenders[] = { keyed_handoff, bare_futex, bare_futex_spin };
	return bench_run_pairs(row, settings, contenders);
}

struct bench_row bench_keyed_adaptive = {
	.name = "keyed-adaptive",
	.title = "the same: spins when the peer runs on another CPU, sleeps when they share one",
	.columns = BENCH_PLACEMENTS,
	.n_series = 3,
	.series = {
		{ "crossfence", -1 },
		{ "bare futex that always sleeps", 0 },
		{ "bare futex that always spins first", 0 },
	},
	.n_targets = 2,
	.targets = {
		{ 0, BENCH_TWO_CPUS, -1, 250, false },
		{ 0, BENCH_ONE_CPU, 1, 1.05, false },
	},
	.run = run_adaptive_row,
};
