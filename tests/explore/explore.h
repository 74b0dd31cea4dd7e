/* SPDX-License-Identifier: MIT */
/*
 * The explorer runs the core's real sources, one atomic operation at a time, through all their
 * interleavings up to a number of deviations. Without any deviation a thread runs until it sleeps
 * or ends. A deviation is one of
 *
 *	another thread goes on at this very step	a sleep with a deadline times out
 *	a wake-up takes another sleeper than the first	a thread's member dies
 *	a thread goes on although it yields		a member is stopped for good
 *	a store stays in the store buffer (-b) until a read-modify-write, fence or system call
 *
 * Most faults need two or three. What a thread may do when it has to leave its place anyway costs
 * nothing. An execution fails when its check says so, when somebody sleeps who could go on
 * (xp_acquire() and its like know what for), or when it does not come to an end.
 *
 *	build/tests/explore/explore			all, two deviations; large ones one
 *	build/tests/explore/explore -d 3 NAME...	these, three; minutes
 *	build/tests/explore/explore -d 3 -t 60		all, three; a minute for each
 *	build/tests/explore/explore -b			with store buffers, as x86 has them
 *	build/tests/explore/explore -r 100000 -d 6 NAME	that many by chance instead of all
 *	build/tests/explore/explore -p 1/2		every second one; 2/2: the others
 *
 * A failing execution is printed step by step.
 *
 * How to write a scenario: a file in scenarios/, named in meson.build, of this form.
 *
 *	#include "explore.h"
 *
 *	static struct xf_event *event[2];		// one handle for each member
 *
 *	static void waiter(int member)
 *	{
 *		xp_event_wait(event[member], XF_NEVER);
 *	}
 *
 *	static void setter(int member)
 *	{
 *		xf_event_set(event[member]);
 *	}
 *
 *	static void setup(void)				// runs once, not stepped
 *	{
 *		xp_event(event, 2, 0);			// an event, opened by members 0 and 1
 *		xp_thread("waiter", waiter, 0);
 *		xp_thread("setter", setter, 1)->may_die = true;
 *	}
 *
 *	XP_SCENARIO(set_and_wait, "a set reaches whoever waits", .setup = setup, .sweeper = true);
 *
 * Shared and private memory are put back before each execution, so that whatever setup made is as
 * it was. Variables of the scenario itself are not: use xp_value[].
 */
#ifndef TESTS_EXPLORE_EXPLORE_H
#define TESTS_EXPLORE_EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <crossfence/crossfence.h>

#include "shm/domain.h"

#define XP_MEMBERS 8
#define XP_THREADS 16

struct xp_thread {
	const char *name;
	void (*run)(int member);
	int member;
	bool may_die; /* its whole member, at any step */
	bool may_stop; /* its whole member, at any step, for good */
};

struct xp_scenario {
	const char *name;
	const char *about;
	void (*setup)(void);
	/* When everything has come to rest: NULL, or what is wrong. May be NULL. */
	const char *(*check)(void);
	bool sweeper; /* member XP_MEMBERS - 1 sweeps after whoever dies */
	bool sweeper_may_stop;
	bool lifelines; /* steps at them too, for what is told of deaths */
	int deaths; /* as many at most; 0: one */
	bool in_turn; /* also when one sleeps, anybody else than the next is a deviation */
	bool objects; /* steps at heads, openers and the like too, which are quiet otherwise */
	bool must_fail; /* proves that the explorer finds what it should */
	bool buffers_only; /* fails, or means something, only with store buffers */
	int usually; /* deviations, if not 0, unless told by -d: a large one, or one that needs more
		      */
	int at_most; /* deviations, if not 0: beyond is a known limit, which `about` names */
	struct xp_scenario *next;
};

void xp_register(struct xp_scenario *scenario);

#define XP_SCENARIO(name_, about_, ...)                                                            \
	static struct xp_scenario scenario_##name_ = {                                             \
		.name = #name_, .about = about_, __VA_ARGS__                                       \
	};                                                                                         \
	__attribute__((constructor)) static void register_##name_(void)                            \
	{                                                                                          \
		xp_register(&scenario_##name_);                                                    \
	}

/* In setup: a thread of that member; the pointer is for its further properties. */
struct xp_thread *xp_thread(const char *name, void (*run)(int member), int member);

/* In setup: an object that members 0 to n-1 have open, handles in ret[]. */
void xp_event(struct xf_event **ret, int n, uint32_t flags);
void xp_timeline(struct xf_timeline **ret, int n, uint64_t value);
void xp_keyed_mutex(struct xf_keyed_mutex **ret, int n, uint64_t key);
struct xf_domain *xp_domain(int member);

/* A key whose waiters share a bucket with those of `key`; the same wake-up bit, or another. */
uint64_t xp_key_beside(const struct xf_keyed_mutex *of, uint64_t key,
	const struct xf_keyed_mutex *mutex, bool same_bit);
uint64_t xp_key_beside_event(const struct xf_event *event, const struct xf_keyed_mutex *mutex);
uint64_t xp_key_beside_timeline(
	const struct xf_timeline *timeline, uint64_t value, const struct xf_keyed_mutex *mutex);

/* As the public ones, and known to the check: whoever sleeps in them must not oversleep. */
int xp_acquire(struct xf_keyed_mutex *mutex, uint64_t key, int64_t deadline_ns);
int xp_event_wait(struct xf_event *event, int64_t deadline_ns);
int xp_timeline_wait(struct xf_timeline *timeline, uint64_t value, int64_t deadline_ns);
int xp_wait_any(struct xf_wait_item *items, uint32_t count, int64_t deadline_ns);
int xp_wait_all(struct xf_wait_item *items, uint32_t count, int64_t deadline_ns);

/* Between the two the calling thread must not be asleep for good while could(arg) is true. */
void xp_sleeps_unless(bool (*could)(void *arg), void *arg);
void xp_sleeps_no_more(void);

/* A place of the scenario's own where others may come in. */
void xp_here(void);

/* A thread that only sleeps until somebody dies: its member may be the one. */
void xp_idle(int member);

/* For checks: members stopped, members dead, sleepers that a wake-up reached, deviations taken. */
int xp_stopped(void);
int xp_died(void);
int xp_woken(void);
int xp_deviations(void);

/* A few numbers of the scenario's own that are 0 at the start of each execution. */
extern int xp_value[16];

#define XP_LATER INT64_C(1000) /* a deadline: may pass at any time, as a deviation */

/* The calling thread's member dies here. */
void xp_die(void);

/*
 * Processes are gone some time after their members died: whenever this thread comes to it. Give it
 * to a member of its own.
 */
void xp_kernel(int member);

bool xp_gone(int member); /* its process */

/* In setup: the member has a helper, and descriptors. Then a thread of it that is the helper. */
void xp_helper(int member);
void xp_helps(int member); /* until xp_leave(), and leaves then */
void xp_leave(int member);

/* In setup: no rings, as on old kernels. And: sleeps until an object's descriptor is readable. */
void xp_no_rings(void);
void xp_poll_fd(int fd);

/* A violation found in the middle. */
void xp_fail(const char *why);

#endif
