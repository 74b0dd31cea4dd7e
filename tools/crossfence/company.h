/* SPDX-License-Identifier: MIT */
/*
 * Who else is in a domain, for one who waits there: when all others have died or left, nobody can
 * signal any more, and the wait would never end.
 */
#ifndef CROSSFENCE_TOOL_COMPANY_H
#define CROSSFENCE_TOOL_COMPANY_H

#include <stdbool.h>
#include <poll.h>

#include <crossfence/inspect.h>

/* One descriptor that somebody waits for, and a process descriptor for each other member. */
struct company {
	struct xf_domain *domain; /* borrowed */
	struct pollfd fds[XF_MEMBERS_MAX + 1]; /* [0] is the caller's, borrowed */
	nfds_t n_fds;
};

void company_init(struct company *company, struct xf_domain *domain, int fd);
void company_finish(struct company *company);

/* True when no other member is alive. Afterwards company_sleep() knows those who joined since. */
bool company_alone(struct company *company);

/*
 * Sleeps until the caller's descriptor is readable, a member dies, or the deadline; at most a
 * second, since a member that leaves while its process lives on rings no bell.
 */
void company_sleep(struct company *company, int64_t deadline_ns);

#endif
