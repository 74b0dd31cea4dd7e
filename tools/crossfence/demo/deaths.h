/* SPDX-License-Identifier: MIT */
/* The planned kills, and all that died. */
#ifndef CROSSFENCE_DEMO_DEATHS_H
#define CROSSFENCE_DEMO_DEATHS_H

#include "progress.h"
#include "report.h"
#include "run.h"

/* The moment has come: `child` stands still and has what `report` says. Kills it. */
void deaths_kill_owner(struct run *run, struct progress *progress, const struct child *child,
	const struct report *report);
/* `child` was ended by `signal`: killed by the call above, or by somebody else. */
void deaths_note(struct run *run, struct progress *progress, const struct child *child, int signal);
/* `child` had a surface at `at_ns`: if it is somebody's successor, it is back. */
void deaths_note_return(
	struct run *run, struct progress *progress, const struct child *child, int64_t at_ns);
/* Both planned kills have happened, or none is planned. */
bool deaths_enough(const struct run *run);

#endif
