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

/* world.c: the memory that all share, and what members have of their own. */
void xp_world_make(const struct xp_scenario *scenario);
void xp_world_keep(void); /* as it is now is how each execution begins */
void xp_world_restore(void);
void xp_world_changed(const volatile void *address);
bool xp_world_quiet(const volatile void *address); /* nobody needs a step here */
bool xp_world_learned(void); /* since the last call, places that are no longer quiet */
void xp_world_joined(int member);
void xp_world_died(int member); /* what the kernel does */
bool xp_is_dead(int member);
const char *xp_world_name(const volatile void *address);

/* kernel.c: what the kernel has beside futexes. */
void xp_kernel_forget(void);
void xp_kernel_keep(void);
void xp_kernel_restore(void);
int xp_kernel_wake(const void *word, uint32_t bits); /* rings that sleep there */
long xp_kernel_write(int fd);
long xp_kernel_read(int fd, void *ret);

extern int64_t xp_now;

#endif
