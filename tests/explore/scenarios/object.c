/* SPDX-License-Identifier: MIT */
/* A slot's life: made, opened, closed by the last, made anew; whoever dies in between. */
#include <errno.h>

#include "explore.h"
#include "shm/object.h"

static struct xf_event *event[XP_MEMBERS];
static xf_id id;

static void close_it(int m)
{
	xf_event_close(event[m]);
}

/* Opens what may be gone; if it is there, it stays that object. */
static void open_and_close(int m)
{
	struct xf_event *opened;
	int r = xf_event_open(xp_domain(m), id, &opened);
	if (r && r != -ESTALE)
		xp_fail("neither opened nor gone");
	if (r)
		return;
	if (xf_event_id(opened) != id)
		xp_fail("another object");
	xf_event_close(opened);
}

static void make_another(int m)
{
	struct xf_event *made;
	if (xf_event_create(xp_domain(m), 0, NULL, &made))
		xp_fail("not made");
	xp_value[0]++;
}

static void make_and_close(int m)
{
	struct xf_event *made;
	if (xf_event_create(xp_domain(m), 0, NULL, &made))
		xp_fail("not made");
	xf_event_close(made);
}

static struct xf_event *opened;

static void open_it(int m)
{
	if (xf_event_open(xp_domain(m), id, &opened) == 0)
		xp_value[0]++;
}

/* Once somebody has it, it is there for all, whatever its last closer was about to do. */
static void use_what_is_open(int m)
{
	struct xf_event *ours;
	if (!xp_value[0])
		return;
	if (xf_event_id(opened) != id)
		xp_fail("a handle does not know its object");
	if (xf_event_open(xp_domain(m), id, &ours))
		xp_fail("not opened, although another one has it open");
}

/* As many live ones as were made and not closed; all else is free, and marked so. */
static const char *slots_are_free(void)
{
	const struct xf_domain *d = xp_domain(0);
	int live = 0;
	for (uint32_t i = 0; i < d->geometry.capacity; i++) {
		const struct xfi_slot *slot = xfi_slot(d, i);
		unsigned state = xfi_head_state(slot->head);
		bool used = d->used[i / XFI_BLOCK] & xfi_bit(i % XFI_BLOCK);
		live += state == XFI_LIVE;
		if (state == XFI_BUILDING || state == XFI_CLOSING)
			return "a slot is left half-way";
		if (used != (state != XFI_FREE))
			return "a slot is marked wrongly";
		if (state == XFI_LIVE && !slot->openers)
			return "an object is left that nobody has open";
	}
	return live != xp_value[0] ? "not as many objects as were made" : NULL;
}

static void one_event(void)
{
	xp_event(event, 1, 0);
	id = xf_event_id(event[0]);
}

static void setup_open(void)
{
	one_event();
	xp_thread("A", close_it, 0);
	xp_thread("B", open_and_close, 1);
	xp_thread("C", open_and_close, 2);
}
XP_SCENARIO(object_last_close, "opened while the last one closes", .setup = setup_open,
	.check = slots_are_free, .objects = true);

static void setup_undone(void)
{
	one_event();
	xp_thread("A", close_it, 0);
	xp_thread("B", open_it, 1);
	xp_thread("C", use_what_is_open, 2);
}
XP_SCENARIO(object_close_undone, "what somebody has open is there while a closing is taken back",
	.setup = setup_undone, .check = slots_are_free, .objects = true);

static void setup_death(void)
{
	one_event();
	xp_thread("A", close_it, 0)->may_die = true;
	xp_thread("B", open_and_close, 1)->may_die = true;
}
XP_SCENARIO(object_death, "one of these dies", .setup = setup_death, .check = slots_are_free,
	.objects = true, .sweeper = true);

static void setup_stop(void)
{
	one_event();
	xp_thread("A", close_it, 0)->may_stop = true;
	xp_thread("B", open_and_close, 1);
}
XP_SCENARIO(object_closer_stopped, "it is opened, or gone; nobody waits for ever",
	.setup = setup_stop, .objects = true, .at_most = 1);

static void setup_make(void)
{
	xp_thread("A", make_and_close, 0)->may_die = true;
	xp_thread("B", make_another, 1);
}
XP_SCENARIO(object_made_death, "two make one, the first dies", .setup = setup_make,
	.check = slots_are_free, .objects = true, .sweeper = true);

static void setup_anew(void)
{
	one_event();
	xp_thread("A", close_it, 0);
	xp_thread("B", make_another, 1);
	xp_thread("C", open_and_close, 2);
}
XP_SCENARIO(object_anew, "its slot becomes another object", .setup = setup_anew,
	.check = slots_are_free, .objects = true);
