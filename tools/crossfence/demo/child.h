/* SPDX-License-Identifier: MIT */
/* A role's process: the same program again, with a pipe for its reports. */
#ifndef CROSSFENCE_DEMO_CHILD_H
#define CROSSFENCE_DEMO_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "demo.h"

struct report;

struct child {
	enum role role;
	pid_t pid; /* 0: not running */
	int reports; /* read end, non-blocking; -1: none */
	uint32_t process; /* number in the trace */
	int64_t killed_ns; /* when its predecessor was killed; 0: it has resumed since, or has none
			    */
};

/*
 * Starts it, with `pictures_fd` (borrowed) as its list. `successor`: the one before was killed.
 * `halt_at`: stand still when owning that frame, 0 for none. 0 or -errno.
 */
int child_start(struct child *child, const struct demo_options *options, const char *name,
	int pictures_fd, bool successor, uint64_t halt_at);

/* The next report. 1: *ret_report set; 0: none now; negative: there will be none. */
int child_read(struct child *child, struct report *ret_report);

/* In the role's process: dies with its supervisor, leaves Ctrl-C to it. -EPIPE: it is gone. */
int child_settle(enum role role);

#endif
