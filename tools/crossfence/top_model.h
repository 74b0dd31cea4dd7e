/* SPDX-License-Identifier: MIT */
/*
 * What one snapshot cannot tell and two can: how long a mutex has been held, and how often things
 * change. Hold times count from the first time a hold was seen, so they are lower bounds.
 */
#ifndef CROSSFENCE_TOOL_TOP_MODEL_H
#define CROSSFENCE_TOOL_TOP_MODEL_H

#include <stdbool.h>

#include "snapshot.h"

struct top_track {
	xf_id id;
	uint64_t sequence;
	uint64_t steps; /* a timeline's counter, a sync object's use */
	xf_id mutex; /* of a surface: `sequence` is its; a pool gives the surface a new one */
	int64_t since_ns; /* held with this sequence since; 0: not held */
	double per_second; /* hand-offs, or steps of a timeline; < 0: not known yet */
};

struct top_model {
	struct snapshot snapshot; /* the last one taken */
	struct top_track *tracks; /* one for each object of the snapshot, in the same order */
	int64_t taken_ns; /* 0: never */
};

void top_model_init(struct top_model *model);
void top_model_finish(struct top_model *model);

/* Forgets everything: another domain comes. */
void top_model_clear(struct top_model *model);

/* Takes a new snapshot and compares. Negative: nothing is changed. */
int top_model_update(struct top_model *model, struct xf_domain *domain);

/* Nanoseconds that object number `i` has been held, or -1. */
int64_t top_model_held_ns(const struct top_model *model, size_t i);

/* Held, abandoned, waited for, or changing: what one would look at first. */
bool top_model_is_active(const struct top_model *model, size_t i);

struct top_totals {
	size_t held, abandoned, waiters;
};
struct top_totals top_model_totals(const struct top_model *model);

#endif
