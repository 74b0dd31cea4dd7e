/* SPDX-License-Identifier: MIT */
/* The CPU queue: in order, and it ends whatever it waits for, whose handle may be closed before. */
#include <errno.h>

#include "explore.h"

static struct xf_timeline *timeline[XP_MEMBERS], *answer[XP_MEMBERS];
static struct xf_queue *queue;

static void called(void *arg)
{
	if (!xp_value[1])
		xp_fail("called before what it was to wait for");
	xp_value[0]++;
}

static void submit(int m)
{
	xf_queue_wait(queue, timeline[m], 1);
	xf_queue_call(queue, called, NULL);
	xf_queue_signal(queue, answer[m], 1);
	xp_value[2] = xf_queue_finish(queue, XF_NEVER);
}

static void wait_and_signal(int m)
{
	xp_value[1]++;
	xf_timeline_signal(timeline[m], 1);
	xp_timeline_wait(answer[m], 1, XF_NEVER);
	xp_value[3]++;
}

static void submit_and_destroy(int m)
{
	xf_queue_wait(queue, timeline[m], 1);
	xf_queue_call(queue, called, NULL);
	xf_queue_destroy(queue);
	xp_value[3]++;
}

static void a_queue(void)
{
	xp_timeline(timeline, 2, 0);
	xp_timeline(answer, 2, 0);
}

static const char *all_done(void)
{
	return xp_value[0] && !xp_value[2] && xp_value[3] ? NULL : "not everything was done";
}

static const char *ended(void)
{
	return xp_value[3] ? NULL : "the queue does not end";
}

static void make_queue(void)
{
	if (xf_queue_create_cpu(&queue))
		xp_fail("no queue");
}

static void setup_order(void)
{
	a_queue();
	xp_thread("U", submit, 0);
	make_queue();
	xp_thread("S", wait_and_signal, 1);
}
XP_SCENARIO(queue_order, "waits for a timeline, calls, signals", .setup = setup_order,
	.check = all_done);

static void signal_late(int m)
{
	xp_value[1]++;
	xf_timeline_signal(timeline[m], 1);
}

static void setup_destroy(void)
{
	a_queue();
	xp_thread("U", submit_and_destroy, 0);
	make_queue();
	xp_thread("S", signal_late, 1);
}
XP_SCENARIO(queue_destroy, "destroyed while it waits", .setup = setup_destroy, .check = ended);

static void setup_alone(void)
{
	a_queue();
	xp_thread("U", submit_and_destroy, 0);
	make_queue();
}
XP_SCENARIO(queue_destroy_alone, "and nobody ever signals", .setup = setup_alone, .check = ended);

static xf_id id;

static void submit_and_close(int m)
{
	xf_queue_wait(queue, timeline[m], 1);
	xf_queue_call(queue, called, NULL);
	xf_timeline_close(timeline[m]);
	xp_value[2] = xf_queue_finish(queue, XF_NEVER);
}

static void signal_and_close(int m)
{
	xp_value[1]++;
	xf_timeline_signal(timeline[m], 1);
	xf_timeline_close(timeline[m]);
}

static const char *passed_and_gone(void)
{
	struct xf_timeline *again;
	if (!xp_value[0] || xp_value[2])
		return "not everything was done";
	return xf_timeline_open(xp_domain(0), id, &again) == -ESTALE ? NULL : "it is left over";
}

static void setup_closed(void)
{
	a_queue();
	id = xf_timeline_id(timeline[0]);
	xp_thread("U", submit_and_close, 0);
	make_queue();
	xp_thread("S", signal_and_close, 1);
}
XP_SCENARIO(queue_closed, "what it waits for is closed by all who have it", .setup = setup_closed,
	.check = passed_and_gone, .objects = true);
