/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "stage.h"
#include "stamp.h"

#define JOIN_WAIT_NS INT64_C(10000000000)
#define STREAM_BYTES (1 << 20) /* what a stream keeps beside its frames, and more */

const char *role_name(enum role role)
{
	static const char *const names[] = { "producer", "consumer-a", "consumer-b" };
	return names[role];
}

static int make_surfaces(void *arg, struct xf_domain *domain, uint32_t count, const char *label,
	struct xf_pool **ret_pool)
{
	struct xf_surface_desc desc;
	stamp_surface_desc(&desc);
	return xf_pool_create(domain, &desc, count, 0, label, ret_pool);
}

static int make_pools(struct stage *stage, uint32_t n_surfaces, uint32_t sheet_bytes,
	const struct stage_surfaces *surfaces)
{
	struct xf_surface_desc sheet = { .size = sizeof(sheet),
		.width_px = sheet_bytes,
		.height_px = 1,
		.fourcc = XF_FORMAT_RAW };
	int r = surfaces->make(surfaces->arg, stage->domain, n_surfaces, "surfaces", &stage->pool);
	return r ? r : xf_pool_create(stage->domain, &sheet, 1, 0, "sheet", &stage->sheet);
}

/* Over our pool; a successor finds the stream with it and takes both over. */
static int produce(struct stage *stage, struct xf_pool *pool)
{
	struct xf_surface *first = xf_pool_surface(stage->pool, 0);
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	struct xf_keyed_mutex *mutex;
	/* One that a dead producer alone had opened is gone, until the surface is held again. */
	bool keyed = xf_surface_mutex(first, &mutex) != -ENOENT;
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream_params params = { .size = sizeof(params),
		.format = &format,
		.frames = xf_pool_count(stage->pool),
		.surface_flags = keyed ? XF_SURFACE_KEYED : 0,
		.pool = pool };
	int r = xf_surface_desc(first, &desc, NULL);
	return r ? r : xf_stream_create(stage->domain, &params, "frames", &stage->stream);
}

static char *label_of(char label[XF_LABEL_MAX + 1], const char *what, enum role role)
{
	snprintf(label, XF_LABEL_MAX + 1, "%s-%s", what, role_name(role));
	return label;
}

static int make_role_objects(struct stage *stage, enum role role)
{
	char label[XF_LABEL_MAX + 1];
	int r = role == PRODUCER ? 0
				 : xf_timeline_create(stage->domain, 0, 0,
					   label_of(label, "done", role), &stage->done[role]);
	return r ? r /* halt: for one, once */
		 : xf_event_create(
			   stage->domain, 0, label_of(label, "halt", role), &stage->halt[role]);
}

static int make_objects(struct stage *stage)
{
	int r = xf_timeline_create(stage->domain, 0, 0, "slide", &stage->slide);
	if (!r)
		r = xf_event_create(stage->domain, XF_EVENT_MANUAL_RESET, "stop", &stage->stop);
	for (enum role role = 0; !r && role < N_ROLES; role++)
		r = make_role_objects(stage, role);
	return r ? r : produce(stage, stage->pool);
}

int stage_create(struct stage *stage, const char *name, uint32_t n_surfaces, size_t sheet_bytes,
	const struct stage_surfaces *surfaces)
{
	static const struct stage_surfaces ours = { .make = make_surfaces };
	struct xf_surface_desc desc;
	struct xf_domain_params params = { .size = sizeof(params), .max_objects = 256 };
	uint64_t surface_bytes;
	memset(stage, 0, sizeof(*stage));
	stamp_surface_desc(&desc);
	int r = xf_surface_layout(&desc, &surface_bytes);
	/* One more than needed: surfaces begin at page boundaries. */
	params.payload_bytes = surface_bytes * (n_surfaces + 1) + sheet_bytes + STREAM_BYTES;
	if (!r && sheet_bytes > UINT32_MAX - 64)
		r = -EOVERFLOW;
	if (!r)
		r = xf_domain_create(&params, &stage->domain);
	if (!r)
		r = make_pools(
			stage, n_surfaces, (uint32_t)sheet_bytes, surfaces ? surfaces : &ours);
	if (!r)
		r = make_objects(stage);
	/* Last: who finds the name finds everything. */
	if (!r)
		r = xf_domain_publish(stage->domain, name);
	if (r)
		stage_leave(stage);
	return r;
}

static int open_pool(struct stage *stage, const char *label, struct xf_pool **ret_pool)
{
	xf_id id;
	int r = xf_domain_find(stage->domain, XF_POOL, label, &id);
	return r ? r : xf_pool_open(stage->domain, id, ret_pool);
}

static int open_timeline(struct stage *stage, const char *label, struct xf_timeline **ret_timeline)
{
	xf_id id;
	int r = xf_domain_find(stage->domain, XF_TIMELINE, label, &id);
	return r ? r : xf_timeline_open(stage->domain, id, ret_timeline);
}

static int open_event(struct stage *stage, const char *label, struct xf_event **ret_event)
{
	xf_id id;
	int r = xf_domain_find(stage->domain, XF_EVENT, label, &id);
	return r ? r : xf_event_open(stage->domain, id, ret_event);
}

static int open_role_objects(struct stage *stage, enum role role)
{
	char label[XF_LABEL_MAX + 1];
	int r = role == PRODUCER
			? 0
			: open_timeline(stage, label_of(label, "done", role), &stage->done[role]);
	return r ? r : open_event(stage, label_of(label, "halt", role), &stage->halt[role]);
}

static int open_objects(struct stage *stage)
{
	int r = open_pool(stage, "surfaces", &stage->pool);
	if (!r)
		r = open_pool(stage, "sheet", &stage->sheet);
	if (!r)
		r = open_timeline(stage, "slide", &stage->slide);
	if (!r)
		r = open_event(stage, "stop", &stage->stop);
	for (enum role role = 0; !r && role < N_ROLES; role++)
		r = open_role_objects(stage, role);
	return r;
}

int stage_join(struct stage *stage, const char *name, enum role role)
{
	memset(stage, 0, sizeof(*stage));
	int r = xf_domain_open(name, 0, xf_deadline(JOIN_WAIT_NS), &stage->domain);
	if (!r)
		r = open_objects(stage);
	if (!r)
		r = role == PRODUCER ? produce(stage, NULL)
				     : xf_stream_open(stage->domain, "frames", 0, &stage->stream);
	if (r)
		stage_leave(stage);
	return r;
}

void stage_leave(struct stage *stage)
{
	for (enum role role = 0; role < N_ROLES; role++) {
		xf_timeline_close(stage->done[role]);
		xf_event_close(stage->halt[role]);
	}
	xf_event_close(stage->stop);
	xf_timeline_close(stage->slide);
	xf_stream_close(stage->stream);
	xf_pool_close(stage->pool);
	xf_pool_close(stage->sheet);
	xf_domain_leave(stage->domain);
	memset(stage, 0, sizeof(*stage));
}

int stage_wait_done(struct stage *stage, uint64_t number)
{
	struct xf_wait_item items[2];
	for (int i = 0; i < 2; i++)
		items[i] = (struct xf_wait_item){
			.type = XF_TIMELINE, .object = stage->done[CONSUMER_A + i], .value = number
		};
	return xf_wait_all(items, 2, XF_NEVER);
}

int stage_tell_done(struct stage *stage, enum role role, uint64_t number)
{
	uint64_t told;
	int r = xf_timeline_value(stage->done[role], &told);
	if (r || told >= number)
		return r;
	return xf_timeline_signal(stage->done[role], number);
}

int stage_sheet(struct stage *stage, size_t at_least_bytes, void **ret_memory)
{
	struct xf_surface *surface = xf_pool_surface(stage->sheet, 0);
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	int r = xf_surface_desc(surface, &desc, NULL);
	if (!r && desc.width_px < at_least_bytes)
		r = -EPROTO;
	return r ? r : xf_surface_begin(surface, XF_ACCESS_READ | XF_ACCESS_WRITE, ret_memory);
}
