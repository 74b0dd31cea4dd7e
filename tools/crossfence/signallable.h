/* SPDX-License-Identifier: MIT */
/* What wait and signal work on: an event or a timeline, in one shape. */
#ifndef CROSSFENCE_TOOL_SIGNALLABLE_H
#define CROSSFENCE_TOOL_SIGNALLABLE_H

#include <stdbool.h>

#include <crossfence/event.h>
#include <crossfence/inspect.h>
#include <crossfence/timeline.h>

struct signallable {
	const char *domain_name; /* as typed; outlives this */
	const char *name; /* likewise: label or id */
	struct xf_domain *domain;
	struct xf_object_info info;
	struct xf_event *event; /* one of these two is set */
	struct xf_timeline *timeline;
};

/* Joins the domain as a member and opens the object; complains and returns an exit status. */
int signallable_open(
	const char *domain_name, const char *name, struct signallable *ret_signallable);
void signallable_close(struct signallable *signallable);

/* One more than a timeline's counter now, which is what its next signal reaches; 0 for an event. */
uint64_t signallable_next(struct signallable *signallable);

/* Complains about `result` of a call on the object: what happened to it. Returns an exit status. */
int signallable_complain(const struct signallable *signallable, int result);

/* Tells on stdout what the object is now: a line, or JSON. Returns an exit status. */
int signallable_report(
	struct signallable *signallable, const char *result, bool json, int64_t waited_ns);

#endif
