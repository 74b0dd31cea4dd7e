/* SPDX-License-Identifier: MIT */
/* Waiting for several objects at once. */
#include "explore.h"

static struct xf_event *event[XP_MEMBERS], *other[XP_MEMBERS];
static struct xf_keyed_mutex *mutex[XP_MEMBERS];
static struct xf_timeline *timeline[XP_MEMBERS];

static void any_of_two_until(int m, int64_t deadline)
{
	struct xf_wait_item items[] = { { .type = XF_EVENT, .object = event[m] },
		{ .type = XF_EVENT, .object = other[m] } };
	if (xp_wait_any(items, 2, deadline) == 0)
		xp_value[0]++;
}

static void any_of_two(int m)
{
	any_of_two_until(m, XF_NEVER);
}

static void any_of_two_in_time(int m)
{
	any_of_two_until(m, XP_LATER);
}

/* Another thread of member 0. */
static void any_of_two_beside(int m)
{
	any_of_two_until(0, XP_LATER);
}

static void other_of_two(int m)
{
	struct xf_wait_item items[] = { { .type = XF_EVENT, .object = other[m] },
		{ .type = XF_EVENT, .object = event[m] } };
	xp_wait_any(items, 2, XF_NEVER);
}

static void all_of_two(int m)
{
	struct xf_wait_item items[] = { { .type = XF_EVENT, .object = event[m] },
		{ .type = XF_EVENT, .object = other[m] } };
	xp_wait_all(items, 2, XF_NEVER);
}

static void plain(int m)
{
	xp_event_wait(event[m], XF_NEVER);
}

static void set(int m)
{
	xf_event_set(event[m]);
}

static void set_other(int m)
{
	xf_event_set(other[m]);
}

static void two_events(void)
{
	xp_event(event, 6, 0);
	xp_event(other, 6, 0);
}

static void setup_any(void)
{
	two_events();
	xp_thread("D", any_of_two, 0);
	xp_thread("E", any_of_two_in_time, 1);
	xp_thread("S1", set, 2);
}
XP_SCENARIO(any_deadline, "two members wait for any, one with a deadline", .setup = setup_any);

static void setup_one_member(void)
{
	two_events();
	xp_thread("D", any_of_two, 0);
	xp_thread("E", any_of_two_beside, 0);
	xp_thread("S1", set, 1);
	xp_thread("S2", set, 2);
}
XP_SCENARIO(any_one_bell, "two threads of one member wait for any", .setup = setup_one_member);

static void setup_both_events(void)
{
	two_events();
	xp_thread("D", any_of_two, 0);
	xp_thread("E", other_of_two, 1);
	xp_thread("S1", set, 2);
	xp_thread("S2", set_other, 3);
}
XP_SCENARIO(any_both_set, "the one chosen for an event takes the other one",
	.setup = setup_both_events);

static void setup_plain(void)
{
	two_events();
	xp_thread("D", any_of_two, 0);
	xp_thread("E", plain, 1)->may_die = true;
	xp_thread("S1", set, 2);
}
XP_SCENARIO(any_beside_plain, "any and a plain wait for one event; the plain one dies",
	.setup = setup_plain, .sweeper = true);

static void setup_any_death(void)
{
	two_events();
	xp_thread("D", any_of_two, 0)->may_die = true;
	xp_thread("E", any_of_two, 1)->may_die = true;
	xp_thread("S1", set, 2)->may_die = true;
}
XP_SCENARIO(any_death, "a member that waits for any dies, or the setter", .setup = setup_any_death,
	.sweeper = true);

static void setup_all(void)
{
	two_events();
	xp_thread("D", all_of_two, 0);
	xp_thread("E", any_of_two, 1);
	xp_thread("S1", set, 2);
	xp_thread("S2", set_other, 3);
}
XP_SCENARIO(all_beside_any, "one waits for all, one for any of the same two", .setup = setup_all);

/* Of an event that nobody sets, and a mutex whose owner dies. */
static void all_of_the_dead(int m)
{
	struct xf_wait_item items[] = { { .type = XF_EVENT, .object = event[m] },
		{ .type = XF_KEYED_MUTEX, .object = mutex[m], .value = 7 } };
	if (xp_wait_all(items, 2, XF_NEVER) == XF_ABANDONED)
		xp_value[0]++;
}

static void dies(int m)
{
	xp_die();
}

static const char *told_of_the_death(void)
{
	return xp_value[0] ? NULL : "who waits for all is not told of a death";
}

static void setup_all_death(void)
{
	xp_event(event, 3, 0);
	xp_keyed_mutex(mutex, 3, 0);
	if (xf_keyed_mutex_acquire(mutex[2], 0, 0, NULL))
		xp_fail("setup");
	xp_thread("D", all_of_the_dead, 0);
	xp_thread("W", dies, 2);
}
XP_SCENARIO(all_death, "one of the things that somebody waits for all of is lost",
	.setup = setup_all_death, .sweeper = true, .check = told_of_the_death);

static void setup_herd(void)
{
	two_events();
	xp_thread("D", any_of_two, 0);
	xp_thread("E", any_of_two, 1);
	xp_thread("F", any_of_two, 2);
	xp_thread("S1", set, 3);
}

static const char *one_woke(void)
{
	return xp_woken() > 1 && xp_deviations() == 0 ? "one set woke more than one" : NULL;
}
XP_SCENARIO(any_herd, "one set of an auto-reset event wakes one of three", .setup = setup_herd,
	.check = one_woke);

static void setup_herd_late(void)
{
	two_events();
	xp_thread("D", any_of_two_in_time, 0);
	xp_thread("E", any_of_two, 1);
	xp_thread("F", any_of_two, 2);
	xp_thread("S1", set, 3);
}
XP_SCENARIO(any_herd_late, "the one chosen of three is late", .setup = setup_herd_late);

static void setup_herd_other(void)
{
	two_events();
	xp_thread("D", any_of_two, 0);
	xp_thread("E", any_of_two, 1);
	xp_thread("S1", set_other, 2);
	xp_thread("S2", set, 3);
}
XP_SCENARIO(any_herd_other, "chosen for both events, one takes the one and leaves the other",
	.setup = setup_herd_other);

/* D and E share a bell and a place among the takers. */
static void setup_herd_threads(void)
{
	two_events();
	xp_thread("D", any_of_two, 0);
	xp_thread("E", any_of_two_beside, 0);
	xp_thread("F", any_of_two, 1);
	xp_thread("S1", set, 2);
}
XP_SCENARIO(
	any_herd_threads, "two threads of one member, one of another", .setup = setup_herd_threads);

static void set_twice(int m)
{
	xf_event_set(event[m]);
	xf_event_set(event[m]);
}

/* With D stopped a set may have been for it: the next one is for another. */
static void setup_herd_stop(void)
{
	two_events();
	xp_thread("D", any_of_two, 0)->may_stop = true;
	xp_thread("E", any_of_two, 1);
	xp_thread("S1", set_twice, 2);
}
XP_SCENARIO(any_herd_stop,
	"the one chosen is stopped: the next set is another's; if it was leaving, the one after "
	"that",
	.setup = setup_herd_stop, .at_most = 2);

static void any_again(int m)
{
	any_of_two_until(m, XF_NEVER);
	any_of_two_until(m, XP_LATER);
}

static void setup_herd_again(void)
{
	two_events();
	xp_thread("D", any_again, 0);
	xp_thread("E", any_of_two, 1);
	xp_thread("S1", set_twice, 2);
}
XP_SCENARIO(any_herd_again, "one takes it and comes again, perhaps for the second set",
	.setup = setup_herd_again);

/* What the last owner of E's member slot left among the takers. */
static void opens_and_waits(int m)
{
	struct xf_event *opened;
	if (xf_event_open(xp_domain(m), xf_event_id(event[0]), &opened))
		xp_fail("cannot be opened");
	xp_event_wait(opened, XP_LATER);
}

static void setup_left_behind(void)
{
	two_events();
	struct xfi_slot *slot = xfi_slot(xp_domain(0), xfi_id_index(xf_event_id(event[0])));
	atomic_fetch_or(&slot->hot.event.takers, 0xf0);
	xp_thread("D", any_of_two, 0);
	xp_thread("E", opens_and_waits, 6);
	xp_thread("N", xp_idle, 7); /* never opens it */
	xp_thread("S1", set, 1);
}
XP_SCENARIO(any_left_behind, "a set is not spent on who is not there any more",
	.setup = setup_left_behind);

static void opens(int m)
{
	struct xf_event *opened;
	if (xf_event_open(xp_domain(m), xf_event_id(event[0]), &opened))
		xp_fail("cannot be opened");
}

static void setup_left_to(void)
{
	two_events();
	struct xfi_slot *slot = xfi_slot(xp_domain(0), xfi_id_index(xf_event_id(event[0])));
	atomic_fetch_or(&slot->hot.event.takers, 0xf0);
	xp_thread("D", any_of_two, 0);
	xp_thread("O", opens, 6);
	xp_thread("S1", set, 1);
}
XP_SCENARIO(any_left_to, "nor on who has opened it only, in the slot of one who waited",
	.setup = setup_left_to);

static void twice(int m)
{
	struct xf_wait_item items[] = { { .type = XF_EVENT, .object = event[m] },
		{ .type = XF_EVENT, .object = event[m] } };
	if (xp_wait_all(items, 2, XF_NEVER) != -EINVAL)
		xp_fail("the same auto-reset event twice was not refused");
}

static void setup_twice(void)
{
	two_events();
	xf_event_set(event[0]);
	xp_thread("D", twice, 0);
}
XP_SCENARIO(all_twice, "all of the same auto-reset event twice", .setup = setup_twice);

static void any_mutex(int m)
{
	struct xf_wait_item items[] = { { .type = XF_KEYED_MUTEX, .object = mutex[m], .value = 1 },
		{ .type = XF_EVENT, .object = other[m] } };
	if (xp_wait_any(items, 2, XF_NEVER) == 0)
		xf_keyed_mutex_release(mutex[m], 1, 0);
}

static void acquire_in_time(int m)
{
	if (xp_acquire(mutex[m], 1, XP_LATER) == 0)
		xf_keyed_mutex_release(mutex[m], 1, 0);
}

static void release(int m)
{
	xf_keyed_mutex_release(mutex[m], 1, 0);
}

static void setup_mutex(void)
{
	two_events();
	xp_keyed_mutex(mutex, 4, 0);
	xf_keyed_mutex_acquire(mutex[2], 0, 0, NULL);
	xp_thread("D", any_mutex, 0);
	xp_thread("E", acquire_in_time, 1);
	xp_thread("W", release, 2);
}
XP_SCENARIO(
	any_mutex, "a keyed mutex by any, beside an acquire with a deadline", .setup = setup_mutex);

static void any_timeline(int m)
{
	struct xf_wait_item items[] = { { .type = XF_TIMELINE, .object = timeline[m], .value = 2 },
		{ .type = XF_EVENT, .object = other[m] } };
	xp_wait_any(items, 2, XF_NEVER);
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
	two_events();
	xp_timeline(timeline, 4, 0);
	xp_thread("D", any_timeline, 0);
	xp_thread("E", any_timeline, 1);
	xp_thread("S1", signal_1, 2);
	xp_thread("S2", signal_2, 3);
}
XP_SCENARIO(any_timeline, "a timeline's value by any", .setup = setup_timeline);

static void until_1(int m)
{
	struct xf_wait_item items[] = {
		{ .type = XF_TIMELINE, .object = timeline[m], .value = 1 },
	};
	xp_wait_any(items, 1, XF_NEVER);
}

static void until_1_or_set(int m)
{
	struct xf_wait_item items[] = { { .type = XF_TIMELINE, .object = timeline[m], .value = 1 },
		{ .type = XF_EVENT, .object = other[m] } };
	xp_wait_any(items, 2, XF_NEVER);
}

/* D takes its member out of the timeline's watchers, and finds that E has come meanwhile. */
static void setup_leaves(void)
{
	two_events();
	xp_timeline(timeline, 4, 0);
	xp_thread("D", until_1_or_set, 0);
	xp_thread("S1", set_other, 1);
	xp_thread("E", until_1, 0);
	xp_thread("S2", signal_1, 2);
}
XP_SCENARIO(any_one_leaves, "of a member's two threads one leaves while the other one comes",
	.setup = setup_leaves);
