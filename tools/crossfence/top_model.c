/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "top_model.h"

#define SEQUENCE_MASK ((1u << 30) - 1) /* of a mutex: it wraps; only differences count */

void top_model_init(struct top_model *m)
{
	memset(m, 0, sizeof(*m));
}

void top_model_finish(struct top_model *m)
{
	snapshot_finish(&m->snapshot);
	free(m->tracks);
	memset(m, 0, sizeof(*m));
}

void top_model_clear(struct top_model *m)
{
	top_model_finish(m);
}

/* A stream's producer keeps nobody out. */
static bool is_held(const struct xf_object_info *o)
{
	return o->owner_pid && !o->abandoned && o->type != XF_STREAM;
}

/* Honest counters only grow; one that a member scribbled over is no rate. */
static double steps(uint64_t before, uint64_t now)
{
	return now > before && now - before < SEQUENCE_MASK / 2 ? (double)(now - before) : 0;
}

static void compare(struct top_track *t, const struct xf_object_info *o,
	const struct top_track *before, int64_t elapsed_ns, int64_t now_ns)
{
	*t = (struct top_track){ .id = o->id,
		.sequence = o->sequence,
		.steps = o->type == XF_TIMELINE ? o->counter
			 : o->type == XF_STREAM ? o->newest
						: o->use,
		.mutex = o->mutex,
		.per_second = -1 };
	if (before && before->mutex != o->mutex)
		before = NULL;
	if (is_held(o))
		t->since_ns = before && before->since_ns && before->sequence == o->sequence
				      ? before->since_ns
				      : now_ns;
	if (!before || elapsed_ns <= 0)
		return;
	double seconds = (double)elapsed_ns / 1e9;
	if (o->type == XF_TIMELINE || o->type == XF_SYNC || o->type == XF_STREAM)
		t->per_second = steps(before->steps, t->steps) / seconds;
	else if (describe_has_key(o)) /* one step to acquire, one to release */
		t->per_second =
			steps(0, (o->sequence - before->sequence) & SEQUENCE_MASK) / 2 / seconds;
}

int top_model_update(struct top_model *m, struct xf_domain *domain)
{
	struct snapshot s;
	int r = snapshot_take(domain, &s);
	if (r)
		return r;
	int64_t now = xf_now();
	struct top_track *tracks = calloc(s.n_objects + 1, sizeof(*tracks));
	if (!tracks) {
		snapshot_finish(&s);
		return -ENOMEM;
	}
	size_t old = 0; /* both are sorted by id */
	for (size_t i = 0; i < s.n_objects; i++) {
		xf_id id = s.objects[i].id;
		while (old < m->snapshot.n_objects && m->tracks[old].id < id)
			old++;
		bool same = old < m->snapshot.n_objects && m->tracks[old].id == id;
		compare(&tracks[i], &s.objects[i], same ? &m->tracks[old] : NULL, now - m->taken_ns,
			now);
	}
	top_model_finish(m);
	*m = (struct top_model){ .snapshot = s, .tracks = tracks, .taken_ns = now };
	return 0;
}

int64_t top_model_held_ns(const struct top_model *m, size_t i)
{
	return m->tracks[i].since_ns ? m->taken_ns - m->tracks[i].since_ns : -1;
}

bool top_model_is_active(const struct top_model *m, size_t i)
{
	const struct xf_object_info *o = &m->snapshot.objects[i];
	return is_held(o) || o->abandoned || o->waiters || o->holders ||
	       m->tracks[i].per_second > 0;
}

struct top_totals top_model_totals(const struct top_model *m)
{
	struct top_totals totals = { 0 };
	for (size_t i = 0; i < m->snapshot.n_objects; i++) {
		const struct xf_object_info *o = &m->snapshot.objects[i];
		totals.abandoned += o->abandoned != 0 && o->type != XF_SURFACE;
		totals.held += is_held(o) && o->type != XF_SURFACE; /* its mutex counts */
		totals.waiters += o->type == XF_SURFACE ? 0 : o->waiters;
	}
	return totals;
}
