/* SPDX-License-Identifier: MIT */
/* A domain with one object of each kind, as seen by one member. */
#ifndef TESTS_PROC_FIXTURE_H
#define TESTS_PROC_FIXTURE_H

#include "proc.h"

struct fixture {
	int fd; /* of the domain, for children */
	struct xf_domain *domain;
	struct xf_keyed_mutex *mutex, *doomed; /* keys 0 */
	struct xf_event *event, *go; /* auto-reset */
	struct xf_timeline *timeline; /* not owned */
	struct xf_timeline *owned; /* by its creator */
	struct xf_pool *pool; /* two keyed surfaces */
	struct xf_sync *sync;
};

#define FIXTURE_SURFACES 2

int fixture_empty(void); /* a descriptor of a domain without members */
void fixture_fill(struct fixture *f, int fd); /* joins it and makes the objects */
void fixture_make(struct fixture *f); /* both */
void fixture_join(struct fixture *f, int fd); /* opens the same objects, found by label */
void fixture_close(struct fixture *f); /* closes handles, leaves */

/* A frame from the one to the other, and back; what the first call said that failed. */
int fixture_pass_frame(struct xf_stream *producer, struct xf_stream *reader);

#endif
