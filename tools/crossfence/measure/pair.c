/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pair.h"
#include "share.h"
#include "stat.h"

#define PLACEMENTS  3
#define PATIENCE_MS 15000 /* a batch takes milliseconds; beyond this it hangs */

struct worker {
	pid_t pid; /* 0: none */
	int link; /* socket: counts go down, results come up */
};

struct pair {
	struct worker sides[2];
	unsigned n_sides; /* 0: not to be measured */
	uint64_t batch;
};

static bool placement_possible(const struct bench_contender *contender,
	const struct bench_settings *settings, unsigned placement)
{
	if (placement == BENCH_TWO_CPUS)
		return !contender->alone && settings->cpus[1] >= 0;
	return placement == BENCH_ONE_CPU || settings->unpinned;
}

void bench_pin(int cpu)
{
	cpu_set_t set;
	if (cpu < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	(void)sched_setaffinity(0, sizeof(set), &set); /* refused: the column says less */
}

static void *idle(void *arg)
{
	for (;;)
		pause();
	return arg;
}

/* The C library's mutexes are cheaper while a process has one thread; real ones have more. */
static void become_threaded(void)
{
	pthread_t thread;
	(void)pthread_create(&thread, NULL, idle, NULL);
}

/* Both sides are running before the clock starts. */
static void meet(struct bench_side *side)
{
	char byte = 0;
	if (side->peer < 0)
		return;
	if (bench_write(side->peer, &byte, 1) || bench_read(side->peer, &byte, 1, PATIENCE_MS))
		_exit(1);
}

static _Noreturn void serve(
	const struct bench_contender *contender, struct bench_side *side, int link)
{
	become_threaded();
	int64_t result = contender->open(side);
	uint64_t count;
	while (!bench_write(link, &result, sizeof(result)) && result >= 0 &&
		!bench_read(link, &count, sizeof(count), -1)) {
		meet(side);
		int64_t begin = xf_now();
		contender->run(side, count);
		result = xf_now() - begin;
		side->done += count;
	}
	_exit(0);
}

static void end_pair(struct pair *pair)
{
	for (unsigned i = 0; i < pair->n_sides; i++)
		if (pair->sides[i].pid > 0) {
			kill(pair->sides[i].pid, SIGKILL);
			waitpid(pair->sides[i].pid, NULL, 0);
			close(pair->sides[i].link);
		}
	pair->n_sides = 0;
}

static int start_side(struct pair *pair, const struct bench_contender *contender,
	const struct bench_settings *settings, unsigned placement, struct bench_side *side)
{
	int link[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link))
		return -errno;
	pid_t parent = getpid(), pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		if (placement != BENCH_UNPINNED)
			bench_pin(settings->cpus[placement == BENCH_TWO_CPUS ? side->self : 0]);
		serve(contender, side, link[1]);
	}
	close(link[1]);
	if (pid < 0) {
		close(link[0]);
		return -errno;
	}
	pair->sides[pair->n_sides++] = (struct worker){ pid, link[0] };
	return 0;
}

static int start_pair(struct pair *pair, const struct bench_contender *contender,
	const struct bench_settings *settings, unsigned placement)
{
	int peers[2] = { -1, -1 }, r = 0;
	void *shared = mmap(NULL, BENCH_SHARED_BYTES, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return -errno;
	if (!contender->alone && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, peers))
		r = -errno;
	for (unsigned i = 0; !r && i < (contender->alone ? 1 : 2); i++) {
		struct bench_side side = { .self = i, .peer = peers[i], .shared = shared };
		r = start_side(pair, contender, settings, placement, &side);
	}
	for (unsigned i = 0; i < 2; i++)
		if (peers[i] >= 0)
			close(peers[i]);
	munmap(shared, BENCH_SHARED_BYTES);
	return r;
}

/* Collects what each side answers: 0 and side 0's value, or the first failure. */
static int collect(struct pair *pair, int64_t *ret_value)
{
	int failed = 0;
	for (unsigned i = 0; i < pair->n_sides; i++) {
		int64_t value = 0;
		int r = bench_read(pair->sides[i].link, &value, sizeof(value), PATIENCE_MS);
		if (!r && value < 0)
			r = (int)value;
		if (r && !failed)
			failed = r;
		if (i == 0)
			*ret_value = value;
	}
	return failed;
}

static int measure(struct pair *pair, uint64_t count, double *ret_ns_each)
{
	int64_t ns = 0;
	for (unsigned i = 0; i < pair->n_sides; i++)
		if (bench_write(pair->sides[i].link, &count, sizeof(count)))
			return -EPIPE;
	int r = collect(pair, &ns);
	if (!r)
		*ret_ns_each = (double)ns / (double)count;
	return r;
}

/* Warms up, and finds out how many operations fill a batch. */
static int calibrate(struct pair *pair, int64_t batch_ns)
{
	double each = 0;
	int r = 0;
	pair->batch = 4;
	bool known = false;
	for (int i = 0; !r && !known && i < 6; i++) {
		r = measure(pair, pair->batch, &each);
		double wanted = (double)batch_ns / (each > 1 ? each : 1);
		/* The first ones are slow: they touch new memory. Step up from there. */
		known = i && wanted <= (double)pair->batch * 50;
		if (!known && wanted > (double)pair->batch * 50)
			wanted = (double)pair->batch * 50;
		pair->batch = wanted < 4 ? 4 : (uint64_t)wanted;
	}
	return r;
}

static int prepare(struct pair *pair, const struct bench_contender *contender,
	const struct bench_settings *settings, unsigned placement)
{
	int64_t opened;
	int r = start_pair(pair, contender, settings, placement);
	if (!r)
		r = collect(pair, &opened);
	if (!r)
		r = calibrate(pair, settings->batch_ns);
	return r;
}

static void give_up(struct bench_row *row, struct pair *pair, unsigned series, int error)
{
	end_pair(pair);
	bench_remark(row, "%s: %s", row->series[series].name,
		error == -ETIMEDOUT ? "hung, ended" : xf_strerror(error));
}

static void measure_round(struct bench_row *row, const struct bench_settings *settings,
	const struct bench_contender *contenders, struct pair pairs[][PLACEMENTS])
{
	for (unsigned s = 0; s < row->n_series; s++)
		for (unsigned p = 0; p < PLACEMENTS; p++) {
			struct pair *pair = &pairs[s][p];
			double each = NAN;
			int r = pair->n_sides ? measure(pair, pair->batch, &each) : 0;
			if (r)
				give_up(row, pair, s, r);
			if (placement_possible(&contenders[s], settings, p))
				bench_record(row, s, p, contenders[s].rate ? 1e9 / each : each);
		}
}

static void run_act(struct bench_row *row, const struct bench_settings *settings,
	const struct bench_contender *contenders, unsigned rounds, int64_t begin_ns)
{
	struct pair pairs[BENCH_SERIES][PLACEMENTS] = { 0 };
	for (unsigned s = 0; s < row->n_series; s++)
		for (unsigned p = 0; p < PLACEMENTS; p++) {
			if (!placement_possible(&contenders[s], settings, p))
				continue;
			int r = prepare(&pairs[s][p], &contenders[s], settings, p);
			if (r)
				give_up(row, &pairs[s][p], s, r);
		}
	for (unsigned i = 0; i < rounds && (!i || !bench_late(row, settings, begin_ns)); i++)
		measure_round(row, settings, contenders, pairs);
	for (unsigned s = 0; s < row->n_series; s++)
		for (unsigned p = 0; p < PLACEMENTS; p++)
			end_pair(&pairs[s][p]);
}

int bench_run_pairs(struct bench_row *row, const struct bench_settings *settings,
	const struct bench_contender *contenders)
{
	unsigned acts = settings->acts < settings->rounds ? settings->acts : settings->rounds;
	int64_t begin = xf_now();
	for (unsigned i = 0; i < acts && (!i || !bench_late(row, settings, begin)); i++)
		run_act(row, settings, contenders,
			settings->rounds * (i + 1) / acts - settings->rounds * i / acts, begin);
	return 0;
}
