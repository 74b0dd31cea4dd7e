/* SPDX-License-Identifier: MIT */
/*
 * A member stopped for good while it changes something: what others change afterwards reaches
 * whoever waits for several objects, too.
 */
#include "explore.h"

static struct xf_event *event[XP_MEMBERS], *other[XP_MEMBERS];
static struct xf_timeline *timeline[XP_MEMBERS];
static struct xf_keyed_mutex *mutex[XP_MEMBERS];

static const char *somebody_went_on(void)
{
	return xp_value[0] ? NULL : "a change by one that runs reached nobody";
}

static void any_event(int m)
{
	struct xf_wait_item items[] = { { .type = XF_EVENT, .object = event[m] },
		{ .type = XF_EVENT, .object = other[m] } };
	if (xp_wait_any(items, 2, XF_NEVER) == 0)
		xp_value[0]++;
}

/* May sleep for good beside one that goes on. */
static void any_event_perhaps(int m)
{
	struct xf_wait_item items[] = { { .type = XF_EVENT, .object = event[m] },
		{ .type = XF_EVENT, .object = other[m] } };
	uint32_t index;
	if (xf_wait_any(items, 2, XF_NEVER, &index) == 0)
		xp_value[0]++;
}

static void set(int m)
{
	xf_event_set(event[m]);
}

static void setup_events(uint32_t flags)
{
	xp_event(event, 4, flags);
	xp_event(other, 4, flags);
	xp_thread("D", any_event, 0);
	xp_thread("S1", set, 1)->may_stop = true;
	xp_thread("S2", set, 2);
}

static void setup_taker(void)
{
	setup_events(0);
}
XP_SCENARIO(stopped_taker, "a setter stopped anywhere does not silence the next for a taker",
	.setup = setup_taker, .check = somebody_went_on);

static void setup_manual(void)
{
	setup_events(XF_EVENT_MANUAL_RESET);
}
XP_SCENARIO(stopped_manual, "nor for whoever waits for any of several manual-reset events",
	.setup = setup_manual, .check = somebody_went_on);

/* Of two takers one is chosen by who is stopped; the next set is for one of them. */
static void setup_two_takers(void)
{
	xp_event(event, 4, 0);
	xp_event(other, 4, 0);
	xp_thread("D", any_event_perhaps, 0);
	xp_thread("E", any_event_perhaps, 3);
	xp_thread("S1", set, 1)->may_stop = true;
	xp_thread("S2", set, 2);
}
XP_SCENARIO(stopped_two_takers, "two takers, and a setter that is stopped",
	.setup = setup_two_takers, .check = somebody_went_on);

static void any_value(int m)
{
	struct xf_wait_item items[] = { { .type = XF_TIMELINE, .object = timeline[m], .value = 1 },
		{ .type = XF_EVENT, .object = other[m] } };
	if (xp_wait_any(items, 2, XF_NEVER) == 0)
		xp_value[0]++;
}

static void signal_1(int m)
{
	xf_timeline_signal(timeline[m], 1);
}

static void signal_2(int m)
{
	xf_timeline_signal(timeline[m], 2);
}

static void setup_timeline(void)
{
	xp_event(other, 4, 0);
	xp_timeline(timeline, 4, 0);
	xp_thread("D", any_value, 0);
	xp_thread("S1", signal_1, 1)->may_stop = true;
	xp_thread("S2", signal_2, 2);
}
XP_SCENARIO(stopped_timeline, "nor a signaller for whoever waits for any", .setup = setup_timeline,
	.check = somebody_went_on);

/* Two threads of one member that come and go while a third party sets. */
static void any_until(int m)
{
	struct xf_wait_item items[] = { { .type = XF_TIMELINE, .object = timeline[m], .value = 9 },
		{ .type = XF_EVENT, .object = other[m] } };
	xp_wait_any(items, 2, XP_LATER);
}

static void any_beside(int m)
{
	any_value(0);
}

static void setup_beside(void)
{
	xp_event(other, 4, 0);
	xp_timeline(timeline, 4, 0);
	xp_thread("D", any_until, 0);
	xp_thread("E", any_beside, 0);
	xp_thread("S1", signal_1, 1);
}
XP_SCENARIO(watch_beside, "one thread of a member comes, another one leaves", .setup = setup_beside,
	.check = somebody_went_on);

static void any_mutex(int m)
{
	struct xf_wait_item items[] = { { .type = XF_KEYED_MUTEX, .object = mutex[m], .value = 1 },
		{ .type = XF_EVENT, .object = other[m] } };
	uint32_t index;
	if (xf_wait_any(items, 2, XF_NEVER, &index) == 0)
		xp_value[0]++;
}

static void release_1(int m)
{
	xf_keyed_mutex_release(mutex[m], 1, 0);
}

/* Takes it away from under D, perhaps, and gives it back. */
static void take_and_release(int m)
{
	if (xf_keyed_mutex_acquire(mutex[m], 1, XP_LATER, NULL))
		return; /* the one stopped has not told */
	xf_keyed_mutex_release(mutex[m], 1, 0);
	xp_value[1]++;
}

static const char *went_on_if_released(void)
{
	return xp_value[1] ? somebody_went_on() : NULL;
}

static void setup_mutex(void)
{
	xp_event(other, 4, 0);
	xp_keyed_mutex(mutex, 4, 0);
	xf_keyed_mutex_acquire(mutex[1], 0, 0, NULL);
	xp_thread("D", any_mutex, 0);
	xp_thread("S1", release_1, 1)->may_stop = true;
	xp_thread("S2", take_and_release, 2);
}
XP_SCENARIO(stopped_release, "nor one that releases, if another one does after it",
	.setup = setup_mutex, .check = went_on_if_released);
