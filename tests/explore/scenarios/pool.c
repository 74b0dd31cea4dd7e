/* SPDX-License-Identifier: MIT */
/*
 * A pool of one surface. H has it; A and B wait for it, and each gives it back. One of the three
 * dies at any step: the surface, and the wake-up that may have gone to the dead one, reach whoever
 * is left.
 */
#include "explore.h"

enum { H, A, B };

static struct xf_pool *pool[3];

static void give(int m)
{
	xf_pool_give(pool[m], 0);
}

static void hold_and_give(int m)
{
	uint32_t index;
	if (xf_pool_hold(pool[m], XF_NEVER, &index))
		return;
	xp_value[m]++;
	give(m);
}

static const char *b_had_it(void)
{
	return xp_value[B] ? NULL : "B waits for a surface that nobody holds";
}

static const char *both_had_it(void)
{
	return xp_value[A] && xp_value[B] ? NULL : "one waits for a surface that nobody holds";
}

static void three_members(void)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 8, .height_px = 1, .fourcc = XF_FORMAT_R8
	};
	uint32_t index;
	if (xf_pool_create(xp_domain(H), &desc, 1, 0, NULL, &pool[H]) ||
		xf_pool_open(xp_domain(A), xf_pool_id(pool[H]), &pool[A]) ||
		xf_pool_open(xp_domain(B), xf_pool_id(pool[H]), &pool[B]) ||
		xf_pool_hold(pool[H], 0, &index))
		xp_fail("setup");
}

static void setup_waiter_dies(void)
{
	three_members();
	xp_thread("A", hold_and_give, A)->may_die = true;
	xp_thread("B", hold_and_give, B);
	xp_thread("H", give, H);
}
XP_SCENARIO(pool_waiter_dies, "two wait for a surface, one dies at any step",
	.setup = setup_waiter_dies, .check = b_had_it, .sweeper = true);

static void setup_holder_dies(void)
{
	three_members();
	xp_thread("A", hold_and_give, A);
	xp_thread("B", hold_and_give, B);
	xp_thread("H", give, H)->may_die = true;
}
XP_SCENARIO(pool_holder_dies, "who has it dies, before it gives it back or while it does",
	.setup = setup_holder_dies, .check = both_had_it, .sweeper = true);
