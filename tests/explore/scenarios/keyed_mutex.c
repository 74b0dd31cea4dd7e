/* SPDX-License-Identifier: MIT */
/* Keyed mutexes: waiters of one key, of several keys in one bucket, and who passes what on. */
#include "explore.h"
#include "shm/park.h"

static struct xf_keyed_mutex *mutex[XP_MEMBERS], *other[XP_MEMBERS];
static struct xf_event *event[XP_MEMBERS];
static struct xf_timeline *timeline[XP_MEMBERS];
static uint64_t k1, k2, k3;

static void take_k1(int m)
{
	xp_acquire(mutex[m], k1, XF_NEVER);
}

static void take_and_pass_k1(int m)
{
	if (xp_acquire(mutex[m], k1, XF_NEVER) == 0)
		xf_keyed_mutex_release(mutex[m], k1, 0);
}

static void take_and_pass_k1_in_time(int m)
{
	if (xp_acquire(mutex[m], k1, XP_LATER) == 0)
		xf_keyed_mutex_release(mutex[m], k1, 0);
}

static void take_k2(int m)
{
	xp_acquire(mutex[m], k2, XF_NEVER);
}

static void take_and_pass_k2(int m)
{
	if (xp_acquire(mutex[m], k2, XF_NEVER) == 0)
		xf_keyed_mutex_release(mutex[m], k2, 0);
}

static void take_other_k2_in_time(int m)
{
	xp_acquire(other[m], k2, XP_LATER);
}

static void give_k1(int m)
{
	xf_keyed_mutex_release(mutex[m], k1, 0);
}

static void give_k2(int m)
{
	xf_keyed_mutex_release(mutex[m], k2, 0);
}

static void give_other_k1(int m)
{
	xf_keyed_mutex_release(other[m], k1, 0);
}

static void give_other_k2(int m)
{
	xf_keyed_mutex_release(other[m], k2, 0);
}

static void give_other_k3(int m)
{
	xf_keyed_mutex_release(other[m], k3, 0);
}

/* `mutex` is held by member 2, `other` by member 3. k1, k2: same bucket and bit; k3: another bit.
 */
static void two_mutexes(void)
{
	k1 = 7;
	xp_keyed_mutex(mutex, 5, 0);
	xp_keyed_mutex(other, 5, 0);
	xf_keyed_mutex_acquire(mutex[2], 0, 0, NULL);
	xf_keyed_mutex_acquire(other[3], 0, 0, NULL);
	k2 = xp_key_beside(mutex[0], k1, mutex[0], true);
	k3 = xp_key_beside(mutex[0], k1, other[0], false);
}

static void setup_two_keys(void)
{
	two_mutexes();
	xp_thread("D", take_k1, 0);
	xp_thread("B", take_k2, 1);
	xp_thread("W", give_k1, 2);
	xp_thread("W2", give_other_k3, 3);
}
XP_SCENARIO(keys_in_one_bucket, "a wake-up that went through a waiter of another key",
	.setup = setup_two_keys);

static void setup_own_success(void)
{
	two_mutexes();
	k2 = xp_key_beside(mutex[0], k1, other[0], true);
	xp_thread("D", take_k1, 0);
	xp_thread("B", take_other_k2_in_time, 1);
	xp_thread("W", give_k1, 2);
	xp_thread("W2", give_other_k2, 3);
}
XP_SCENARIO(keys_own_success, "a waiter chosen for another's key finds its own, or its deadline",
	.setup = setup_own_success);

static void setup_deadline(void)
{
	two_mutexes();
	xp_thread("D", take_and_pass_k1, 0);
	xp_thread("E", take_and_pass_k1_in_time, 1);
	xp_thread("W", give_k1, 2);
}
XP_SCENARIO(key_deadline, "two waiters for one key, one has a deadline", .setup = setup_deadline);

static void setup_death(void)
{
	two_mutexes();
	xp_thread("D", take_and_pass_k1, 0);
	xp_thread("E", take_and_pass_k1, 1)->may_die = true;
	xp_thread("W", give_k1, 2)->may_die = true;
}
XP_SCENARIO(key_death, "a waiter or the releaser dies at any step", .setup = setup_death,
	.sweeper = true);

static void setup_three(void)
{
	two_mutexes();
	xp_thread("D", take_and_pass_k1, 0);
	xp_thread("E", take_and_pass_k1, 1);
	xp_thread("W", give_k1, 2);
	xp_thread("F", take_and_pass_k1_in_time, 4);
}
XP_SCENARIO(key_crowd, "three waiters pass it on, one with a deadline", .setup = setup_three);

static void setup_in_turn(void)
{
	two_mutexes();
	xp_thread("D", take_k1, 0);
	xp_thread("B", take_and_pass_k2, 1);
	xp_thread("W", give_k2, 2);
	xp_thread("W2", give_other_k1, 3);
}
XP_SCENARIO(keys_in_turn, "two keys of one bucket, released in turn", .setup = setup_in_turn);

static void setup_keys_death(void)
{
	two_mutexes();
	xp_thread("D", take_k1, 0);
	xp_thread("B", take_k2, 1)->may_die = true;
	xp_thread("W", give_k1, 2)->may_die = true;
}
XP_SCENARIO(keys_death, "waiters of two keys in one bucket, one dies", .setup = setup_keys_death,
	.sweeper = true);

static void wait_event(int m)
{
	xp_event_wait(event[m], XF_NEVER);
}

static void set_event(int m)
{
	xf_event_set(event[m]);
}

static void setup_event_beside(void)
{
	two_mutexes();
	xp_event(event, 5, 0);
	k1 = xp_key_beside_event(event[0], mutex[0]);
	xp_thread("D", take_k1, 0);
	xp_thread("E", wait_event, 1);
	xp_thread("W", give_k1, 2);
	xp_thread("S", set_event, 3);
}
XP_SCENARIO(key_beside_event, "an event's waiter in the bucket", .setup = setup_event_beside);

static void wait_3(int m)
{
	xp_timeline_wait(timeline[m], 3, XP_LATER);
}

static void signal_5(int m)
{
	xf_timeline_signal(timeline[m], 5);
}

static void setup_timeline_beside(void)
{
	two_mutexes();
	xp_timeline(timeline, 5, 0);
	k1 = xp_key_beside_timeline(timeline[0], 3, mutex[0]);
	xp_thread("D", take_k1, 0);
	xp_thread("T", wait_3, 1);
	xp_thread("W", give_k1, 2);
	xp_thread("S", signal_5, 3);
}
XP_SCENARIO(key_beside_timeline, "a timeline's waiter with the same bit in the bucket",
	.setup = setup_timeline_beside);

static void setup_sweeper_stopped(void)
{
	two_mutexes();
	xp_thread("D", take_k1, 0);
	xp_thread("W", give_k1, 2);
	xp_thread("bystander", xp_idle, 4)->may_die = true;
}
XP_SCENARIO(sweeper_stopped, "a sweeper stopped anywhere holds up no hand-on between the living",
	.setup = setup_sweeper_stopped, .sweeper = true, .sweeper_may_stop = true);

static void take_k1_in_time(int m)
{
	xp_acquire(mutex[m], k1, XP_LATER);
}

/* As often as the epoch needs to come round in the explorer's build; each time a waiter had died.
 */
static void recount_four_times(int m)
{
	uint64_t hash = xfi_park_hash(xfi_id_index(xf_keyed_mutex_id(mutex[m])), k1);
	xfi_u64 *waiters = &xfi_park_bucket(xp_domain(m), hash)->waiters;
	for (int i = 0; i < 4; i++) {
		if (!(*waiters & XFI_PARK_COUNT))
			*waiters += 1;
		xfi_unpark_recount(xp_domain(m), false);
	}
}

static void setup_epoch(void)
{
	two_mutexes();
	xp_thread("D", take_k1_in_time, 0);
	xp_thread("S", recount_four_times, 4);
	xp_thread("E", take_k1, 1);
	xp_thread("W", give_k1, 2);
}
XP_SCENARIO(epoch_comes_round, "but not for one that slept meanwhile; between a load and its swap",
	.setup = setup_epoch, .at_most = 1);
