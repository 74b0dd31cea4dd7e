/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <stdatomic.h>

static struct xf_sync *create(void **state)
{
	struct xf_sync *sync;
	assert_int_equal(xf_sync_create(*state, "frame", &sync), 0);
	return sync;
}

static struct xf_event *event(void **state)
{
	struct xf_event *e;
	assert_int_equal(xf_event_create(*state, 0, NULL, &e), 0);
	return e;
}

static bool is_set(struct xf_event *e)
{
	return xf_event_wait(e, 0) == 0;
}

static bool gets_set(struct xf_event *e)
{
	return xf_event_wait(e, patience(5000)) == 0;
}

static struct xf_sync_info info_of(struct xf_sync *sync)
{
	struct xf_sync_info info = { .size = sizeof(info) };
	assert_int_equal(xf_sync_info(sync, &info), 0);
	return info;
}

/* A queue whose work stands still until it is let go. */
struct held {
	struct xf_queue *queue;
	struct xf_timeline *gate;
	uint64_t value;
};

static struct held hold_queue(void **state)
{
	struct held held = { .value = 0 };
	assert_int_equal(xf_queue_create_cpu(&held.queue), 0);
	assert_int_equal(xf_timeline_create(*state, 0, 0, NULL, &held.gate), 0);
	return held;
}

static void block(struct held *held)
{
	assert_int_equal(xf_queue_wait(held->queue, held->gate, ++held->value), 0);
}

static void let_go(struct held *held)
{
	assert_int_equal(xf_timeline_signal(held->gate, held->value), 0);
}

static void finish(struct held *held)
{
	assert_int_equal(xf_queue_finish(held->queue, patience(5000)), 0);
}

static void end_queue(struct held *held)
{
	xf_queue_destroy(held->queue);
	xf_timeline_close(held->gate);
}

static void nothing_pending_fires_at_once(void **state)
{
	struct xf_sync *sync = create(state);
	struct xf_event *e = event(state);
	assert_int_equal(xf_sync_on_final_release(sync, NULL), -EINVAL);
	assert_int_equal(xf_sync_on_final_release(NULL, e), -EINVAL);
	assert_int_equal(xf_sync_on_final_release(sync, e), 0);
	assert_true(is_set(e));
	assert_false(is_set(e)); /* once for each registration */
	assert_int_equal(xf_sync_on_final_release(sync, e), 0);
	assert_true(is_set(e));
	assert_int_equal(xf_sync_ready(sync, NULL), 0);
	assert_int_equal(xf_sync_release(sync, NULL), 0);
	assert_false(is_set(e));
	xf_event_close(e);
	xf_sync_close(sync);
	xf_sync_close(NULL);
}

static void a_pending_ready_counts(void **state)
{
	struct xf_sync *sync = create(state);
	struct held producer = hold_queue(state);
	struct xf_event *e = event(state), *r1 = event(state), *r2 = event(state);
	block(&producer);
	assert_int_equal(xf_sync_ready(sync, producer.queue), 0);
	assert_int_equal(xf_sync_ready(sync, producer.queue), 0); /* twice is fine */
	assert_int_equal(xf_sync_on_ready(sync, r1), 0);
	assert_int_equal(xf_sync_on_ready(sync, r2), 0);
	assert_int_equal(xf_sync_on_final_release(sync, e), 0);
	assert_int_equal(xf_event_wait(e, xf_deadline(20 * MS)), XF_TIMEOUT);
	assert_false(is_set(r1));
	assert_int_equal(xf_sync_ready_wait(sync, NULL, 0), XF_TIMEOUT);
	assert_int_equal(info_of(sync).pending_ready, 1);
	let_go(&producer);
	assert_int_equal(xf_sync_ready_wait(sync, NULL, patience(5000)), 0);
	assert_true(gets_set(e));
	assert_true(gets_set(r1));
	assert_true(gets_set(r2));
	assert_int_equal(xf_sync_on_ready(sync, r1), 0); /* a level */
	assert_true(is_set(r1));
	finish(&producer);
	assert_false(is_set(e));
	end_queue(&producer);
	xf_event_close(e);
	xf_event_close(r1);
	xf_event_close(r2);
	xf_sync_close(sync);
}

static _Atomic int ran;

static void note_run(void *arg)
{
	atomic_fetch_add(&ran, 1);
}

static void consumers_wait_before_ready(void **state)
{
	struct xf_sync *sync = create(state);
	struct held a = hold_queue(state), b = hold_queue(state);
	struct xf_event *e = event(state);
	atomic_store(&ran, 0);
	assert_int_equal(xf_sync_ready_wait(sync, a.queue, 0), 0);
	assert_int_equal(xf_sync_ready_wait(sync, b.queue, 0), 0);
	assert_int_equal(xf_queue_call(a.queue, note_run, NULL), 0);
	assert_int_equal(xf_queue_call(b.queue, note_run, NULL), 0);
	assert_int_equal(xf_sync_release(sync, a.queue), 0);
	assert_int_equal(xf_sync_on_final_release(sync, e), 0);
	/* One more after the registration counts, too. */
	block(&b);
	assert_int_equal(xf_sync_release(sync, b.queue), 0);
	assert_int_equal(xf_event_wait(e, xf_deadline(20 * MS)), XF_TIMEOUT);
	assert_int_equal(atomic_load(&ran), 0);
	assert_int_equal(xf_sync_ready(sync, NULL), 0);
	finish(&a);
	assert_int_equal(xf_event_wait(e, xf_deadline(20 * MS)), XF_TIMEOUT);
	assert_int_equal(xf_sync_reset(sync), -EBUSY);
	let_go(&b);
	assert_true(gets_set(e));
	assert_int_equal(atomic_load(&ran), 2);
	finish(&b);
	assert_int_equal(xf_sync_reset(sync), 0);
	assert_int_equal(xf_sync_ready_wait(sync, NULL, 0), XF_TIMEOUT);
	end_queue(&a);
	end_queue(&b);
	xf_event_close(e);
	xf_sync_close(sync);
}

static void the_last_registration_wins(void **state)
{
	struct xf_sync *sync = create(state), *other;
	struct xf_event *first = event(state), *last = event(state);
	assert_int_equal(xf_sync_open(*state, xf_sync_id(sync), &other), 0);
	assert_int_equal(xf_sync_begin(sync), 0);
	assert_int_equal(xf_sync_on_final_release(sync, first), 0);
	assert_int_equal(xf_sync_on_final_release(other, last), 0);
	/* The object has its own reference: the caller may close. */
	xf_id id = xf_event_id(last);
	struct xf_event *again;
	xf_event_close(last);
	assert_int_equal(xf_event_open(*state, id, &again), 0);
	assert_int_equal(xf_sync_ready(sync, NULL), 0);
	assert_true(is_set(again));
	assert_false(is_set(first));
	xf_event_close(first);
	xf_event_close(again);
	xf_sync_close(other);
	xf_sync_close(sync);
}

static void a_late_ready_of_an_old_use_changes_nothing(void **state)
{
	struct xf_sync *sync = create(state);
	struct held producer = hold_queue(state);
	struct xf_event *e = event(state);
	block(&producer);
	assert_int_equal(xf_sync_ready(sync, producer.queue), 0);
	assert_int_equal(xf_sync_reset(sync), 0);
	assert_int_equal(xf_sync_on_final_release(sync, e), 0);
	assert_false(is_set(e)); /* the queue may still be writing */
	let_go(&producer);
	finish(&producer);
	assert_true(gets_set(e));
	assert_int_equal(xf_sync_ready_wait(sync, NULL, 0), XF_TIMEOUT);
	assert_int_equal(xf_sync_begin(sync), 0);
	assert_int_equal(xf_sync_reset(sync), 0);
	assert_int_equal(xf_sync_ready(sync, NULL), -ESTALE); /* begun one use earlier */
	assert_int_equal(xf_sync_ready_wait(sync, NULL, 0), XF_TIMEOUT);
	assert_int_equal(info_of(sync).pending_ready, 0);
	assert_int_equal(info_of(sync).use, 3);
	end_queue(&producer);
	xf_event_close(e);
	xf_sync_close(sync);
}

static void five_uses_follow_each_other(void **state)
{
	struct xf_sync *sync = create(state);
	struct xf_event *e = event(state);
	struct held a = hold_queue(state), b = hold_queue(state);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(xf_sync_ready_wait(sync, a.queue, 0), 0);
		assert_int_equal(xf_sync_ready_wait(sync, b.queue, 0), 0);
		assert_int_equal(xf_sync_release(sync, a.queue), 0);
		assert_int_equal(xf_sync_release(sync, b.queue), 0);
		assert_int_equal(xf_sync_on_final_release(sync, e), 0);
		assert_false(is_set(e));
		assert_int_equal(xf_sync_ready(sync, NULL), 0);
		assert_true(gets_set(e));
		assert_int_equal(xf_sync_reset(sync), 0);
	}
	finish(&a);
	finish(&b);
	end_queue(&a);
	end_queue(&b);
	xf_event_close(e);
	xf_sync_close(sync);
}

static void subscribers_are_waited_for(void **state)
{
	struct xf_sync *sync = create(state), *a, *b;
	struct xf_event *e = event(state);
	assert_int_equal(xf_sync_open(*state, xf_sync_id(sync), &a), 0);
	assert_int_equal(xf_sync_open(*state, xf_sync_id(sync), &b), 0);
	assert_int_equal(xf_sync_skip(a), -EPERM);
	assert_int_equal(xf_sync_subscribe(a), 0);
	assert_int_equal(xf_sync_subscribe(b), 0);
	assert_int_equal(xf_sync_skip(a), -EAGAIN);
	assert_int_equal(xf_sync_ready(sync, NULL), 0);
	assert_int_equal(xf_sync_on_final_release(sync, e), 0);
	assert_int_equal(xf_sync_ready_wait(a, NULL, 0), 0);
	assert_int_equal(xf_sync_release(a, NULL), 0);
	assert_false(is_set(e));
	/* Twice, or without having waited, ends nothing of the other one's. */
	assert_int_equal(xf_sync_release(a, NULL), 0);
	assert_false(is_set(e));
	assert_int_equal(xf_sync_ready_wait(a, NULL, 0), XF_TIMEOUT); /* the next use */
	assert_int_equal(xf_sync_reset(sync), -EBUSY);
	assert_int_equal(xf_sync_skip(b), 0);
	assert_true(is_set(e));
	assert_int_equal(xf_sync_reset(sync), 0);
	assert_int_equal(xf_sync_ready_wait(a, NULL, 0), XF_TIMEOUT);
	assert_int_equal(xf_sync_ready(sync, NULL), 0);
	assert_int_equal(xf_sync_ready_wait(a, NULL, 0), 0);
	assert_int_equal(xf_sync_on_final_release(sync, e), 0);
	xf_sync_close(b); /* counts as skipped */
	assert_false(is_set(e));
	assert_int_equal(xf_sync_unsubscribe(a), 0);
	assert_true(is_set(e));
	/* Who comes when a use is ready takes part from the next one on. */
	assert_int_equal(xf_sync_subscribe(a), 0);
	assert_int_equal(xf_sync_ready_wait(a, NULL, 0), XF_TIMEOUT);
	assert_int_equal(xf_sync_reset(sync), 0);
	xf_sync_close(a);
	xf_sync_close(sync);
	xf_event_close(e);
}

/* Several uses ahead on one queue: each waits for its own use. */
static void a_queue_may_run_ahead(void **state)
{
	struct xf_sync *sync = create(state), *reader;
	struct xf_event *e = event(state);
	struct held q = hold_queue(state);
	assert_int_equal(xf_sync_open(*state, xf_sync_id(sync), &reader), 0);
	assert_int_equal(xf_sync_subscribe(reader), 0);
	atomic_store(&ran, 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(xf_sync_ready_wait(reader, q.queue, 0), 0);
		assert_int_equal(xf_queue_call(q.queue, note_run, NULL), 0);
		assert_int_equal(xf_sync_release(reader, q.queue), 0);
	}
	for (int i = 0; i < 3; i++) {
		assert_int_equal(atomic_load(&ran), i);
		assert_int_equal(xf_sync_ready(sync, NULL), 0);
		assert_int_equal(xf_sync_on_final_release(sync, e), 0);
		assert_true(gets_set(e));
		assert_int_equal(xf_sync_reset(sync), 0);
	}
	finish(&q);
	assert_int_equal(atomic_load(&ran), 3);
	end_queue(&q);
	xf_sync_close(reader);
	xf_sync_close(sync);
	xf_event_close(e);
}

static void a_refusing_queue_changes_nothing(void **state)
{
	struct xf_sync *sync = create(state);
	struct xf_event *e = event(state);
	struct held q = hold_queue(state);
	struct xf_timeline *promise;
	assert_int_equal(xf_timeline_create(*state, 0, XF_TIMELINE_OWNED, NULL, &promise), 0);
	assert_int_equal(xf_timeline_signal(q.gate, 5), 0);
	assert_int_equal(xf_queue_wait(q.queue, promise, 1), 0);
	assert_int_equal(xf_timeline_abandon(promise), 0);
	assert_int_equal(xf_queue_finish(q.queue, patience(5000)), XF_ABANDONED);
	xf_timeline_close(promise);
	assert_int_equal(xf_sync_ready(sync, q.queue), XF_ABANDONED);
	assert_int_equal(xf_sync_release(sync, q.queue), XF_ABANDONED);
	assert_int_equal(xf_sync_ready_wait(sync, q.queue, 0), XF_ABANDONED);
	assert_int_equal(xf_sync_on_final_release(sync, e), 0);
	assert_true(is_set(e));
	end_queue(&q);
	xf_sync_close(sync);
	xf_event_close(e);
}

static void closing_the_producer_abandons(void **state)
{
	struct xf_sync *sync = create(state), *producer;
	struct xf_event *e = event(state), *ready = event(state);
	struct held q = hold_queue(state), q2 = hold_queue(state);
	assert_int_equal(xf_sync_open(*state, xf_sync_id(sync), &producer), 0);
	assert_int_equal(xf_sync_begin(producer), 0);
	assert_int_equal(xf_sync_begin(producer), 0);
	assert_int_equal(xf_sync_ready_wait(sync, q.queue, 0), 0);
	assert_int_equal(xf_queue_call(q.queue, note_run, NULL), 0);
	assert_int_equal(xf_sync_on_ready(sync, ready), 0);
	assert_int_equal(xf_sync_on_final_release(sync, e), 0);
	atomic_store(&ran, 0);
	xf_sync_close(producer);
	assert_true(gets_set(e));
	assert_true(gets_set(ready));
	assert_true(info_of(sync).abandoned);
	assert_false(info_of(sync).ready);
	assert_int_equal(xf_sync_ready_wait(sync, NULL, XF_NEVER), XF_ABANDONED);
	assert_int_equal(xf_sync_ready(sync, NULL), XF_ABANDONED);
	assert_int_equal(xf_sync_begin(sync), XF_ABANDONED);
	assert_int_equal(xf_queue_finish(q.queue, patience(5000)), XF_ABANDONED);
	assert_int_equal(atomic_load(&ran), 0); /* dropped, not run early */
	/* The next use is as good as new, for queues too. */
	assert_int_equal(xf_sync_reset(sync), 0);
	assert_int_equal(xf_sync_ready_wait(sync, q2.queue, 0), 0);
	assert_int_equal(xf_queue_call(q2.queue, note_run, NULL), 0);
	assert_int_equal(xf_queue_finish(q2.queue, xf_deadline(20 * MS)), XF_TIMEOUT);
	assert_int_equal(xf_sync_ready(sync, NULL), 0);
	finish(&q2);
	assert_int_equal(atomic_load(&ran), 1);
	end_queue(&q);
	end_queue(&q2);
	xf_event_close(e);
	xf_event_close(ready);
	xf_sync_close(sync);
}

/* What the killed child was doing. */
static int read_and_hang(struct xf_domain *domain, xf_id id)
{
	struct xf_sync *sync;
	if (xf_sync_open(domain, id, &sync) || xf_sync_subscribe(sync) ||
		xf_sync_ready_wait(sync, NULL, XF_NEVER))
		return 1;
	pause();
	return 2;
}

static int produce_and_hang(struct xf_domain *domain, xf_id id)
{
	struct xf_sync *sync;
	if (xf_sync_open(domain, id, &sync) || xf_sync_begin(sync))
		return 1;
	pause();
	return 2;
}

static void until(struct xf_sync *sync, bool (*seen)(struct xf_sync_info info))
{
	int64_t end = patience(5000);
	while (!seen(info_of(sync)) && xf_now() < end)
		usleep(500);
	assert_true(seen(info_of(sync)));
}

static bool reads(struct xf_sync_info info)
{
	return info.pending_release == 1;
}

static bool produces(struct xf_sync_info info)
{
	return info.pending_ready == 1;
}

static void a_killed_consumer_has_released(void **state)
{
	needs_processes();
	struct xf_sync *sync = create(state);
	struct xf_event *e = event(state);
	pid_t child = in_child(*state, xf_sync_id(sync), read_and_hang);
	/* The child subscribes at a time of its own: new uses until it takes part in one. */
	int64_t end = patience(5000);
	while (xf_sync_reset(sync) == 0 && xf_now() < end) {
		assert_int_equal(xf_sync_ready(sync, NULL), 0);
		usleep(500);
	}
	until(sync, reads);
	assert_int_equal(xf_sync_on_final_release(sync, e), 0);
	assert_int_equal(xf_event_wait(e, xf_deadline(20 * MS)), XF_TIMEOUT);
	assert_int_equal(xf_sync_reset(sync), -EBUSY);
	kill(child, SIGKILL);
	assert_true(gets_set(e));
	assert_int_equal(wait_child(child), 128 + SIGKILL);
	assert_int_equal(xf_sync_reset(sync), 0);
	assert_int_equal(xf_sync_ready(sync, NULL), 0);
	assert_int_equal(info_of(sync).pending_release, 0); /* subscribed no more */
	xf_event_close(e);
	xf_sync_close(sync);
}

static void a_killed_producer_abandons(void **state)
{
	needs_processes();
	struct xf_sync *sync = create(state);
	struct xf_event *e = event(state), *ready = event(state);
	pid_t child = in_child(*state, xf_sync_id(sync), produce_and_hang);
	until(sync, produces);
	assert_int_equal(xf_sync_on_ready(sync, ready), 0);
	assert_int_equal(xf_sync_on_final_release(sync, e), 0);
	assert_int_equal(xf_event_wait(e, xf_deadline(20 * MS)), XF_TIMEOUT);
	kill(child, SIGKILL);
	assert_int_equal(xf_sync_ready_wait(sync, NULL, patience(5000)), XF_ABANDONED);
	assert_true(gets_set(e));
	assert_true(gets_set(ready));
	assert_true(info_of(sync).abandoned);
	assert_int_equal(wait_child(child), 128 + SIGKILL);
	assert_int_equal(xf_sync_reset(sync), 0);
	assert_int_equal(xf_sync_ready(sync, NULL), 0);
	assert_int_equal(xf_sync_ready_wait(sync, NULL, 0), 0);
	xf_event_close(e);
	xf_event_close(ready);
	xf_sync_close(sync);
}

/* Its member is dead then; nobody knows of its device, so it counts as not gone for a second. */
static int produce_and_become_another(struct xf_domain *domain, xf_id id)
{
	struct xf_domain *same;
	struct xf_sync *sync;
	struct xf_timeline *timeline;
	uint64_t *word;
	if (xf_sync_open(domain, id, &sync) || xf_sync_begin(sync) ||
		xf_timeline_create(domain, 0, 0, NULL, &timeline) ||
		xf_timeline_word(timeline, XF_TIMELINE_DEVICE_WAITS, &word, &same))
		return 1;
	execlp("sleep", "sleep", "60", NULL);
	return 2;
}

static void until_dead(struct xf_domain *domain, uint64_t deaths)
{
	struct xf_domain_info info = { .size = sizeof(info) };
	int64_t end = patience(5000);
	do
		assert_int_equal(xf_inspect_domain(domain, &info), 0);
	while (info.deaths < deaths && xf_now() < end && usleep(500) == 0);
	assert_int_equal(info.deaths, deaths);
}

/* One that is dead produces no more, though its process may still write. */
static void the_last_living_producer_abandons(void **state)
{
	needs_processes();
	struct xf_sync *sync = create(state);
	pid_t last = in_child(*state, xf_sync_id(sync), produce_and_hang);
	until(sync, produces);
	pid_t other = in_child(*state, xf_sync_id(sync), produce_and_become_another);
	until_dead(*state, 1);
	assert_false(info_of(sync).abandoned);
	kill(last, SIGKILL);
	assert_int_equal(xf_sync_ready_wait(sync, NULL, patience(5000)), XF_ABANDONED);
	assert_int_equal(wait_child(last), 128 + SIGKILL);
	kill(other, SIGKILL);
	assert_int_equal(wait_child(other), 128 + SIGKILL);
	xf_sync_close(sync);
}

/* Whoever asked to be told, and closes its handle before: the event is its caller's only. */
static void nobody_is_told_without_a_handle(void **state)
{
	struct xf_sync *sync = create(state), *other;
	struct xf_domain *again;
	struct xf_event *ready;
	int fd;
	assert_int_equal(xf_domain_export(*state, 0, &fd), 0);
	assert_int_equal(xf_domain_join(fd, &again), 0);
	close(fd);
	assert_int_equal(xf_sync_open(again, xf_sync_id(sync), &other), 0);
	assert_int_equal(xf_event_create(again, 0, NULL, &ready), 0);
	xf_id id = xf_event_id(ready);
	assert_int_equal(xf_sync_begin(sync), 0);
	assert_int_equal(xf_sync_on_ready(other, ready), 0);
	assert_int_equal(xf_sync_on_ready(other, ready), 0);
	xf_sync_close(other);
	assert_int_equal(xf_sync_ready(sync, NULL), 0);
	assert_int_equal(xf_event_wait(ready, 0), XF_TIMEOUT);
	xf_event_close(ready);
	assert_int_equal(xf_event_open(again, id, &ready), -ESTALE);
	xf_sync_close(sync);
	xf_domain_leave(again);
}

/* A registration dies with its process, and the slot is free for another. */
static int register_and_hang(struct xf_domain *domain, xf_id id)
{
	struct xf_sync *sync;
	struct xf_event *own, *note;
	if (xf_sync_open(domain, id, &sync) || xf_event_create(domain, 0, "own", &own) ||
		xf_sync_on_final_release(sync, own) ||
		xf_event_create(domain, 0, "registered", &note) || xf_event_wait(own, XF_NEVER))
		return 1;
	/* Set by the other process. Now one that will never fire. */
	if (xf_sync_begin(sync) || xf_sync_on_final_release(sync, own) ||
		xf_event_create(domain, 0, "again", &note))
		return 2;
	pause();
	return 3;
}

static void until_known(struct xf_domain *domain, const char *label)
{
	int64_t end = patience(5000);
	xf_id id;
	while (xf_domain_find(domain, XF_EVENT, label, &id) && xf_now() < end)
		usleep(500);
	assert_int_equal(xf_domain_find(domain, XF_EVENT, label, &id), 0);
}

static void other_processes_register(void **state)
{
	needs_processes();
	struct xf_sync *sync = create(state);
	struct xf_event *e = event(state);
	xf_id id;
	assert_int_equal(xf_sync_begin(sync), 0);
	pid_t child = in_child(*state, xf_sync_id(sync), register_and_hang);
	until_known(*state, "registered");
	assert_int_equal(xf_sync_reset(sync), 0);
	assert_int_equal(xf_sync_ready(sync, NULL), -ESTALE); /* fires: nothing pending now */
	until_known(*state, "again");
	assert_int_equal(info_of(sync).pending_ready, 1);
	kill(child, SIGKILL);
	assert_int_equal(wait_child(child), 128 + SIGKILL);
	assert_int_equal(xf_sync_ready_wait(sync, NULL, patience(5000)), XF_ABANDONED);
	assert_int_equal(xf_sync_on_final_release(sync, e), 0);
	assert_true(gets_set(e));
	/* The dead member's handles are closed a moment after that. */
	int64_t end = patience(5000);
	while (xf_domain_find(*state, XF_EVENT, "own", &id) == 0 && xf_now() < end)
		usleep(500);
	assert_int_equal(xf_domain_find(*state, XF_EVENT, "own", &id), -ENOENT);
	xf_event_close(e);
	xf_sync_close(sync);
}

static void refuses_what_is_not_its_own(void **state)
{
	needs_processes();
	struct xf_sync *sync = create(state), *none;
	struct xf_event *e = event(state), *foreign;
	struct xf_domain *other;
	struct xf_object_info seen = { .size = sizeof(seen) };
	xf_id id = xf_sync_id(sync);
	assert_int_equal(xf_domain_create(NULL, &other), 0);
	assert_int_equal(xf_event_create(other, 0, NULL, &foreign), 0);
	assert_int_equal(xf_sync_on_final_release(sync, foreign), -EINVAL);
	assert_int_equal(xf_sync_on_ready(sync, foreign), -EINVAL);
	assert_int_equal(xf_sync_open(*state, xf_event_id(e), &none), -EINVAL);
	assert_int_equal(xf_inspect_object(*state, id, &seen), 0);
	assert_string_equal(seen.label, "frame");
	pid_t child = fork();
	if (child == 0) {
		int r = xf_sync_ready(sync, NULL);
		xf_sync_close(sync);
		_exit(r == -ECHILD ? 0 : 1);
	}
	assert_int_equal(wait_child(child), 0);
	xf_sync_close(sync);
	assert_int_equal(xf_sync_open(*state, id, &none), -ESTALE);
	xf_event_close(e);
	xf_event_close(foreign);
	xf_domain_leave(other);
}

static void a_read_only_member_waits(void **state)
{
	struct xf_sync *sync = create(state), *looker;
	struct xf_domain *other;
	int fd;
	assert_int_equal(xf_domain_export(*state, XF_OPEN_READ_ONLY, &fd), 0);
	assert_int_equal(xf_domain_join(fd, &other), 0);
	close(fd);
	assert_int_equal(xf_sync_open(other, xf_sync_id(sync), &looker), 0);
	assert_int_equal(xf_sync_ready_wait(looker, NULL, xf_deadline(10 * MS)), XF_TIMEOUT);
	assert_int_equal(xf_sync_ready(looker, NULL), -EACCES);
	assert_int_equal(xf_sync_subscribe(looker), -EACCES);
	assert_int_equal(xf_sync_ready(sync, NULL), 0);
	assert_int_equal(xf_sync_ready_wait(looker, NULL, patience(5000)), 0);
	xf_sync_close(looker);
	xf_domain_leave(other);
	xf_sync_close(sync);
}

/* Two threads end things at once, many times: each registration fires once. */
struct racer {
	struct xf_sync *sync;
	struct xf_event *go, *done;
	_Atomic bool stop;
};

static void *race(void *arg)
{
	struct racer *racer = arg;
	while (!atomic_load(&racer->stop)) {
		if (xf_event_wait(racer->go, xf_deadline(100 * MS)))
			continue;
		(void)xf_sync_skip(racer->sync);
		(void)xf_event_set(racer->done);
	}
	return NULL;
}

static void fires_once_under_contention(void **state)
{
	struct xf_sync *sync = create(state);
	struct xf_event *e = event(state);
	struct racer racers[2];
	pthread_t threads[2];
	for (int i = 0; i < 2; i++) {
		racers[i] = (struct racer){ .go = event(state), .done = event(state) };
		assert_int_equal(xf_sync_open(*state, xf_sync_id(sync), &racers[i].sync), 0);
		assert_int_equal(xf_sync_subscribe(racers[i].sync), 0);
		assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
	}
	for (int n = 0; n < 2000; n++) {
		assert_int_equal(xf_sync_begin(sync), 0);
		assert_int_equal(xf_sync_on_final_release(sync, e), 0);
		assert_int_equal(xf_sync_ready(sync, NULL), 0);
		for (int i = 0; i < 2; i++)
			assert_int_equal(xf_event_set(racers[i].go), 0);
		assert_true(gets_set(e));
		for (int i = 0; i < 2; i++)
			assert_true(gets_set(racers[i].done));
		assert_false(is_set(e));
		assert_int_equal(xf_sync_reset(sync), 0);
	}
	for (int i = 0; i < 2; i++) {
		atomic_store(&racers[i].stop, true);
		pthread_join(threads[i], NULL);
		xf_sync_close(racers[i].sync);
		xf_event_close(racers[i].go);
		xf_event_close(racers[i].done);
	}
	xf_event_close(e);
	xf_sync_close(sync);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_with_domain(nothing_pending_fires_at_once),
		test_with_domain(a_pending_ready_counts),
		test_with_domain(consumers_wait_before_ready),
		test_with_domain(the_last_registration_wins),
		test_with_domain(a_late_ready_of_an_old_use_changes_nothing),
		test_with_domain(five_uses_follow_each_other),
		test_with_domain(subscribers_are_waited_for),
		test_with_domain(a_queue_may_run_ahead),
		test_with_domain(a_refusing_queue_changes_nothing),
		test_with_domain(closing_the_producer_abandons),
		test_with_domain(a_killed_consumer_has_released),
		test_with_domain(a_killed_producer_abandons),
		test_with_domain(the_last_living_producer_abandons),
		test_with_domain(nobody_is_told_without_a_handle),
		test_with_domain(other_processes_register),
		test_with_domain(refuses_what_is_not_its_own),
		test_with_domain(a_read_only_member_waits),
		test_with_domain(fires_once_under_contention),
	};
	limit(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
