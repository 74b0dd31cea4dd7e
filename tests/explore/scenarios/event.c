/* SPDX-License-Identifier: MIT */
/* Auto-reset events: as many waiters go on as sets can reach, whoever is late, dead or stopped. */
#include "explore.h"

static struct xf_event *event[XP_MEMBERS];

static void waiter(int m)
{
	if (xp_event_wait(event[m], XF_NEVER) == 0)
		xp_value[0]++;
}

static void waiter_in_time(int m)
{
	if (xp_event_wait(event[m], XP_LATER) == 0)
		xp_value[0]++;
}

static void setter(int m)
{
	xf_event_set(event[m]);
	xp_value[1]++;
}

/* However many sets: at least one waiter has gone on, and no more than there were sets. */
static const char *count_taken(void)
{
	if (xp_died() || xp_stopped())
		return NULL;
	return xp_value[0] > xp_value[1] ? "more were let through than there were sets" : NULL;
}

static void setup_two(void)
{
	xp_event(event, 5, 0);
	xp_thread("D", waiter, 0);
	xp_thread("E", waiter_in_time, 1);
	xp_thread("S1", setter, 2);
	xp_thread("S2", setter, 3);
}
XP_SCENARIO(event_two_sets, "two waiters, one with a deadline, two sets", .setup = setup_two,
	.check = count_taken);

static void setup_death(void)
{
	xp_event(event, 3, 0);
	xp_thread("D", waiter, 0);
	xp_thread("E", waiter_in_time, 1)->may_die = true;
	xp_thread("S", setter, 2)->may_die = true;
}
XP_SCENARIO(event_death, "two waiters, one with a deadline; a waiter or the setter dies",
	.setup = setup_death, .check = count_taken, .sweeper = true);

static void setup_stopped(void)
{
	xp_event(event, 4, 0);
	xp_thread("D", waiter, 0);
	xp_thread("S1", setter, 1)->may_stop = true;
	xp_thread("S2", setter, 2);
}

/* The second set came after whatever the stopped one did. */
static const char *somebody_went_on(void)
{
	return xp_value[0] ? NULL : "a set by one that runs reached nobody";
}
XP_SCENARIO(event_setter_stopped, "a setter stopped anywhere does not silence the next set",
	.setup = setup_stopped, .check = somebody_went_on);
