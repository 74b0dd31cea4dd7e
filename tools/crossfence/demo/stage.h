/* SPDX-License-Identifier: MIT */
/*
 * The shared objects of the demo, each found by its label. The first producer makes them; everybody
 * else, also a producer that follows a killed one, joins the domain by its name and opens them.
 */
#ifndef CROSSFENCE_DEMO_STAGE_H
#define CROSSFENCE_DEMO_STAGE_H

#include <crossfence/crossfence.h>

enum role { PRODUCER, CONSUMER_A, CONSUMER_B, N_ROLES };

/* Whose turn it is: the keys of every surface's mutex. */
enum { KEY_PRODUCER = 0, KEY_A = 1, KEY_B = 2, N_KEYS };

#define STAGE_SURFACES_MAX 32

struct stage {
	struct xf_domain *domain;
	struct xf_pool *pool; /* "frames" */
	struct xf_pool *sheet; /* "sheet": one buffer, drawn in by consumer B */
	struct xf_timeline *sent; /* "sent": the highest frame number handed on */
	struct xf_timeline *slide; /* "slide": how often the picture changed */
	struct xf_timeline *renewed; /* "renewed": raised when a surface got a new mutex */
	struct xf_event *finished; /* "finished": all came back, consumers may go */
	struct xf_event *stop; /* "stop": no new frames, please */
	struct xf_event *ready[N_ROLES]; /* "ready-...": this consumer is there */
	struct xf_event *halt[N_ROLES]; /* "halt-...": stand still when you own a surface */
};

const char *role_name(enum role role); /* "producer", "consumer-a", "consumer-b" */

/* 0 or as from the library. After a failure nothing is left open. */
int stage_create(struct stage *stage, const char *name, uint32_t n_surfaces, size_t sheet_bytes);
int stage_join(struct stage *stage, const char *name);
void stage_leave(struct stage *stage);

/* Releases, and tells the next owner when; stage_released_ns() reads it, 0: nothing sensible. */
int stage_release(struct xf_keyed_mutex *mutex, uint64_t key, uint64_t frame);
int64_t stage_released_ns(struct xf_keyed_mutex *mutex);

#endif
