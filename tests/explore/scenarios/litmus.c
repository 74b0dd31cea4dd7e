/* SPDX-License-Identifier: MIT */
/* What the explorer itself must find, and must not. */
#include "explore.h"
#include "stepped.h"

static xfi_u32 *x(void)
{
	return &xp_domain(0)->members[0].bell;
}

static xfi_u32 *y(void)
{
	return &xp_domain(0)->members[1].bell;
}

static void add_badly(int m)
{
	atomic_store(x(), atomic_load(x()) + 1);
	xp_value[0]++;
}

static void setup_lost_sum(void)
{
	xp_thread("A", add_badly, 0);
	xp_thread("B", add_badly, 1);
}

static const char *sum_is_right(void)
{
	return atomic_load(x()) != 2 ? "a sum was lost" : NULL;
}
XP_SCENARIO(litmus_lost_sum, "a load and a store are two steps", .setup = setup_lost_sum,
	.check = sum_is_right, .must_fail = true);

static void store_then_load(int m)
{
	atomic_store_explicit(m ? y() : x(), 1, memory_order_release);
	xp_value[m] = (int)atomic_load(m ? x() : y());
}

static void fenced(int m)
{
	atomic_store_explicit(m ? y() : x(), 1, memory_order_release);
	atomic_thread_fence(memory_order_seq_cst);
	xp_value[m] = (int)atomic_load(m ? x() : y());
}

static void setup_buffers(void)
{
	xp_thread("A", store_then_load, 0);
	xp_thread("B", store_then_load, 1);
}

static void setup_fenced(void)
{
	xp_thread("A", fenced, 0);
	xp_thread("B", fenced, 1);
}

static const char *one_saw(void)
{
	return xp_value[0] || xp_value[1] ? NULL : "neither saw the other's store";
}
XP_SCENARIO(litmus_store_load, "store then load without a fence", .setup = setup_buffers,
	.check = one_saw, .must_fail = true, .buffers_only = true);
XP_SCENARIO(litmus_fence, "store then load with a fence", .setup = setup_fenced, .check = one_saw);

static void send(int m)
{
	atomic_store_explicit(x(), 1, memory_order_relaxed);
	atomic_store_explicit(y(), 1, memory_order_release);
}

static void receive(int m)
{
	if (atomic_load_explicit(y(), memory_order_acquire) && !atomic_load(x()))
		xp_fail("a flag was seen before what it stands for");
}

static void setup_message(void)
{
	xp_thread("A", send, 0);
	xp_thread("B", receive, 1);
}
XP_SCENARIO(litmus_message, "stores leave the buffer in order", .setup = setup_message);

static void die(int m)
{
	atomic_store(x(), 1);
	atomic_store(x(), 2);
}

static void setup_death(void)
{
	xp_thread("A", die, 0)->may_die = true;
}

static const char *not_between(void)
{
	return atomic_load(x()) == 1 ? "it died in between" : NULL;
}
XP_SCENARIO(litmus_death, "a death between two stores", .setup = setup_death, .check = not_between,
	.must_fail = true);
