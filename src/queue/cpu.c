/* SPDX-License-Identifier: MIT */
/*
 * The CPU queue: a thread that works off a list, and sleeps on the timelines it is told to. Each
 * piece of work has a reference of its own to its timeline, whose handle may be closed before the
 * thread comes to it.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include <crossfence/queue.h>

#include "base/futex.h"
#include "base/message.h"
#include "base/thread.h"
#include "shm/park.h"
#include "sync/timeline.h"

enum kind { WAIT, SIGNAL, CALL };

struct work {
	enum kind kind;
	struct xf_timeline *timeline; /* a reference; NULL: a call */
	uint64_t value;
	void (*fn)(void *arg);
	void (*dropped)(void *arg); /* may be NULL */
	void *arg;
	struct work *next;
};

struct cpu_queue {
	pthread_t thread;
	uint32_t generation; /* see fork.c: a child has the queue but not its thread */
	_Atomic bool stop;
	_Atomic uint32_t ended; /* the worker has nothing to do any more */
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	struct work *first, **last;
	bool busy; /* the worker has taken work off the list */
	struct xf_domain *asleep_in; /* where the worker may be asleep; NULL: nowhere */
	uint64_t asleep_at;
	int result; /* not 0: a wait failed, and later work is dropped */
};

/* Where others have gone further since it was handed over there is nothing to do. */
static int signal_or_skip(struct xf_timeline *timeline, uint64_t value)
{
	int r = xf_timeline_signal(timeline, value);
	return r == -EINVAL ? 0 : r;
}

static int run(struct cpu_queue *q, const struct work *work)
{
	switch (work->kind) {
	case WAIT:
		return xfi_timeline_wait_unless(work->timeline, work->value, &q->stop);
	case SIGNAL:
		return signal_or_skip(work->timeline, work->value);
	case CALL:
		work->fn(work->arg);
		return 0;
	}
	return 0;
}

static bool in_child(const struct cpu_queue *q)
{
	return atomic_load(xfi_fork_page) != q->generation;
}

static struct work *take_locked(struct cpu_queue *q)
{
	struct work *work = q->first;
	q->first = work->next;
	if (!q->first)
		q->last = &q->first;
	q->busy = true;
	if (work->kind == WAIT)
		q->asleep_in = xfi_timeline_parking(work->timeline, &q->asleep_at);
	return work;
}

/* Takes all off the list; drop() it without the lock. */
static struct work *take_all_locked(struct cpu_queue *q)
{
	struct work *all = q->first;
	q->first = NULL;
	q->last = &q->first;
	return all;
}

static void free_work(struct work *work)
{
	if (work->timeline)
		xfi_timeline_unref(work->timeline);
	free(work);
}

static void drop(struct work *all)
{
	while (all) {
		struct work *work = all;
		all = work->next;
		if (work->dropped)
			work->dropped(work->arg);
		free_work(work);
	}
}

/* Has run what it took; if the queue has failed, the rest is dropped before anybody sees it idle.
 */
static void conclude_locked(struct cpu_queue *q, int result)
{
	q->asleep_in = NULL; /* what is dropped may be the last of it */
	if (result && !q->result)
		q->result = result;
	if (q->result) {
		struct work *rest = take_all_locked(q);
		pthread_mutex_unlock(&q->lock);
		drop(rest);
		pthread_mutex_lock(&q->lock);
	}
	q->busy = false;
	pthread_cond_broadcast(&q->changed);
}

static void *worker(void *arg)
{
	struct cpu_queue *q = arg;
	pthread_mutex_lock(&q->lock);
	for (;;) {
		while (!q->first && !atomic_load(&q->stop))
			pthread_cond_wait(&q->changed, &q->lock);
		if (!q->first)
			break;
		struct work *work = take_locked(q);
		pthread_mutex_unlock(&q->lock);
		int r = run(q, work);
		free_work(work);
		pthread_mutex_lock(&q->lock);
		conclude_locked(q, r);
	}
	pthread_mutex_unlock(&q->lock);
	xfi_park_ended(&q->ended);
	return NULL;
}

static int submit(struct cpu_queue *q, struct work work)
{
	if (in_child(q))
		return -ECHILD;
	struct work *copy = malloc(sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	*copy = work;
	copy->next = NULL;
	if (work.timeline)
		xfi_timeline_ref(work.timeline);
	pthread_mutex_lock(&q->lock);
	int r = q->result;
	if (!r) {
		*q->last = copy;
		q->last = &copy->next;
		pthread_cond_broadcast(&q->changed);
	}
	pthread_mutex_unlock(&q->lock);
	if (r)
		free_work(copy);
	return r;
}

static int cpu_wait(void *self, struct xf_timeline *timeline, uint64_t value)
{
	return submit(self, (struct work){ .kind = WAIT, .timeline = timeline, .value = value });
}

static int cpu_signal(void *self, struct xf_timeline *timeline, uint64_t value)
{
	return submit(self, (struct work){ .kind = SIGNAL, .timeline = timeline, .value = value });
}

static int cpu_call(void *self, void (*fn)(void *arg), void *arg)
{
	return submit(self, (struct work){ .kind = CALL, .fn = fn, .arg = arg });
}

static int cpu_call_or_drop(
	void *self, void (*fn)(void *arg), void (*dropped)(void *arg), void *arg)
{
	return submit(
		self, (struct work){ .kind = CALL, .fn = fn, .dropped = dropped, .arg = arg });
}

static int cpu_finish(void *self, int64_t deadline_ns)
{
	struct cpu_queue *q = self;
	struct timespec storage, *deadline = xfi_time_limit(deadline_ns, &storage);
	int error = 0;
	if (in_child(q))
		return -ECHILD;
	pthread_mutex_lock(&q->lock);
	while ((q->first || q->busy) && !error)
		error = deadline ? pthread_cond_timedwait(&q->changed, &q->lock, deadline)
				 : pthread_cond_wait(&q->changed, &q->lock);
	int r = q->first || q->busy ? XF_TIMEOUT : q->result;
	pthread_mutex_unlock(&q->lock);
	return r;
}

static void cpu_destroy(void *self)
{
	struct cpu_queue *q = self;
	if (in_child(q)) {
		free(q); /* its lock may be held by a thread that is not here */
		return;
	}
	pthread_mutex_lock(&q->lock);
	atomic_store(&q->stop, true);
	struct xf_domain *domain = q->asleep_in;
	uint64_t hash = q->asleep_at;
	pthread_cond_broadcast(&q->changed);
	pthread_mutex_unlock(&q->lock);
	if (domain)
		xfi_park_end(domain, hash, &q->ended);
	xfi_thread_join(q->thread);
	pthread_cond_destroy(&q->changed);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

static const struct xf_queue_ops cpu_ops = {
	.size = sizeof(cpu_ops),
	.name = "cpu",
	.wait = cpu_wait,
	.signal = cpu_signal,
	.call = cpu_call,
	.finish = cpu_finish,
	.destroy = cpu_destroy,
	.call_or_drop = cpu_call_or_drop,
};

static void init_monotonic(pthread_cond_t *cond)
{
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &attributes);
	pthread_condattr_destroy(&attributes);
}

int xf_queue_create_cpu(struct xf_queue **ret_queue)
{
	struct xf_queue *queue;
	struct cpu_queue *q = calloc(1, sizeof(*q));
	xfi_message_forget();
	if (!q)
		return -ENOMEM;
	q->last = &q->first;
	pthread_mutex_init(&q->lock, NULL);
	init_monotonic(&q->changed);
	int r = ret_queue ? xfi_fork_generation(&q->generation)
			  : xf_fail(-EINVAL, "%s: ret_queue is NULL", __func__);
	if (!r)
		r = xf_queue_create(&cpu_ops, q, &queue);
	if (!r) {
		r = xfi_thread_start(&q->thread, 0, worker, q);
		if (!r)
			*ret_queue = queue;
		else
			free(queue); /* and not what it is a queue of */
	}
	if (!r)
		return 0;
	pthread_cond_destroy(&q->changed);
	pthread_mutex_destroy(&q->lock);
	free(q);
	return r;
}
