/* SPDX-License-Identifier: MIT */
/* The domain's lock: one at a time, whoever dies or is stopped with it. */
#include "explore.h"
#include "shm/lifeline.h"
#include "shm/lock.h"

static bool is_free(void *arg)
{
	return !(xp_domain(0)->header->lock & 0x7f) && !xp_died() && !xp_stopped();
}

/* xp_value[0]: member + 1 of whoever is inside. */
static void lock_once(int m)
{
	struct xf_domain *d = xp_domain(m);
	xp_sleeps_unless(is_free, NULL);
	int r = xfi_lock(d);
	xp_sleeps_no_more();
	if (r) {
		if (!xp_stopped())
			xp_fail("no lock, although nobody is stopped");
		return;
	}
	if (xp_value[0] && xfi_member_alive(d, (uint32_t)xp_value[0] - 1))
		xp_fail("two have the lock");
	xp_value[0] = m + 1;
	xp_here();
	if (xp_value[0] == m + 1)
		xp_value[0] = 0;
	xp_value[1]++;
	xfi_unlock(d);
}

static const char *all_had_it(void)
{
	return xp_value[1] < 3 && !xp_died() && !xp_stopped() ? "one never had the lock" : NULL;
}

static void setup(void)
{
	xp_thread("A", lock_once, 0);
	xp_thread("B", lock_once, 1);
	xp_thread("C", lock_once, 2);
}
XP_SCENARIO(lock_three, "three members, each once", .setup = setup, .check = all_had_it);

static void setup_death(void)
{
	xp_thread("A", lock_once, 0)->may_die = true;
	xp_thread("B", lock_once, 1)->may_die = true;
	xp_thread("C", lock_once, 2);
}

static const char *two_had_it(void)
{
	return xp_value[1] < 2 ? "one that lives never had the lock" : NULL;
}
XP_SCENARIO(
	lock_death, "one of them dies, perhaps with it", .setup = setup_death, .check = two_had_it);

static void setup_stop(void)
{
	xp_thread("A", lock_once, 0)->may_stop = true;
	xp_thread("B", lock_once, 1);
}
XP_SCENARIO(lock_stop, "one is stopped, perhaps with it: the other gives up in time",
	.setup = setup_stop);
