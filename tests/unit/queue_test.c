/* SPDX-License-Identifier: MIT */
#include "harness.h"

static int order[64];
static _Atomic int count;

static void note(void *arg)
{
	order[count++] = (int)(intptr_t)arg;
}

static void runs_in_order(void **state)
{
	struct xf_queue *queue;
	count = 0;
	assert_int_equal(xf_queue_create_cpu(&queue), 0);
	assert_string_equal(xf_queue_kind(queue), "cpu");
	for (int i = 0; i < 64; i++)
		assert_int_equal(xf_queue_call(queue, note, (void *)(intptr_t)i), 0);
	assert_int_equal(xf_queue_finish(queue, XF_NEVER), 0);
	for (int i = 0; i < 64; i++)
		assert_int_equal(order[i], i);
	xf_queue_destroy(queue);
}

/* The consumer is told to wait long before the producer is told to signal. */
static void waits_before_signal(void **state)
{
	struct xf_queue *producer, *consumer;
	struct xf_timeline *timeline;
	count = 0;
	assert_int_equal(xf_timeline_create(*state, 0, 0, NULL, &timeline), 0);
	assert_int_equal(xf_queue_create_cpu(&producer), 0);
	assert_int_equal(xf_queue_create_cpu(&consumer), 0);
	assert_int_equal(xf_queue_wait(consumer, timeline, 2), 0);
	assert_int_equal(xf_queue_call(consumer, note, (void *)2), 0);
	assert_int_equal(xf_queue_finish(consumer, xf_deadline(20 * MS)), XF_TIMEOUT);
	assert_int_equal(count, 0);
	assert_int_equal(xf_queue_call(producer, note, (void *)1), 0);
	assert_int_equal(xf_queue_signal(producer, timeline, 2), 0);
	assert_int_equal(xf_queue_finish(consumer, patience(5000)), 0);
	assert_int_equal(count, 2);
	assert_int_equal(order[0], 1);
	assert_int_equal(order[1], 2);
	xf_queue_destroy(producer);
	xf_queue_destroy(consumer);
	xf_timeline_close(timeline);
}

static void destroy_ends_a_wait_that_never_comes(void **state)
{
	struct xf_queue *queue;
	struct xf_timeline *timeline;
	count = 0;
	assert_int_equal(xf_timeline_create(*state, 0, 0, NULL, &timeline), 0);
	assert_int_equal(xf_queue_create_cpu(&queue), 0);
	assert_int_equal(xf_queue_wait(queue, timeline, 1), 0);
	assert_int_equal(xf_queue_call(queue, note, NULL), 0);
	usleep(10000);
	xf_queue_destroy(queue);
	assert_int_equal(count, 0); /* dropped, not run early */
	xf_timeline_close(timeline);
}

static _Atomic int drops;

static void note_drop(void *arg)
{
	drops += (int)(intptr_t)arg;
}

/* Each argument comes back once: run; or dropped, when the queue is destroyed. */
static void tells_what_it_drops(void **state)
{
	struct xf_queue *queue;
	struct xf_timeline *timeline;
	count = drops = 0;
	assert_int_equal(xf_timeline_create(*state, 0, 0, NULL, &timeline), 0);
	assert_int_equal(xf_queue_create_cpu(&queue), 0);
	assert_int_equal(xf_queue_call_or_drop(queue, note, NULL, NULL), -EINVAL);
	assert_int_equal(xf_queue_call_or_drop(queue, note, note_drop, (void *)1), 0);
	assert_int_equal(xf_queue_wait(queue, timeline, 1), 0);
	assert_int_equal(xf_queue_call_or_drop(queue, note, note_drop, (void *)10), 0);
	assert_int_equal(xf_queue_call_or_drop(queue, note, note_drop, (void *)100), 0);
	xf_queue_destroy(queue);
	assert_int_equal(count, 1);
	assert_int_equal(drops, 110);
	xf_timeline_close(timeline);
}

/* When a wait fails this is told at once, whether anybody asks the queue or not. */
static void tells_when_it_fails(void **state)
{
	struct xf_queue *queue;
	struct xf_timeline *owned;
	count = drops = 0;
	assert_int_equal(xf_timeline_create(*state, 0, XF_TIMELINE_OWNED, NULL, &owned), 0);
	assert_int_equal(xf_queue_create_cpu(&queue), 0);
	assert_int_equal(xf_queue_wait(queue, owned, 1), 0);
	assert_int_equal(xf_queue_call_or_drop(queue, note, note_drop, (void *)1), 0);
	assert_int_equal(xf_timeline_abandon(owned), 0);
	for (int64_t until = patience(10000); !drops && xf_now() < until;)
		usleep(1000);
	assert_int_equal(drops, 1);
	assert_int_equal(xf_queue_finish(queue, XF_NEVER), XF_ABANDONED);
	assert_int_equal(xf_queue_call_or_drop(queue, note, note_drop, (void *)1), XF_ABANDONED);
	xf_queue_destroy(queue);
	assert_int_equal(count, 0);
	assert_int_equal(drops, 1);
	xf_timeline_close(owned);
}

/* Likewise where nothing can be written to wake the one that waits. */
static void a_read_only_member_has_queues(void **state)
{
	struct xf_queue *queue;
	struct xf_timeline *timeline, *seen;
	struct xf_domain *other;
	int fd;
	assert_int_equal(xf_timeline_create(*state, 0, 0, NULL, &timeline), 0);
	assert_int_equal(xf_domain_export(*state, XF_OPEN_READ_ONLY, &fd), 0);
	assert_int_equal(xf_domain_join(fd, &other), 0);
	close(fd);
	assert_int_equal(xf_timeline_open(other, xf_timeline_id(timeline), &seen), 0);
	assert_int_equal(xf_queue_create_cpu(&queue), 0);
	assert_int_equal(xf_queue_wait(queue, seen, 1), 0);
	assert_int_equal(xf_timeline_signal(timeline, 1), 0);
	assert_int_equal(xf_queue_finish(queue, patience(5000)), 0);
	assert_int_equal(xf_queue_wait(queue, seen, 2), 0);
	usleep(10000);
	xf_queue_destroy(queue);
	xf_timeline_close(seen);
	xf_domain_leave(other);
	xf_timeline_close(timeline);
}

static void a_forked_child_has_no_queue(void **state)
{
	needs_processes();
	struct xf_queue *queue;
	assert_int_equal(xf_queue_create_cpu(&queue), 0);
	pid_t child = fork();
	if (child == 0) {
		limit(10);
		int ok = xf_queue_call(queue, note, NULL) == -ECHILD &&
			 xf_queue_finish(queue, XF_NEVER) == -ECHILD;
		xf_queue_destroy(queue);
		_exit(!ok);
	}
	assert_int_equal(wait_child(child), 0);
	xf_queue_destroy(queue);
}

static void a_failed_wait_fails_the_queue(void **state)
{
	struct xf_queue *queue;
	struct xf_timeline *timeline;
	assert_int_equal(xf_timeline_create(*state, 0, XF_TIMELINE_OWNED, NULL, &timeline), 0);
	assert_int_equal(xf_queue_create_cpu(&queue), 0);
	assert_int_equal(xf_queue_wait(queue, timeline, 1), 0);
	assert_int_equal(xf_timeline_abandon(timeline), 0);
	assert_int_equal(xf_queue_finish(queue, patience(5000)), XF_ABANDONED);
	assert_int_equal(xf_queue_call(queue, note, NULL), XF_ABANDONED);
	assert_int_equal(xf_queue_wait(queue, NULL, 1), -EINVAL);
	xf_queue_destroy(queue);
	xf_queue_destroy(NULL);
	xf_timeline_close(timeline);
}

/* Refused where it is known; where others come further meanwhile there is nothing to do. */
static void signals_below_the_counter(void **state)
{
	struct xf_queue *queue;
	struct xf_timeline *timeline, *gate;
	uint64_t value;
	count = 0;
	assert_int_equal(xf_timeline_create(*state, 5, 0, NULL, &timeline), 0);
	assert_int_equal(xf_timeline_create(*state, 0, 0, NULL, &gate), 0);
	assert_int_equal(xf_queue_create_cpu(&queue), 0);
	assert_int_equal(xf_queue_signal(queue, timeline, 4), -EINVAL);
	assert_non_null(strstr(xf_last_message(-EINVAL), "value 4 is lower than the counter, 5"));
	assert_int_equal(xf_queue_signal(queue, timeline, 5), 0);
	assert_int_equal(xf_queue_wait(queue, gate, 1), 0);
	assert_int_equal(xf_queue_signal(queue, timeline, 6), 0);
	assert_int_equal(xf_queue_call(queue, note, (void *)7), 0);
	assert_int_equal(xf_timeline_signal(timeline, 8), 0);
	assert_int_equal(xf_timeline_signal(gate, 1), 0);
	assert_int_equal(xf_queue_finish(queue, patience(5000)), 0);
	assert_int_equal(order[0], 7);
	assert_int_equal(xf_timeline_value(timeline, &value), 0);
	assert_int_equal(value, 8);
	assert_int_equal(xf_queue_signal(queue, timeline, 9), 0);
	assert_int_equal(xf_timeline_wait(timeline, 9, patience(5000)), 0);
	xf_queue_destroy(queue);
	xf_timeline_close(gate);
	xf_timeline_close(timeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_with_domain(runs_in_order),
		test_with_domain(waits_before_signal),
		test_with_domain(destroy_ends_a_wait_that_never_comes),
		test_with_domain(a_read_only_member_has_queues),
		test_with_domain(a_forked_child_has_no_queue),
		test_with_domain(a_failed_wait_fails_the_queue),
		test_with_domain(signals_below_the_counter),
		test_with_domain(tells_what_it_drops),
		test_with_domain(tells_when_it_fails),
	};
	limit(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
