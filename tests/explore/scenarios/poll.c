/* SPDX-License-Identifier: MIT */
/* Descriptors: an event that is set makes them readable, by a ring or by a thread. */
#include "explore.h"
#include "sync/event.h"

static struct xf_event *event[XP_MEMBERS];

static bool is_set(void *arg)
{
	return event[0]->base.slot->hot.event.word & XFI_EVENT_SET;
}

/* Takes it once for each set; a descriptor may be readable in vain. */
static void app(int m)
{
	int fd;
	if (xf_event_fd(event[m], &fd))
		xp_fail("no descriptor");
	for (;;) {
		xp_sleeps_unless(is_set, NULL);
		xp_poll_fd(fd);
		xp_sleeps_no_more();
		xf_event_wait(event[m], 0);
	}
}

static void set(int m)
{
	xf_event_set(event[m]);
}

static void take(int m)
{
	xf_event_wait(event[m], 0);
}

static void members(void)
{
	xp_event(event, 4, 0);
	xp_helper(0);
	xp_thread("app", app, 0);
}

static void setup_ring(void)
{
	members();
	xp_thread("S1", set, 1);
	xp_thread("S2", set, 2);
	xp_thread("T", take, 3);
}
XP_SCENARIO(poll_ring, "two sets, and another one that takes", .setup = setup_ring);

static void setup_thread(void)
{
	xp_no_rings();
	setup_ring();
}
XP_SCENARIO(poll_thread, "the same by a thread of the process", .setup = setup_thread);

static struct xf_event *other[XP_MEMBERS];

/* A thread of the poller's member that waits for any of two, and gives up. */
static void pass_by(int m)
{
	struct xf_wait_item items[] = { { .type = XF_EVENT, .object = event[m] },
		{ .type = XF_EVENT, .object = other[m] } };
	uint32_t index;
	(void)xf_wait_any(items, 2, xf_deadline(1000), &index);
}

static void app_once(int m)
{
	int fd;
	if (xf_event_fd(event[m], &fd))
		xp_fail("no descriptor");
	xp_sleeps_unless(is_set, NULL);
	xp_poll_fd(fd);
	xp_sleeps_no_more();
}

/* Nobody takes it, so all who wait are among the watchers. */
static void setup_beside(void)
{
	xp_event(event, 2, XF_EVENT_MANUAL_RESET);
	xp_event(other, 2, XF_EVENT_MANUAL_RESET);
	xp_helper(0);
	xp_thread("X", pass_by, 0);
	xp_thread("app", app_once, 0);
	xp_thread("S", set, 1);
}
XP_SCENARIO(poll_beside, "a thread of the member's leaves meanwhile", .setup = setup_beside,
	.usually = 3); /* it was lost by three */

static void setup_death(void)
{
	members();
	xp_thread("helper", xp_helps, 0);
	xp_thread("S1", set, 1)->may_die = true;
}
XP_SCENARIO(
	poll_death, "a setter dies before it has told", .setup = setup_death, .lifelines = true);

static void setup_thread_death(void)
{
	xp_no_rings();
	setup_death();
}
XP_SCENARIO(
	poll_thread_death, "the same by a thread", .setup = setup_thread_death, .lifelines = true);
