/* SPDX-License-Identifier: MIT */
/* Processes of a test that meet in one domain, by its name, and tell each other ids on the board.
 */
#ifndef TESTS_PROC_MEET_H
#define TESTS_PROC_MEET_H

#include "proc.h"

#define NAME	 "meeting"
#define PATIENCE xf_deadline(30000 * MS)

enum { READY, GO, SEEN, DONE }; /* steps */
enum { ID, SECOND, TIMELINE }; /* values of the board */

/* Asks for the name once: whoever is forked next finds no thread half-way through its start. */
static inline struct xf_domain *publish(void)
{
	struct xf_domain *domain, *again;
	EXPECT(0, xf_domain_open_or_create(NAME, NULL, &domain));
	EXPECT(0, xf_domain_open(NAME, 0, PATIENCE, &again));
	xf_domain_leave(again);
	return domain;
}

static inline struct xf_domain *join(void)
{
	struct xf_domain *domain;
	EXPECT(0, xf_domain_open(NAME, 0, PATIENCE, &domain));
	return domain;
}

static inline void share(int which, xf_id id)
{
	atomic_store(&proc_board->value[which], id);
}

static inline xf_id shared(int which)
{
	return atomic_load(&proc_board->value[which]);
}

static inline struct xf_timeline *make_timeline(struct xf_domain *domain, uint32_t flags)
{
	struct xf_timeline *timeline;
	EXPECT(0, xf_timeline_create(domain, 0, flags, "fence", &timeline));
	share(TIMELINE, xf_timeline_id(timeline));
	return timeline;
}

static inline struct xf_timeline *open_timeline(struct xf_domain *domain)
{
	struct xf_timeline *timeline;
	EXPECT(0, xf_timeline_open(domain, shared(TIMELINE), &timeline));
	return timeline;
}

#endif
