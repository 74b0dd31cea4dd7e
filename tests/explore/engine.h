/* SPDX-License-Identifier: MIT */
/* Between the explorer's own files; scenarios include explore.h. */
#ifndef TESTS_EXPLORE_ENGINE_H
#define TESTS_EXPLORE_ENGINE_H

#include "explore.h"

struct xp_options {
	int deviations;
	long limit; /* executions; 0: all */
	bool by_chance;
	bool buffers;
};

/* engine.c: all executions of what setup() has prepared, or `limit`. True: none failed. */
bool xp_explore(const struct xp_scenario *scenario, const struct xp_options *options);
void xp_forget_threads(void);
void xp_wait_for_death(void); /* the calling thread sleeps until a member dies */
int xp_last_death(void);

/* world.c: the memory that all share, and what members have of their own. */
void xp_world_make(const struct xp_scenario *scenario);
void xp_world_keep(void); /* as it is now is how each execution begins */
void xp_world_restore(void);
void xp_world_changed(const volatile void *address);
bool xp_world_quiet(const volatile void *address); /* nobody needs a step here */
bool xp_world_learned(void); /* since the last call, places that are no longer quiet */
void xp_world_joined(int member);
void xp_world_died(int member); /* what the kernel does */
const char *xp_world_name(const volatile void *address);

extern int64_t xp_now;

#endif
