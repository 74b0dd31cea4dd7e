/* SPDX-License-Identifier: MIT */
/*
 * The shared objects of the demo, each found by its label. The first producer makes them; everybody
 * else, also a producer that follows a killed one, joins the domain by its name and opens them.
 */
#ifndef CROSSFENCE_DEMO_STAGE_H
#define CROSSFENCE_DEMO_STAGE_H

#include <crossfence/crossfence.h>

enum role { PRODUCER, CONSUMER_A, CONSUMER_B, N_ROLES };

/* One being written, the newest one, and one in the hands of each consumer. */
#define STAGE_SURFACES_MIN 4
#define STAGE_SURFACES_MAX 32

struct stage {
	struct xf_domain *domain;
	struct xf_stream *stream; /* "frames"; the producer's handle produces */
	struct xf_pool *pool; /* "surfaces": the stream's */
	struct xf_pool *sheet; /* "sheet": one buffer, drawn in by consumer B */
	struct xf_timeline *slide; /* "slide": how often the picture changed */
	struct xf_timeline *done[N_ROLES]; /* "done-...": the last frame that this consumer had */
	struct xf_event *stop; /* "stop": no new frames, please */
	struct xf_event *halt[N_ROLES]; /* "halt-...": stand still when you have a surface */
};

const char *role_name(enum role role); /* "producer", "consumer-a", "consumer-b" */

/* Who makes the surfaces, a pool of that label, instead of what stamp.h says. */
struct stage_surfaces {
	int (*make)(void *arg, struct xf_domain *domain, uint32_t count, const char *label,
		struct xf_pool **ret_pool);
	void *arg;
};

/*
 * Made by the first producer; joined by the others. Whoever joins as the producer takes the stream
 * over. 0 or as from the library. After a failure nothing is left open.
 */
int stage_create(struct stage *stage, const char *name, uint32_t n_surfaces, size_t sheet_bytes,
	const struct stage_surfaces *surfaces);
int stage_join(struct stage *stage, const char *name, enum role role);
void stage_leave(struct stage *stage);

/* Waits until both consumers are done with `number`; one that dies has a successor. */
int stage_wait_done(struct stage *stage, uint64_t number);
/* `role` is done with it. A successor may say so again. */
int stage_tell_done(struct stage *stage, enum role role, uint64_t number);
/* Where the parts of the contact sheet lie. -EPROTO: that is less than `at_least_bytes`. */
int stage_sheet(struct stage *stage, size_t at_least_bytes, void **ret_memory);

#endif
