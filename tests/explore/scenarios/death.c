/* SPDX-License-Identifier: MIT */
/* A death wakes whom it may concern, and nobody else. */
#include "explore.h"

static struct xf_event *event[XP_MEMBERS], *other[XP_MEMBERS];
static struct xf_keyed_mutex *mutex[XP_MEMBERS];

static void sleeps_here(int m)
{
	xf_event_wait(event[m], XF_NEVER);
}

static void sleeps_there(int m)
{
	xf_event_wait(other[m], XF_NEVER);
}

static void any_of_one(int m)
{
	struct xf_wait_item item = { .type = XF_EVENT, .object = event[m] };
	uint32_t index;
	xf_wait_any(&item, 1, XF_NEVER, &index);
}

static const char *nobody_woken(void)
{
	return xp_woken() ? "somebody was woken whom the death does not concern" : NULL;
}

/* The dead one has all of it open and sleeps for something else. */
static void setup_bystander(void)
{
	xp_event(event, 4, 0);
	xp_event(other, 4, 0);
	xp_thread("D", sleeps_here, 0);
	xp_thread("E", any_of_one, 1);
	xp_thread("X", sleeps_there, 2)->may_die = true;
}
XP_SCENARIO(death_bystander, "a death does not wake whom it does not concern",
	.setup = setup_bystander, .check = nobody_woken, .sweeper = true);

static void waits_for_key(int m)
{
	xp_acquire(mutex[m], 7, XF_NEVER);
}

static void any_with_mutex(int m)
{
	struct xf_wait_item items[] = { { .type = XF_KEYED_MUTEX, .object = mutex[m], .value = 8 },
		{ .type = XF_EVENT, .object = event[m] } };
	xp_wait_any(items, 2, XF_NEVER);
}

/* Abandons it, and dies in the middle of telling, perhaps. */
static void closes(int m)
{
	xf_keyed_mutex_close(mutex[m]);
}

static void setup_abandon(void)
{
	xp_event(event, 4, 0);
	xp_keyed_mutex(mutex, 4, 0);
	xf_keyed_mutex_acquire(mutex[2], 0, 0, NULL);
	xp_thread("D", waits_for_key, 0);
	xp_thread("E", any_with_mutex, 1);
	xp_thread("X", closes, 2)->may_die = true;
}
XP_SCENARIO(death_abandons, "who waits for a mutex hears that it is abandoned",
	.setup = setup_abandon, .sweeper = true);

static void sets(int m)
{
	xf_event_set(event[m]);
}

/* X and Y are threads of one member. */
static void setup_chosen(void)
{
	xp_event(event, 4, 0);
	xp_thread("D", sleeps_here, 0);
	xp_thread("X", sleeps_here, 2)->may_die = true;
	xp_thread("Y", any_of_one, 2);
	xp_thread("S", sets, 3);
}

static const char *taken_by_somebody(void)
{
	const struct xfi_slot *slot = xfi_slot(xp_domain(0), xfi_id_index(xf_event_id(event[0])));
	bool set = atomic_load(&slot->hot.event.word) & XFI_EVENT_SET;
	return set && xp_died() ? "the event is set, and D sleeps" : NULL;
}
XP_SCENARIO(death_chosen, "one that was chosen dies, whichever way it waited",
	.setup = setup_chosen, .check = taken_by_somebody, .sweeper = true);
