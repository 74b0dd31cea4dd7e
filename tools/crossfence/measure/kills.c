/* SPDX-License-Identifier: MIT */
/*
 * Three processes take the surface from a pool of one and give it back, as fast as they can. Two of
 * them are killed -9 at random moments and started again; the third must go on. The bare
 * counterpart is a flag under a process-shared robust mutex with a condition variable.
 */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <crossfence/pool.h>

#include "bare.h"
#include "kills.h"
#include "pair.h"
#include "share.h"
#include "stat.h"

#define SURFACES      1
#define SURFACE_BYTES 4096
#define WORKERS	      2
#define SECOND	      INT64_C(1000000000)

enum { COLUMN_KILLS, COLUMN_RECLAIMED, COLUMN_HUNG, COLUMN_PAUSE };

struct stage {
	_Atomic uint32_t progress; /* futex: what the survivor has done */
	_Atomic uint32_t stop;
	_Atomic uint64_t reclaimed;
	struct bare_cond cond; /* the bare pool: ... */
	pid_t holders[SURFACES]; /* ... who has it, 0: nobody */
	int fd; /* the domain, as the workers inherit it */
	xf_id pool;
};

struct troupe {
	/* Takes something, uses it, gives it back, for ever; or, as the survivor, until `stop`. */
	void (*work)(struct stage *stage, bool survivor);
	/* In the survivor: makes what is shared. The other end of `socket` is the director's. */
	int (*open)(struct stage *stage, int socket);
	int64_t patience_ns;
	unsigned kills, kills_quick;
};

static void report_progress(struct stage *stage, bool survivor)
{
	if (!survivor)
		return;
	atomic_fetch_add(&stage->progress, 1);
	bare_wake(&stage->progress, 1);
}

static struct xf_pool *the_pool; /* of the survivor, in its process */

static int open_pool(struct stage *stage, int socket)
{
	const struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = SURFACE_BYTES,
		.height_px = 1,
		.fourcc = XF_FORMAT_RAW };
	struct bench_side side = { .self = 0, .peer = socket };
	struct xf_domain *domain;
	int r = bench_share_domain(&side, NULL, &domain);
	if (!r)
		r = xf_pool_create(domain, &desc, SURFACES, XF_SURFACE_KEYED, NULL, &the_pool);
	stage->pool = r ? 0 : xf_pool_id(the_pool);
	return r;
}

/* Whoever is killed while it has the surface leaves an abandoned mutex: the pool makes a new one.
 */
static int use_surface(struct xf_pool *pool, uint32_t index)
{
	struct xf_surface *surface = xf_pool_surface(pool, index);
	struct xf_keyed_mutex *mutex;
	void *data;
	int r = xf_surface_mutex(surface, &mutex);
	if (!r)
		r = xf_keyed_mutex_acquire(mutex, 0, xf_deadline(SECOND), NULL);
	if (r)
		return r;
	r = xf_surface_begin(surface, XF_ACCESS_WRITE, &data);
	if (!r) {
		memset(data, (int)index, SURFACE_BYTES);
		(void)xf_surface_end(surface);
	}
	(void)xf_keyed_mutex_release(mutex, 0, 0);
	return r;
}

static void work_pool(struct stage *stage, bool survivor)
{
	struct xf_domain *domain;
	struct xf_pool *pool = the_pool;
	uint32_t index;
	if (!survivor &&
		(xf_domain_join(stage->fd, &domain) || xf_pool_open(domain, stage->pool, &pool)))
		_exit(1);
	while (!survivor || !atomic_load(&stage->stop)) {
		if (xf_pool_hold(pool, xf_deadline(SECOND), &index))
			continue; /* no progress: that is seen */
		int r = use_surface(pool, index);
		if (xf_pool_give(pool, index) == 0 && !r)
			report_progress(stage, survivor);
	}
	uint64_t reclaimed = 0;
	(void)xf_pool_reclaimed(pool, &reclaimed);
	atomic_store(&stage->reclaimed, reclaimed);
}

static int open_cond(struct stage *stage, int socket)
{
	bare_cond_init(&stage->cond);
	return 0;
}

static void lock_cond(struct stage *stage)
{
	if (pthread_mutex_lock(&stage->cond.mutex) == EOWNERDEAD)
		pthread_mutex_consistent(&stage->cond.mutex);
}

/* Under the lock: a free one, or one whose holder is dead. */
static int find_free(struct stage *stage)
{
	for (int i = 0; i < SURFACES; i++)
		if (!stage->holders[i])
			return i;
	for (int i = 0; i < SURFACES; i++)
		if (kill(stage->holders[i], 0) && errno == ESRCH) {
			atomic_fetch_add(&stage->reclaimed, 1);
			return i;
		}
	return -1;
}

static void work_cond(struct stage *stage, bool survivor)
{
	struct timespec limit;
	int i;
	while (!survivor || !atomic_load(&stage->stop)) {
		lock_cond(stage);
		while ((i = find_free(stage)) < 0) {
			clock_gettime(CLOCK_REALTIME, &limit);
			limit.tv_nsec += 10000000;
			limit.tv_sec += limit.tv_nsec / SECOND;
			limit.tv_nsec %= SECOND;
			if (pthread_cond_timedwait(
				    &stage->cond.changed, &stage->cond.mutex, &limit) == EOWNERDEAD)
				pthread_mutex_consistent(&stage->cond.mutex);
		}
		stage->holders[i] = getpid();
		pthread_mutex_unlock(&stage->cond.mutex);
		for (volatile int n = 0; n < 200; n++)
			;
		lock_cond(stage);
		stage->holders[i] = 0;
		pthread_cond_signal(&stage->cond.changed);
		pthread_mutex_unlock(&stage->cond.mutex);
		report_progress(stage, survivor);
	}
}

static pid_t start(struct stage *stage, const struct troupe *troupe, bool survivor, int socket)
{
	pid_t parent = getpid(), pid = fork();
	char byte = 0;
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	if (survivor && (troupe->open(stage, socket) || bench_write(socket, &byte, 1)))
		_exit(1);
	troupe->work(stage, survivor);
	_exit(0);
}

static void end(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Whether the survivor gets on within the time allowed. */
static bool goes_on(struct stage *stage, int64_t patience_ns)
{
	uint32_t before = atomic_load(&stage->progress);
	int64_t deadline = xf_deadline(patience_ns);
	while (atomic_load(&stage->progress) == before) {
		int64_t left = deadline - xf_now();
		if (left <= 0)
			return false;
		const struct timespec limit = { .tv_sec = left / SECOND, .tv_nsec = left % SECOND };
		syscall(SYS_futex, &stage->progress, FUTEX_WAIT, before, &limit, NULL, 0);
	}
	return true;
}

struct outcome {
	int64_t deadline_ns;
	unsigned kills, hung;
	uint64_t reclaimed;
	int64_t longest_ns; /* that the survivor did nothing after a kill */
};

/* Kills until `kills` are done or the survivor hangs. */
static void kill_workers(
	struct stage *stage, const struct troupe *troupe, unsigned kills, struct outcome *outcome)
{
	pid_t workers[WORKERS] = { 0 };
	unsigned done = 0;
	bool alive = true;
	while (alive && done < kills && xf_now() < outcome->deadline_ns) {
		for (unsigned i = 0; i < WORKERS; i++)
			if (!workers[i])
				workers[i] = start(stage, troupe, false, -1);
		const struct timespec moment = { .tv_nsec = random() % 2000000 };
		nanosleep(&moment, NULL); /* kills at random moments */
		unsigned victim = (unsigned)random() % WORKERS;
		end(workers[victim]);
		workers[victim] = 0;
		done++;
		int64_t begin = xf_now();
		alive = goes_on(stage, troupe->patience_ns);
		int64_t pause = xf_now() - begin;
		outcome->longest_ns = pause > outcome->longest_ns ? pause : outcome->longest_ns;
	}
	outcome->kills += done;
	outcome->hung += !alive;
	atomic_store(&stage->stop, 1);
	for (unsigned i = 0; i < WORKERS; i++)
		end(workers[i]);
}

/* One survivor, from its birth to its end or its hanging. */
static int play(
	struct stage *stage, const struct troupe *troupe, unsigned kills, struct outcome *outcome)
{
	int sockets[2];
	char byte;
	memset(stage, 0, sizeof(*stage));
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
		return -errno;
	struct bench_side director = { .self = 1, .peer = sockets[0] };
	stage->fd = -1;
	pid_t survivor = start(stage, troupe, true, sockets[1]);
	close(sockets[1]);
	int r = survivor < 0 ? -EAGAIN : 0;
	if (!r && troupe->work == work_pool)
		r = bench_share_fd(&director, &stage->fd);
	if (!r)
		r = bench_read(sockets[0], &byte, 1, 10000);
	if (!r) {
		unsigned hung = outcome->hung;
		kill_workers(stage, troupe, kills, outcome);
		/* It closes its end of the socket when it is done. */
		if (hung == outcome->hung)
			outcome->hung += bench_read(sockets[0], &byte, 1, 3000) == -ETIMEDOUT;
		outcome->reclaimed += atomic_load(&stage->reclaimed);
	}
	end(survivor);
	close(sockets[0]);
	if (stage->fd >= 0)
		close(stage->fd);
	return r;
}

static int run_troupe(struct bench_row *row, unsigned series, const struct troupe *troupe,
	const struct bench_settings *settings)
{
	unsigned kills = settings->quick ? troupe->kills_quick : troupe->kills;
	int64_t begin = xf_now();
	struct outcome outcome = { .deadline_ns = begin + settings->row_ns };
	struct stage *stage = mmap(
		NULL, sizeof(*stage), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int r = stage == MAP_FAILED ? -errno : 0;
	while (!r && outcome.kills < kills && !bench_late(row, settings, begin))
		r = play(stage, troupe, kills - outcome.kills, &outcome);
	if (stage != MAP_FAILED)
		munmap(stage, sizeof(*stage));
	bench_record(row, series, COLUMN_KILLS, outcome.kills);
	bench_record(row, series, COLUMN_RECLAIMED, (double)outcome.reclaimed);
	bench_record(row, series, COLUMN_HUNG, outcome.hung);
	bench_record(row, series, COLUMN_PAUSE, (double)outcome.longest_ns);
	return r;
}

static int run_row(struct bench_row *row, const struct bench_settings *settings)
{
	static const struct troupe troupes[] = {
		{ work_pool, open_pool, 2 * SECOND, 1000, 50 },
		{ work_cond, open_cond, SECOND / 4, 50, 5 },
	};
	int r = 0;
	srandom(1); /* the same moments in every run, as far as the machine allows */
	for (unsigned s = 0; !r && s < row->n_series; s++)
		r = run_troupe(row, s, &troupes[s], settings);
	return r;
}

struct bench_row bench_kills = {
	.name = "kills",
	.title = "members of a busy pool are killed -9 at random moments; does the survivor go on?",
	.columns = { { "kills", BENCH_COUNT }, { "given back", BENCH_COUNT },
		{ "survivor hung", BENCH_COUNT }, { "longest pause", BENCH_TIME } },
	.n_series = 2,
	.series = { { "crossfence pool", -1 }, { "pthread robust mutex + condvar", -1 } },
	.n_targets = 1,
	.targets = { { 0, COLUMN_HUNG, -1, 0, false } },
	.run = run_row,
};
