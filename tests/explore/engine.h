/* SPDX-License-Identifier: MIT */
/* Executions, step by step: for the explorer's own files; scenarios include explore.h. */
#ifndef TESTS_EXPLORE_ENGINE_H
#define TESTS_EXPLORE_ENGINE_H

#include "explore.h"

struct xp_options {
	int deviations;
	long limit; /* executions; 0: all */
	long seconds; /* of the clock, for each scenario; 0: as many as it takes */
	bool by_chance;
	bool buffers;
};

/* All executions of what setup() has prepared, unless a limit comes before. True: none failed. */
bool xp_explore(const struct xp_scenario *scenario, const struct xp_options *options);
void xp_forget_threads(void);
void xp_wait_for_deaths(int n); /* the calling thread sleeps until so many members have died */
int xp_last_death(void);
bool xp_running(void); /* an execution, not setup */
void xp_step(const char *what, const volatile void *address);
int xp_sleep(const void *on, int64_t deadline_ns); /* until xp_wake(on); 0 or -ETIMEDOUT */
void xp_wake(const void *on);
void xp_wake_futex(const void *word); /* as the kernel does for a robust one */
int xp_current(void); /* thread */
int xp_start(const char *name, void *(*fn)(void *arg), void *arg); /* of the same member */
void xp_join(int thread);
bool xp_counts_afresh(bool in_bucket); /* the calling thread sweeps, and changes a bucket for it */

extern int64_t xp_now;

#endif
