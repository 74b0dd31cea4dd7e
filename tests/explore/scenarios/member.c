/* SPDX-License-Identifier: MIT */
/*
 * Deaths as the helpers hear of them: who sweeps, who waits for the process to be gone, and who
 * does it when that one dies or leaves. V holds the only surface of a pool; P, of B's member, waits
 * for it.
 */
#include "explore.h"

enum { V, A, B, KERNEL = 6 };

static struct xf_pool *pool[3];

static void dies(int m)
{
	xp_die();
}

static void hold(int m)
{
	uint32_t index;
	if (xf_pool_hold(pool[m], XF_NEVER, &index))
		return;
	xp_value[0]++;
	if (!xp_gone(V))
		xp_fail("given back while the process of its holder lives");
}

static const char *given_back(void)
{
	return xp_value[0] ? NULL : "never given back";
}

static void three_members(void)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 8, .height_px = 1, .fourcc = XF_FORMAT_R8
	};
	uint32_t index;
	if (xf_pool_create(xp_domain(V), &desc, 1, 0, NULL, &pool[V]) ||
		xf_pool_open(xp_domain(A), xf_pool_id(pool[V]), &pool[A]) ||
		xf_pool_open(xp_domain(B), xf_pool_id(pool[V]), &pool[B]) ||
		xf_pool_hold(pool[V], 0, &index))
		xp_fail("setup");
	xp_helper(A);
	xp_helper(B);
	xp_thread("V", dies, V);
	xp_thread("P", hold, B);
	xp_thread("B", xp_helps, B);
	xp_thread("kernel", xp_kernel, KERNEL);
}

static void setup_reaped(void)
{
	three_members();
	xp_thread("A", xp_helps, A);
}
XP_SCENARIO(member_reaped, "a holder dies, two others hear of it", .setup = setup_reaped,
	.check = given_back, .lifelines = true, .in_turn = true);

static void setup_reaper_dies(void)
{
	three_members();
	xp_thread("A", xp_helps, A)->may_die = true;
}
XP_SCENARIO(member_reaper_dies, "and one of these dies, too", .setup = setup_reaper_dies,
	.check = given_back, .lifelines = true, .in_turn = true, .deaths = 2);

static void setup_reaper_leaves(void)
{
	three_members();
	xp_thread("A", xp_helps, A)->may_die = true;
	xp_thread("A leaves", xp_leave, A);
}
XP_SCENARIO(member_reaper_leaves, "or leaves, and may die on its way", .setup = setup_reaper_leaves,
	.check = given_back, .lifelines = true, .in_turn = true, .deaths = 2, .usually = 1);
