/* SPDX-License-Identifier: MIT */
/*
 * How long each exported function may take while the domain's lock is held by somebody stopped: a
 * row for each, and bound_test.c holds them against the list of symbols.
 */
#ifndef TESTS_TRUST_BOUND_CALLS_H
#define TESTS_TRUST_BOUND_CALLS_H

#include "fixture.h"

/* A member, and what it has made before. */
struct bound_own {
	struct fixture f;
	struct xf_surface *surface, *keyed, *synced;
	struct xf_stream *stream, *reader;
	struct xf_frame frame, got;
	struct xf_queue *queue;
	uint32_t index; /* of a surface of the pool */
	int socket[2], memory, room;
	char name[40];
};

struct bound_call {
	const char *name;
	int (*fn)(struct bound_own *own);
	int expected; /* when nobody is in the way */
};

/* They may need the lock, and wait for its owner up to the bound (xf_result(3)). */
extern const struct bound_call bound_waiting[];
extern const size_t bound_waiting_count;

/* They wait for nobody, or until their deadline. In this order, by one member. */
extern const struct bound_call bound_at_once[];
extern const size_t bound_at_once_count;

int bound_memory(off_t size); /* a sealed memfd */

#endif
