/* SPDX-License-Identifier: MIT */
/*
 * One domain that grows from ten objects to a million, and from two members to 64: what one
 * operation costs among them. A process of its own grows it and measures everything at each size;
 * its figures fill the rows, which are for one round measured together.
 *
 * Operations go round among eight objects, the first, the last and some between: what it costs to
 * have a million, not to touch a million in turn, which is the cache's matter.
 */
#include "scale.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "row.h"
#include "share.h"
#include "stat.h"
#include "stock.h"

typedef int op_fn(struct stock *stock, uint64_t i);

static op_fn *const ops[] = { stock_event, stock_mutex, stock_surface, stock_pool, /* make */
	stock_open, stock_find, stock_miss, stock_open_pool, /* find */
	stock_set_wait, stock_signal_wait, stock_acquire_release, stock_wait_any }; /* use */
static op_fn *const member_ops[] = { stock_event, stock_open, stock_set_wait,
	stock_acquire_release };

/* Largest first: that one's ratio to each other is shown. */
static const unsigned sizes[] = { STOCK_LARGEST, 100000, 1000, STOCK_SMALLEST };

#define OPS	 12
#define SIZES	 4
#define MEMBERS	 64
#define PATIENCE 120000 /* ms */

struct figures {
	double objects[SIZES][OPS];
	double members[2][BENCH_COLUMNS]; /* with 64, with 2 */
};

/* The best of five short runs: whoever else runs makes it only longer. */
static double measure(struct stock *stock, op_fn *op, int64_t batch_ns)
{
	double best = NAN;
	uint64_t done = 0;
	for (int run = 0; run < 5; run++) {
		int64_t begin = xf_now(), end = begin + batch_ns / 5, now;
		uint64_t first = done;
		do {
			for (int k = 0; k < 16; k++)
				if (op(stock, done++))
					return NAN;
			now = xf_now();
		} while (now < end);
		double each = (double)(now - begin) / (double)(done - first);
		if (isnan(best) || each < best)
			best = each;
	}
	return best;
}

static int measure_objects(struct stock *stock, struct figures *figures, int64_t batch_ns)
{
	for (int s = SIZES - 1; s >= 0; s--) {
		int r = stock_grow(stock, sizes[s]);
		for (int op = 0; !r && op < OPS; op++)
			figures->objects[s][op] = measure(stock, ops[op], batch_ns);
		if (r)
			return r;
	}
	return 0;
}

/* What a member has open of what is used. */
struct shared {
	int fd, ready;
	xf_id event, mutex;
};

static int be_member(const struct shared *shared)
{
	struct xf_domain *domain;
	struct xf_event *event;
	struct xf_keyed_mutex *mutex;
	int r = xf_domain_join(shared->fd, &domain);
	if (!r)
		r = xf_event_open(domain, shared->event, &event);
	if (!r)
		r = xf_keyed_mutex_open(domain, shared->mutex, &mutex);
	return r ? r : bench_write(shared->ready, "", 1);
}

/* Until there are so many; `now` are there. */
static int add_members(struct stock *stock, int now, int wanted)
{
	int pipes[2], r = pipe(pipes) ? -errno : 0;
	struct shared shared = { stock->fd, pipes[1], xf_event_id(stock->events[0]),
		xf_keyed_mutex_id(stock->mutex) };
	for (; !r && now < wanted; now++) {
		char byte;
		pid_t pid = fork();
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			if (be_member(&shared))
				_exit(1);
			for (;;)
				pause();
		}
		r = pid < 0 ? -errno : bench_read(pipes[0], &byte, 1, PATIENCE);
	}
	close(pipes[0]);
	close(pipes[1]);
	return r;
}

static int measure_members(struct figures *figures, int64_t batch_ns)
{
	struct stock stock = { 0 };
	int r = stock_make(&stock);
	for (int s = 1; !r && s >= 0; s--) {
		r = add_members(&stock, s ? 1 : 2, s ? 2 : MEMBERS);
		for (int op = 0; !r && op < BENCH_COLUMNS; op++)
			figures->members[s][op] = measure(&stock, member_ops[op], batch_ns);
	}
	return r;
}

static int measure_all(struct figures *figures, int64_t batch_ns)
{
	struct stock stock = { 0 };
	int r = stock_make(&stock);
	if (!r)
		r = measure_objects(&stock, figures, batch_ns);
	return r ? r : measure_members(figures, batch_ns);
}

/* Everything is given back by ending. */
static int in_child(struct figures *ret_figures, int64_t batch_ns)
{
	int pipes[2], r;
	if (pipe(pipes))
		return -errno;
	pid_t pid = fork();
	if (pid == 0) {
		static struct figures figures;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		r = measure_all(&figures, batch_ns);
		_exit(r || bench_write(pipes[1], &figures, sizeof(figures)));
	}
	close(pipes[1]);
	r = pid < 0 ? -errno : bench_read(pipes[0], ret_figures, sizeof(*ret_figures), PATIENCE);
	close(pipes[0]);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return r;
}

/* Measured when the first row wants them, kept for the others. */
static int get(unsigned round, const struct bench_settings *settings, struct figures **ret)
{
	static struct figures figures[BENCH_ROUNDS];
	static unsigned n;
	static int failed;
	for (; !failed && n <= round; n++)
		failed = in_child(&figures[n], settings->batch_ns);
	*ret = &figures[round];
	return failed;
}

static unsigned rounds_of(const struct bench_settings *settings)
{
	return settings->rounds > 5 ? 5 : settings->rounds;
}

static int run_objects(struct bench_row *row, const struct bench_settings *settings, unsigned first)
{
	for (unsigned round = 0; round < rounds_of(settings); round++) {
		struct figures *figures;
		int r = get(round, settings, &figures);
		if (r)
			return r;
		for (unsigned s = 0; s < SIZES; s++)
			for (unsigned c = 0; c < BENCH_COLUMNS; c++)
				bench_record(row, s, c, figures->objects[s][first + c]);
	}
	return 0;
}

static int run_make(struct bench_row *row, const struct bench_settings *settings)
{
	return run_objects(row, settings, 0);
}

static int run_find(struct bench_row *row, const struct bench_settings *settings)
{
	return run_objects(row, settings, 4);
}

static int run_use(struct bench_row *row, const struct bench_settings *settings)
{
	return run_objects(row, settings, 8);
}

static int run_members(struct bench_row *row, const struct bench_settings *settings)
{
	for (unsigned round = 0; round < rounds_of(settings); round++) {
		struct figures *figures;
		int r = get(round, settings, &figures);
		if (r)
			return r;
		for (unsigned s = 0; s < 2; s++)
			for (unsigned c = 0; c < BENCH_COLUMNS; c++)
				bench_record(row, s, c, figures->members[s][c]);
	}
	return 0;
}

#define FLAT(against)                                                                              \
	{                                                                                          \
		{ 0, 0, against, 1.50, false }, { 0, 1, against, 1.50, false },                    \
			{ 0, 2, against, 1.50, false },                                            \
		{                                                                                  \
			0, 3, against, 1.50, false                                                 \
		}                                                                                  \
	}
#define OF_SIZES                                                                                   \
	{                                                                                          \
		{ "among 1,000,000 objects", -1 }, { "among 100,000", 0 }, { "among 1,000", 0 },   \
		{                                                                                  \
			"among 10", 0                                                              \
		}                                                                                  \
	}

struct bench_row bench_scale_make = {
	.name = "scale-make",
	.title = "make an object and end it, among few and many others",
	.columns = { { "event, labelled", BENCH_TIME }, { "keyed mutex", BENCH_TIME },
		{ "surface", BENCH_TIME }, { "pool of two", BENCH_TIME } },
	.n_series = SIZES,
	.series = OF_SIZES,
	.n_targets = 4,
	.targets = FLAT(3),
	.run = run_make,
};

struct bench_row bench_scale_find = {
	.name = "scale-find",
	.title = "find an object by its label, open it, among few and many others",
	.columns = { { "open, close", BENCH_TIME }, { "find a label", BENCH_TIME },
		{ "look in vain", BENCH_TIME }, { "open a pool", BENCH_TIME } },
	.n_series = SIZES,
	.series = OF_SIZES,
	.n_targets = 4,
	.targets = FLAT(3),
	.run = run_find,
};

struct bench_row bench_scale_use = {
	.name = "scale-use",
	.title = "use one of eight objects, among few and many others",
	.columns = { { "set, wait", BENCH_TIME }, { "signal, wait", BENCH_TIME },
		{ "acquire, rel.", BENCH_TIME }, { "any of 8", BENCH_TIME } },
	.n_series = SIZES,
	.series = OF_SIZES,
	.n_targets = 4,
	.targets = FLAT(3),
	.run = run_use,
};

struct bench_row bench_scale_members = {
	.name = "scale-members",
	.title = "the same among few and many members, who have it open and sleep",
	.columns = { { "event, labelled", BENCH_TIME }, { "open, close", BENCH_TIME },
		{ "set, wait", BENCH_TIME }, { "acquire, rel.", BENCH_TIME } },
	.n_series = 2,
	.series = { { "64 members", -1 }, { "2 members", 0 } },
	.n_targets = 4,
	.targets = FLAT(1),
	.run = run_members,
};
