/* SPDX-License-Identifier: MIT */
/* How far it is. */
#ifndef CROSSFENCE_DEMO_PROGRESS_H
#define CROSSFENCE_DEMO_PROGRESS_H

#include "run.h"

/* On stderr: a line that is overwritten on a terminal, else one a second. */
struct progress {
	bool terminal, quiet;
	bool open; /* a line stands there unfinished */
	int64_t next_ns;
};

void progress_init(struct progress *progress, bool quiet);
/* Milliseconds until progress_tick() wants to be called. */
int progress_wait_ms(const struct progress *progress);
void progress_tick(struct progress *progress, const struct run *run);
/* A line of its own that stays. */
__attribute__((format(printf, 2, 3))) void progress_say(
	struct progress *progress, const char *format, ...);
void progress_end(struct progress *progress);

#endif
