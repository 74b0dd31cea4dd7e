/* SPDX-License-Identifier: MIT */
/* One look at a domain, copied: what list, show and top print. */
#ifndef CROSSFENCE_TOOL_SNAPSHOT_H
#define CROSSFENCE_TOOL_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>

#include <crossfence/inspect.h>

struct snapshot {
	struct xf_domain_info domain;
	struct xf_member_info *members;
	size_t n_members;
	struct xf_object_info *objects; /* by id, which sorts them by type first */
	size_t n_objects;
	xf_id *used; /* the pool of each surface that somebody holds, sorted */
	size_t n_used;
	xf_id *of_surfaces; /* keyed mutexes of surfaces, sorted */
	size_t n_of_surfaces;
	size_t *rows; /* indices of the objects that tables show: streams first, then by id */
	size_t n_rows;
};

/* Overwrites *snapshot. Negative: as inspect.h, or -ENOMEM; then there is nothing to finish. */
int snapshot_take(struct xf_domain *domain, struct snapshot *snapshot);
void snapshot_finish(struct snapshot *snapshot);

/* How many surfaces of the pool somebody holds. */
uint32_t snapshot_used_of(const struct snapshot *snapshot, xf_id pool);

/* NULL when the snapshot has no such thing. */
const struct xf_object_info *snapshot_object(const struct snapshot *snapshot, xf_id id);
const struct xf_member_info *snapshot_member(const struct snapshot *snapshot, int32_t pid);

#endif
