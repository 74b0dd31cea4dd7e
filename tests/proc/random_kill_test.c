/* SPDX-License-Identifier: MIT */
/*
 * Several processes hammer the same objects; one at random is killed every few milliseconds and
 * replaced. A survivor does the same work all along: nothing it does may take longer than its
 * deadline, nothing may be owned twice, and at the end nothing may be missing.
 *
 * Environment: XF_KILLS (1000), XF_SEED.
 */
#include "proc.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define WORKERS	 5
#define MUTEXES	 4
#define SURFACES 4
#define PATIENCE proc_patience(3000) /* many processes, two CPUs: generous, but not for ever */

/* Shared by all through the board. */
enum {
	MUTEX_ID = 0, /* + i: abandoned ones are replaced */
	SURFACE_IN = MUTEXES, /* + i: who holds it */
	EVENT_ID = SURFACE_IN + SURFACES,
	TIMELINE_ID,
	POOL_ID,
	ROUNDS, /* of the survivor */
	ABANDONED, /* seen by anybody */
	STOP,
};
#define CELL(i) (&proc_board->value[i])

struct worker {
	struct xf_domain *domain;
	uint64_t random, self;
	struct xf_keyed_mutex *mutexes[MUTEXES];
	xf_id ids[MUTEXES];
	struct xf_event *event;
	struct xf_timeline *timeline;
	struct xf_pool *pool;
};

static const struct xf_domain_params params = {
	.size = sizeof(params), .max_objects = 1024, .payload_bytes = 1 << 20
};
static const struct xf_surface_desc surface = {
	.size = sizeof(surface), .width_px = 32, .height_px = 32, .fourcc = XF_FORMAT_ABGR8888
};

static unsigned below(struct worker *w, unsigned n)
{
	return (unsigned)(proc_random(&w->random) >> 33) % n;
}

/* The handle to mutex i as it is now; NULL when somebody has just replaced it. */
static struct xf_keyed_mutex *mutex_now(struct worker *w, unsigned i)
{
	xf_id id = atomic_load(CELL(MUTEX_ID + i));
	if (w->mutexes[i] && w->ids[i] == id)
		return w->mutexes[i];
	xf_keyed_mutex_close(w->mutexes[i]);
	w->mutexes[i] = NULL;
	int r = xf_keyed_mutex_open(w->domain, id, &w->mutexes[i]);
	CHECK(r == 0 || r == -ESTALE);
	w->ids[i] = id;
	return w->mutexes[i];
}

static void replace_mutex(struct worker *w, unsigned i)
{
	struct xf_keyed_mutex *fresh;
	uint64_t old = w->ids[i];
	EXPECT(0, xf_keyed_mutex_create(w->domain, 0, NULL, &fresh));
	if (!atomic_compare_exchange_strong(CELL(MUTEX_ID + i), &old, xf_keyed_mutex_id(fresh))) {
		xf_keyed_mutex_close(fresh); /* somebody else was first */
		return;
	}
	xf_keyed_mutex_close(w->mutexes[i]);
	w->mutexes[i] = fresh;
	w->ids[i] = xf_keyed_mutex_id(fresh);
}

/* The chance to be killed here. */
static void linger(struct worker *w)
{
	if (below(w, 4) == 0)
		proc_pause();
}

/* Nobody else holds it. Its last holder may have left its mark when it was killed. */
static void enter_surface(struct worker *w, uint32_t index)
{
	uint64_t before = atomic_exchange(CELL(SURFACE_IN + index), w->self);
	if (before && !proc_ended((pid_t)before))
		proc_fail(__FILE__, __LINE__, "surface held by %d too", (int)before);
	linger(w);
}

static void leave_surface(struct worker *w, uint32_t index)
{
	uint64_t self = w->self;
	if (!atomic_compare_exchange_strong(CELL(SURFACE_IN + index), &self, 0))
		proc_fail(__FILE__, __LINE__, "surface taken away by %d", (int)self);
}

/* The mark is in the mutex itself, so that a replaced one cannot be mistaken for its successor. */
static void be_inside(struct worker *w, struct xf_keyed_mutex *mutex)
{
	uint64_t mark = 0;
	size_t size;
	EXPECT(0, xf_keyed_mutex_get_data(mutex, &mark, sizeof(mark), &size));
	if (mark)
		proc_fail(__FILE__, __LINE__, "mutex owned by %d too", (int)mark);
	EXPECT(0, xf_keyed_mutex_set_data(mutex, &w->self, sizeof(w->self)));
	linger(w);
	EXPECT(0, xf_keyed_mutex_get_data(mutex, &mark, sizeof(mark), &size));
	if (mark != w->self)
		proc_fail(__FILE__, __LINE__, "mutex taken away by %d", (int)mark);
	mark = 0;
	EXPECT(0, xf_keyed_mutex_set_data(mutex, &mark, sizeof(mark)));
}

static void use_mutex(struct worker *w)
{
	unsigned i = below(w, MUTEXES);
	uint64_t key = below(w, 2);
	struct xf_keyed_mutex *mutex = mutex_now(w, i);
	if (!mutex) {
		replace_mutex(w, i);
		return;
	}
	/* Two keys go round; whoever asks for the wrong one waits until somebody changes it. */
	int r = xf_keyed_mutex_acquire(mutex, key, xf_deadline(below(w, 4) * MS), NULL);
	if (r == XF_TIMEOUT)
		r = xf_keyed_mutex_acquire(mutex, !key, PATIENCE, NULL);
	if (r == XF_ABANDONED) {
		atomic_fetch_add(CELL(ABANDONED), 1);
		replace_mutex(w, i);
		return;
	}
	if (r == XF_TIMEOUT && atomic_load(CELL(STOP)))
		return; /* the last ones to be asked to stop have nobody to change the key */
	EXPECT(0, r);
	be_inside(w, mutex);
	EXPECT(0, xf_keyed_mutex_release(mutex, below(w, 2), w->random));
}

static void use_pool(struct worker *w)
{
	struct xf_keyed_mutex *mutex;
	uint32_t index;
	void *data;
	EXPECT(0, xf_pool_hold(w->pool, PATIENCE, &index));
	struct xf_surface *s = xf_pool_surface(w->pool, index);
	enter_surface(w, index);
	EXPECT(0, xf_surface_mutex(s, &mutex));
	EXPECT(0, xf_keyed_mutex_acquire(mutex, 0, PATIENCE, NULL));
	EXPECT(0, xf_surface_begin(s, XF_ACCESS_WRITE, &data));
	memset(data, (int)index, 64);
	EXPECT(0, xf_surface_end(s));
	EXPECT(0, xf_keyed_mutex_release(mutex, 0, 0));
	leave_surface(w, index);
	EXPECT(0, xf_pool_give(w->pool, index));
}

static void use_event(struct worker *w)
{
	int r = 0;
	uint32_t index;
	struct xf_wait_item items[] = { { .type = XF_EVENT, .object = w->event },
		{ .type = XF_TIMELINE, .object = w->timeline, .value = UINT64_MAX } };
	switch (below(w, 3)) {
	case 0:
		r = xf_event_set(w->event);
		break;
	case 1:
		r = xf_event_wait(w->event, xf_deadline(MS));
		break;
	case 2:
		r = xf_wait_any(items, 2, xf_deadline(MS), &index);
		break;
	}
	CHECK(r == 0 || r == XF_TIMEOUT);
}

static void use_timeline(struct worker *w)
{
	uint64_t value;
	EXPECT(0, xf_timeline_value(w->timeline, &value));
	int r = below(w, 2) ? xf_timeline_signal(w->timeline, value + 1)
			    : xf_timeline_wait(w->timeline, value + 1, xf_deadline(MS));
	CHECK(r == 0 || r == XF_TIMEOUT || r == -EINVAL); /* somebody else signalled more */
}

static void churn(struct worker *w)
{
	struct xf_event *made, *opened;
	struct xf_surface *surfaces;
	EXPECT(0, xf_event_create(w->domain, 0, "churn", &made));
	EXPECT(0, xf_event_open(w->domain, xf_event_id(made), &opened));
	EXPECT(0, xf_surface_create(w->domain, &surface, XF_SURFACE_KEYED, &surfaces));
	xf_event_close(made);
	xf_surface_close(surfaces);
	xf_event_close(opened);
}

static void work(struct worker *w)
{
	static void (*const kinds[])(struct worker * w) = { use_mutex, use_mutex, use_mutex,
		use_pool, use_pool, use_event, use_timeline, churn };
	kinds[below(w, sizeof(kinds) / sizeof(kinds[0]))](w);
}

static void open_all(struct worker *w)
{
	EXPECT(0, xf_event_open(w->domain, atomic_load(CELL(EVENT_ID)), &w->event));
	EXPECT(0, xf_timeline_open(w->domain, atomic_load(CELL(TIMELINE_ID)), &w->timeline));
	EXPECT(0, xf_pool_open(w->domain, atomic_load(CELL(POOL_ID)), &w->pool));
}

static void close_all(struct worker *w)
{
	for (unsigned i = 0; i < MUTEXES; i++)
		xf_keyed_mutex_close(w->mutexes[i]);
	xf_event_close(w->event);
	xf_timeline_close(w->timeline);
	xf_pool_close(w->pool);
}

struct start {
	int fd;
	uint64_t seed;
};

static void worker_main(void *arg)
{
	const struct start *start = arg;
	struct worker w = { .random = start->seed | 1, .self = (uint64_t)getpid() };
	EXPECT(0, xf_domain_join(start->fd, &w.domain));
	open_all(&w);
	while (!atomic_load(CELL(STOP)))
		work(&w);
	close_all(&w);
	xf_domain_leave(w.domain);
}

static void *survivor_main(void *arg)
{
	struct worker *w = arg;
	while (!atomic_load(CELL(STOP))) {
		work(w);
		atomic_fetch_add(CELL(ROUNDS), 1);
	}
	return NULL;
}

static void make_all(struct worker *w)
{
	EXPECT(0, xf_domain_create(&params, &w->domain));
	EXPECT(0, xf_event_create(w->domain, 0, NULL, &w->event));
	EXPECT(0, xf_timeline_create(w->domain, 0, 0, NULL, &w->timeline));
	EXPECT(0, xf_pool_create(w->domain, &surface, SURFACES, XF_SURFACE_KEYED, NULL, &w->pool));
	atomic_store(CELL(EVENT_ID), xf_event_id(w->event));
	atomic_store(CELL(TIMELINE_ID), xf_timeline_id(w->timeline));
	atomic_store(CELL(POOL_ID), xf_pool_id(w->pool));
	for (unsigned i = 0; i < MUTEXES; i++)
		replace_mutex(w, i);
}

static uint64_t number(const char *variable, uint64_t otherwise)
{
	const char *text = getenv(variable);
	return text ? strtoull(text, NULL, 0) : otherwise;
}

static void check_nothing_lost(struct worker *w)
{
	struct xf_surface *everything;
	struct xf_surface_desc all = {
		.size = sizeof(all), .width_px = 1 << 20, .height_px = 1, .fourcc = XF_FORMAT_RAW
	};
	EVENTUALLY(5000, proc_members(w->domain) == 1);
	close_all(w);
	EXPECT(0, proc_objects(w->domain));
	EXPECT(0, xf_surface_create(w->domain, &all, 0, &everything)); /* all of the payload */
	xf_surface_close(everything);
	xf_domain_leave(w->domain);
}

static void random_kills(void)
{
	uint64_t kills = number("XF_KILLS", 1000), joined = 0;
	struct worker w = { .random = number("XF_SEED", (uint64_t)getpid() * 2654435761u) | 1,
		.self = (uint64_t)getpid() };
	struct start start;
	struct xf_domain_info info = { .size = sizeof(info) };
	pthread_t survivor;
	pid_t pids[WORKERS];
	uint64_t random = w.random;
	printf("# XF_SEED=%llu\n", (unsigned long long)w.random);
	make_all(&w);
	EXPECT(0, xf_domain_export(w.domain, 0, &start.fd));
	CHECK(pthread_create(&survivor, NULL, survivor_main, &w) == 0);
	for (int i = 0; i < WORKERS; i++) {
		start.seed = proc_random(&random);
		pids[i] = proc_spawn(worker_main, &start);
	}
	for (uint64_t n = 1; n <= kills; n++) {
		struct timespec pause = { .tv_nsec = (long)(proc_random(&random) % 4000000) };
		int i = (int)(proc_random(&random) % WORKERS);
		nanosleep(&pause, NULL);
		kill(pids[i], SIGKILL);
		int status = proc_wait(pids[i], 5000);
		if (status != -SIGKILL)
			proc_fail(__FILE__, __LINE__, "worker: %d", status);
		start.seed = proc_random(&random);
		pids[i] = proc_spawn(worker_main, &start);
		if (n % 50 == 0) {
			uint64_t rounds = atomic_load(CELL(ROUNDS));
			EVENTUALLY(5000, atomic_load(CELL(ROUNDS)) > rounds + 3);
		}
	}
	atomic_store(CELL(STOP), 1);
	for (int i = 0; i < WORKERS; i++)
		EXPECT(0, proc_wait(pids[i], 15000));
	pthread_join(survivor, NULL);
	EXPECT(0, xf_inspect_domain(w.domain, &info));
	joined = info.deaths;
	printf("# %llu kills, %llu deaths swept, %llu mutexes found abandoned, %llu rounds\n",
		(unsigned long long)kills, (unsigned long long)joined,
		(unsigned long long)atomic_load(CELL(ABANDONED)),
		(unsigned long long)atomic_load(CELL(ROUNDS)));
	check_nothing_lost(&w);
	close(start.fd);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "random kills under load", random_kills, 120 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
