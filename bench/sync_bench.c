/* SPDX-License-Identifier: MIT */
/*
 * Sync objects between threads of one process, with CPU queues.
 *
 *	sync_bench latency [N]	last release on a queue -> waiting thread runs; beside it, in
 *				turns, an event that the same queue sets; medians
 *	sync_bench cycles [N]	N times ready, wait, release, final release, reset; what is
 *				held before and after
 */
#include <crossfence/crossfence.h>

#include "bench_stat.h"

static struct xf_domain *domain;
static struct xf_queue *producer, *consumer;
static struct xf_sync *sync_object;
static struct xf_event *event;

static void must(int r, const char *what)
{
	if (r) {
		fprintf(stderr, "%s: %s\n", what, xf_strerror(r));
		exit(1);
	}
}

#define MUST(call) must(call, #call)

static void set_event(void *arg)
{
	(void)xf_event_set(arg);
}

static int64_t by_event(void)
{
	int64_t before = xf_now();
	MUST(xf_queue_call(consumer, set_event, event));
	MUST(xf_event_wait(event, XF_NEVER));
	return xf_now() - before;
}

/* The last release, not the ready, is what is waited for: ready comes first, at once. */
static int64_t by_final_release(void)
{
	MUST(xf_sync_ready(sync_object, NULL));
	int64_t before = xf_now();
	MUST(xf_sync_release(sync_object, consumer));
	MUST(xf_sync_on_final_release(sync_object, event));
	MUST(xf_event_wait(event, XF_NEVER));
	int64_t took = xf_now() - before;
	MUST(xf_sync_reset(sync_object));
	return took;
}

static void latency(unsigned n)
{
	int64_t *bare = malloc(n * sizeof(*bare)), *ours = malloc(n * sizeof(*ours));
	if (!bare || !ours)
		exit(1);
	for (unsigned i = 0; i < n; i++) {
		bare[i] = by_event();
		ours[i] = by_final_release();
	}
	double event_us = bench_median_us(bare, n), final_us = bench_median_us(ours, n);
	printf("queue sets an event -> waiter runs      %7.2f us\n", event_us);
	printf("last release on the queue -> waiter runs %6.2f us   %.2f x\n", final_us,
		final_us / event_us);
	free(bare);
	free(ours);
}

static void cycle(void)
{
	MUST(xf_sync_ready_wait(sync_object, consumer, 0));
	MUST(xf_sync_release(sync_object, consumer));
	MUST(xf_sync_ready(sync_object, producer));
	MUST(xf_sync_on_final_release(sync_object, event));
	MUST(xf_event_wait(event, XF_NEVER));
	MUST(xf_sync_reset(sync_object));
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "latency";
	unsigned n = argc > 2 ? (unsigned)atoi(argv[2]) : 0;
	MUST(xf_domain_create(NULL, &domain));
	MUST(xf_queue_create_cpu(&producer));
	MUST(xf_queue_create_cpu(&consumer));
	MUST(xf_sync_create(domain, NULL, &sync_object));
	MUST(xf_event_create(domain, 0, NULL, &event));
	if (!strcmp(what, "latency"))
		latency(n ? n : 20000);
	else if (!strcmp(what, "cycles"))
		bench_cycles(n ? n : 1000000, cycle);
	else
		return 2;
	MUST(xf_queue_finish(consumer, XF_NEVER));
	xf_queue_destroy(producer);
	xf_queue_destroy(consumer);
	xf_sync_close(sync_object);
	xf_event_close(event);
	xf_domain_leave(domain);
	return 0;
}
