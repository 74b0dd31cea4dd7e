/* SPDX-License-Identifier: MIT */
/* Timelines: whoever waits for a value that is passed goes on. */
#include "explore.h"

static struct xf_timeline *timeline[XP_MEMBERS];

static void wait_1(int m)
{
	xp_timeline_wait(timeline[m], 1, XF_NEVER);
}

static void wait_2(int m)
{
	xp_timeline_wait(timeline[m], 2, XF_NEVER);
}

static void signal_1(int m)
{
	xf_timeline_signal(timeline[m], 1);
}

static void signal_2(int m)
{
	xf_timeline_signal(timeline[m], 2);
}

static void signal_3(int m)
{
	xf_timeline_signal(timeline[m], 3);
}

static void setup_both(void)
{
	xp_timeline(timeline, 4, 0);
	xp_thread("D", wait_1, 0);
	xp_thread("E", wait_2, 1);
	xp_thread("S1", signal_1, 2);
	xp_thread("S2", signal_2, 3);
}
XP_SCENARIO(timeline_two, "two values, two signals", .setup = setup_both);

static void setup_stopped(void)
{
	xp_timeline(timeline, 4, 0);
	xp_thread("D", wait_1, 0);
	xp_thread("S1", signal_1, 1)->may_stop = true;
	xp_thread("S3", signal_3, 2);
}
XP_SCENARIO(timeline_signaller_stopped, "a signaller stopped anywhere is passed by the next",
	.setup = setup_stopped);

static void setup_three_signallers(void)
{
	xp_timeline(timeline, 5, 0);
	xp_thread("D", wait_1, 0);
	xp_thread("S1", signal_1, 1)->may_stop = true;
	xp_thread("S2", signal_2, 2);
	xp_thread("S3", signal_3, 3);
}
XP_SCENARIO(timeline_three_signallers, "a stopped one, and two that overtake each other",
	.setup = setup_three_signallers);

static void setup_death(void)
{
	xp_timeline(timeline, 5, 0);
	xp_thread("D", wait_1, 0);
	xp_thread("E", wait_2, 1)->may_die = true;
	xp_thread("S3", signal_3, 2)->may_die = true;
}
XP_SCENARIO(
	timeline_death, "a waiter or the signaller dies", .setup = setup_death, .sweeper = true);
