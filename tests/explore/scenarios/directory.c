/* SPDX-License-Identifier: MIT */
/*
 * Who looks for a label while its buckets are full, and others come, go and die: finds the newest
 * of those that were there all the time, or a newer one.
 */
#include "engine.h"
#include "world.h"
#include "shm/directory.h"
#include "shm/object.h"

#define FULL (2 * XFI_DIRECTORY_WORDS)

static const char *const label = "same";
static uint32_t last; /* slot of the last of those that fill both buckets */
static xf_id newest;

static bool is_same(struct xf_domain *d, uint32_t index, const void *arg)
{
	struct xfi_label wanted = xfi_label_of(label), own = xfi_label_words(xfi_slot(d, index));
	return xfi_label_equal(&wanted, &own);
}

static xf_id search(int m)
{
	struct xfi_label wanted = xfi_label_of(label);
	return xfi_directory_search(xp_domain(m), xfi_hash_of_label(&wanted), is_same, NULL);
}

static uint32_t create(int m)
{
	uint32_t index;
	if (xfi_object_create(xp_domain(m), XF_EVENT, label, &index))
		xp_fail("no room");
	xfi_object_publish(xp_domain(m), index);
	return index;
}

static void fill(void)
{
	for (uint32_t i = 0; i < FULL; i++)
		last = create(0);
	newest = xfi_object_id(xp_domain(0), last);
}

static void comes(int m)
{
	(void)create(m);
}

static void comes_and_goes(int m)
{
	xfi_object_close(xp_domain(m), create(m));
}

static void finds_newest(int m)
{
	xf_id found = search(m);
	if (!found || (int32_t)((uint32_t)found - (uint32_t)newest) < 0)
		xp_fail("one that is older, or none, was found");
}

static const char *still_found(void)
{
	return search(5) ? NULL : "at rest none is found";
}

/* The sweep's part in it, without all the others. */
static void sweep_slots(int m)
{
	xp_wait_for_deaths(1);
	for (uint32_t i = last + 1; i < last + 4; i++)
		xfi_object_member_died(xp_domain(m), i, (uint32_t)xp_last_death());
}

static void setup_full(void)
{
	fill();
	xp_thread("F", finds_newest, 3);
	xp_thread("A", comes, 1)->may_die = true;
	xp_thread("B", comes_and_goes, 2)->may_die = true;
	xp_thread("sweeper", sweep_slots, 7);
}
XP_SCENARIO(directory_full, "a label is found while others push each other out",
	.setup = setup_full, .check = still_found, .objects = true);

/*
 * A pushes the oldest out and dies or goes; the newest goes; then only a walk finds the oldest. If
 * it came too early, it must not have told the next one that nothing is missing.
 */
static void newest_goes(int m)
{
	xfi_object_close(xp_domain(0), last);
	if (!search(m))
		xp_fail("none was found");
}

static void setup_oldest(void)
{
	fill();
	xp_thread("A", comes_and_goes, 1)->may_die = true;
	xp_thread("F", newest_goes, 3);
	xp_thread("sweeper", sweep_slots, 7);
}
XP_SCENARIO(directory_oldest, "what was pushed out is found when the others have gone",
	.setup = setup_oldest, .check = still_found, .objects = true);

/*
 * Somebody died while entering, so F walks. The oldest is pushed out after F has passed it and
 * before F comes to who pushes.
 */
static void setup_walk(void)
{
	fill();
	xfi_directory_half_entered(xp_domain(0), last);
	xp_thread("A", comes_and_goes, 1)->may_die = true;
	xp_thread("F", newest_goes, 3);
	xp_thread("sweeper", sweep_slots, 7);
}
XP_SCENARIO(directory_walk, "a walk does not say that nothing is missing of what changes meanwhile",
	.setup = setup_walk, .check = still_found, .objects = true);
