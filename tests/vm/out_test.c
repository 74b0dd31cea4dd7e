/* SPDX-License-Identifier: MIT */
/*
 * A channel's way out alone, without a service: the service thread queues messages while a driver
 * signals. Whatever was accepted must have left when both have returned, for nobody comes back to
 * look.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <pthread.h>
#include <sched.h>
#include <cmocka.h>

#include "host/channel.h"
#include "host/out.h"

#define ROUNDS_NS INT64_C(1500000000)

static struct xf_host_guest guest = { .max_queue = 60, .signal_rate.per_second = XFH_RATE_NONE };
static struct xfh_channel channel;
static _Atomic long asked, answered;
static _Atomic int stop;

void xfh_host_kick(struct xf_host *host)
{
}

void xfh_host_rewatch(struct xf_host *host, const struct xfh_watch *watch, uint32_t events)
{
}

static ssize_t takes_all(struct xfh_channel *of, const void *bytes, size_t size)
{
	return (ssize_t)size;
}

/* Takes nothing at first; then counts what it takes. */
static int shut;
static size_t taken;

static ssize_t takes_when_open(struct xfh_channel *of, const void *bytes, size_t size)
{
	if (shut)
		return -EAGAIN;
	taken += size;
	return (ssize_t)size;
}

static const struct xfh_channel_io shut_io = { .write = takes_when_open, .hint_only = 1 };

static const struct xfh_channel_io io = { .write = takes_all, .hint_only = 1 };

/* Spinning, so that both act at once; on a busy machine the other may need our CPU. */
static void await_value(const _Atomic long *word, long value)
{
	for (unsigned i = 1; *word != value && !stop; i++)
		if (i % 4096 == 0)
			sched_yield();
}

static void *driver(void *arg)
{
	for (long seen = 1;; seen++) {
		await_value(&asked, seen);
		if (stop)
			return NULL;
		for (long i = 0; i <= seen % 5; i++)
			(void)xfh_out_signal(&channel, 1, 2, 0); /* full is an answer, too */
		answered = seen;
	}
}

static void nothing_accepted_stays_behind(void **state)
{
	pthread_t thread;
	channel.guest = &guest;
	channel.io = &io;
	assert_int_equal(xfh_out_init(&channel.out, guest.max_queue), 0);
	assert_int_equal(pthread_create(&thread, NULL, driver, NULL), 0);
	long behind = 0, round = 0;
	for (int64_t end = xf_deadline(ROUNDS_NS); round % 64 || xf_now() < end;) {
		asked = ++round;
		for (long i = 0; i <= round % 4; i++)
			assert_int_equal(
				xfh_out_message(&channel, &(struct xfw_msg){ 0 }, NULL), 0);
		await_value(&answered, round);
		/* Both are out of the flush: neither can be the flusher any more. */
		behind += atomic_load(&channel.out.queued) || atomic_load(&channel.out.controls);
		xfh_out_flush(&channel, 1);
	}
	stop = 1;
	pthread_join(thread, NULL);
	print_message("%ld rounds\n", round);
	assert_int_equal(behind, 0);
	xfh_out_drop(&channel);
	xfh_rings_finish(&channel.out.rings);
}

/* All the acquires of a guest that does not read are answered at once: nothing is overwritten. */
static void thousands_of_answers_wait(void **state)
{
	static struct xfh_channel full;
	const int answers = 5000;
	full.guest = &guest;
	full.io = &shut_io;
	shut = 1;
	assert_int_equal(xfh_out_init(&full.out, guest.max_queue), 0);
	for (int i = 0; i < answers; i++) {
		(void)xfh_out_signal(&full, 1, 2, 0); /* as many as its queue takes */
		assert_int_equal(xfh_out_message(&full, &(struct xfw_msg){ 0 }, NULL), 0);
	}
	uint64_t signals = atomic_load(&full.out.queued) + full.out.signals;
	shut = 0;
	while (atomic_load(&full.out.controls) || atomic_load(&full.out.queued))
		xfh_out_flush(&full, 1);
	xfh_out_flush(&full, 1);
	assert_int_equal(taken, ((uint64_t)answers + signals) * XFW_HEAD_BYTES);
	xfh_rings_finish(&full.out.rings);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(nothing_accepted_stays_behind),
		cmocka_unit_test(thousands_of_answers_wait) };
	return cmocka_run_group_tests_name("a channel's way out", tests, NULL, NULL);
}
