/* SPDX-License-Identifier: MIT */
/* The memory that all share, and what members have of their own. */
#ifndef TESTS_EXPLORE_WORLD_H
#define TESTS_EXPLORE_WORLD_H

#include "explore.h"

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

void *xp_calloc(size_t n, size_t size); /* for the stepped sources: at the same place each time */

#endif
