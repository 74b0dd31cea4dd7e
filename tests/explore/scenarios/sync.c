/* SPDX-License-Identifier: MIT */
/*
 * Sync objects: P produces, C and E consume, F waits for the final release. Whoever dies, the
 * event is set once, and nobody waits for what will not come.
 */
#include "explore.h"

static struct xf_sync *sync[4];
static struct xf_event *final[4];
enum { P, C, E, F };

static void consume(int m)
{
	int r = xf_sync_ready_wait(sync[m], NULL, XF_NEVER);
	if (r == 0)
		xf_sync_release(sync[m], NULL);
	xp_value[m] = r ? r : 1000;
}

static void wait_final(int m)
{
	struct xf_sync_info info = { .size = sizeof(info) };
	if (xf_event_wait(final[m], XF_NEVER) == 0)
		xp_value[F]++;
	if (xf_sync_info(sync[m], &info) || info.pending_ready || info.pending_release)
		xp_fail("told of the final release while something is pending");
}

static const char *released(void)
{
	struct xf_sync_info info = { .size = sizeof(info) };
	if (xp_value[F] != 1)
		return "the final release was not told of";
	if (xf_event_wait(final[F], 0) == 0)
		return "it was told of twice";
	if (xf_sync_info(sync[F], &info) || info.pending_ready || info.pending_release)
		return "something is pending still";
	return NULL;
}

static void one_use(int consumers)
{
	if (xf_sync_create(xp_domain(P), NULL, &sync[P]))
		xp_fail("setup");
	xp_event(final, 4, 0);
	for (int m = 1; m < 4; m++)
		if (xf_sync_open(xp_domain(m), xf_sync_id(sync[P]), &sync[m]))
			xp_fail("setup");
	for (int m = C; m < C + consumers; m++)
		xf_sync_subscribe(sync[m]);
	/* Due only when it is over: something is pending from here on. */
	xf_sync_begin(sync[P]);
	xf_sync_on_final_release(sync[F], final[F]);
	xp_thread("F", wait_final, F);
}

static void make_ready(int m)
{
	xf_sync_ready(sync[m], NULL);
}

static void setup_use(void)
{
	one_use(2);
	xp_thread("P", make_ready, P);
	xp_thread("C", consume, C);
	xp_thread("E", consume, E);
}
XP_SCENARIO(sync_use, "ready, two releases, the final one", .setup = setup_use, .check = released);

static void setup_consumer_dies(void)
{
	one_use(2);
	xp_thread("P", make_ready, P);
	xp_thread("C", consume, C)->may_die = true;
	xp_thread("E", consume, E);
}
XP_SCENARIO(sync_consumer_dies, "one consumer dies at any step", .setup = setup_consumer_dies,
	.check = released, .sweeper = true, .usually = 1);

static void setup_producer_dies(void)
{
	one_use(1);
	xp_thread("P", make_ready, P)->may_die = true;
	xp_thread("C", consume, C);
}

static const char *consumer_knows(void)
{
	return xp_value[C] ? released() : "the consumer waits for a use that nobody produces";
}
XP_SCENARIO(sync_producer_dies, "the producer dies at any step", .setup = setup_producer_dies,
	.check = consumer_knows, .sweeper = true);

static void unsubscribe(int m)
{
	xf_sync_unsubscribe(sync[m]);
}

static void setup_leaves(void)
{
	one_use(2);
	xp_thread("P", make_ready, P);
	xp_thread("C", consume, C);
	xp_thread("E", unsubscribe, E);
}
XP_SCENARIO(sync_unsubscribes, "a consumer leaves while the use becomes ready",
	.setup = setup_leaves, .check = released);

static struct xf_queue *queue;

/* The queue comes to both later, or while the handle is closed. */
static void wait_release_and_close(int m)
{
	xf_sync_ready_wait(sync[m], queue, 0);
	xf_sync_release(sync[m], queue);
	xf_sync_close(sync[m]);
	xp_value[m] = xf_queue_finish(queue, XF_NEVER) + 1;
}

static void setup_closed(void)
{
	one_use(1);
	xp_thread("P", make_ready, P);
	xp_thread("C", wait_release_and_close, C);
	if (xf_queue_create_cpu(&queue))
		xp_fail("no queue");
}

static const char *finished(void)
{
	return xp_value[C] == 1 ? released() : "the queue did not come to the end";
}
XP_SCENARIO(sync_closed, "a consumer's handle is closed before its queue has come to it",
	.setup = setup_closed, .check = finished);
