/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "stage.h"
#include "stamp.h"

#define JOIN_WAIT_NS INT64_C(10000000000)

const char *role_name(enum role role)
{
	static const char *const names[] = { "producer", "consumer-a", "consumer-b" };
	return names[role];
}

static int make_pools(struct stage *stage, uint32_t n_surfaces, uint32_t sheet_bytes)
{
	struct xf_surface_desc desc, sheet = { .size = sizeof(sheet),
		.width_px = sheet_bytes,
		.height_px = 1,
		.fourcc = XF_FORMAT_RAW };
	stamp_surface_desc(&desc);
	int r = xf_pool_create(
		stage->domain, &desc, n_surfaces, XF_SURFACE_KEYED, "frames", &stage->pool);
	return r ? r : xf_pool_create(stage->domain, &sheet, 1, 0, "sheet", &stage->sheet);
}

static int make_timeline(struct stage *stage, const char *label, struct xf_timeline **ret_timeline)
{
	return xf_timeline_create(stage->domain, 0, 0, label, ret_timeline);
}

static int make_event(
	struct stage *stage, uint32_t flags, const char *label, struct xf_event **ret_event)
{
	return xf_event_create(stage->domain, flags, label, ret_event);
}

static int make_role_events(struct stage *stage, enum role role)
{
	char label[XF_LABEL_MAX + 1];
	snprintf(label, sizeof(label), "ready-%s", role_name(role));
	int r = make_event(stage, XF_EVENT_MANUAL_RESET, label, &stage->ready[role]);
	snprintf(label, sizeof(label), "halt-%s", role_name(role));
	return r ? r : make_event(stage, 0, label, &stage->halt[role]); /* for one, once */
}

static int make_objects(struct stage *stage)
{
	int r = make_timeline(stage, "sent", &stage->sent);
	if (!r)
		r = make_timeline(stage, "slide", &stage->slide);
	if (!r)
		r = make_timeline(stage, "renewed", &stage->renewed);
	if (!r)
		r = make_event(stage, XF_EVENT_MANUAL_RESET, "finished", &stage->finished);
	if (!r)
		r = make_event(stage, XF_EVENT_MANUAL_RESET, "stop", &stage->stop);
	for (enum role role = 0; !r && role < N_ROLES; role++)
		r = make_role_events(stage, role);
	return r;
}

int stage_create(struct stage *stage, const char *name, uint32_t n_surfaces, size_t sheet_bytes)
{
	struct xf_surface_desc desc;
	struct xf_domain_params params = { .size = sizeof(params), .max_objects = 256 };
	uint64_t surface_bytes;
	memset(stage, 0, sizeof(*stage));
	stamp_surface_desc(&desc);
	int r = xf_surface_layout(&desc, &surface_bytes);
	/* One more than needed: surfaces begin at page boundaries. */
	params.payload_bytes = surface_bytes * (n_surfaces + 1) + sheet_bytes;
	if (!r && sheet_bytes > UINT32_MAX - 64)
		r = -EOVERFLOW;
	if (!r)
		r = xf_domain_create(&params, &stage->domain);
	if (!r)
		r = make_pools(stage, n_surfaces, (uint32_t)sheet_bytes);
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

static int open_role_events(struct stage *stage, enum role role)
{
	char label[XF_LABEL_MAX + 1];
	snprintf(label, sizeof(label), "ready-%s", role_name(role));
	int r = open_event(stage, label, &stage->ready[role]);
	snprintf(label, sizeof(label), "halt-%s", role_name(role));
	return r ? r : open_event(stage, label, &stage->halt[role]);
}

static int open_objects(struct stage *stage)
{
	int r = open_pool(stage, "frames", &stage->pool);
	if (!r)
		r = open_pool(stage, "sheet", &stage->sheet);
	if (!r)
		r = open_timeline(stage, "sent", &stage->sent);
	if (!r)
		r = open_timeline(stage, "slide", &stage->slide);
	if (!r)
		r = open_timeline(stage, "renewed", &stage->renewed);
	if (!r)
		r = open_event(stage, "finished", &stage->finished);
	if (!r)
		r = open_event(stage, "stop", &stage->stop);
	for (enum role role = 0; !r && role < N_ROLES; role++)
		r = open_role_events(stage, role);
	return r;
}

int stage_join(struct stage *stage, const char *name)
{
	memset(stage, 0, sizeof(*stage));
	int r = xf_domain_open(name, 0, xf_deadline(JOIN_WAIT_NS), &stage->domain);
	if (!r)
		r = open_objects(stage);
	if (r)
		stage_leave(stage);
	return r;
}

void stage_leave(struct stage *stage)
{
	for (enum role role = 0; role < N_ROLES; role++) {
		xf_event_close(stage->ready[role]);
		xf_event_close(stage->halt[role]);
	}
	xf_event_close(stage->finished);
	xf_event_close(stage->stop);
	xf_timeline_close(stage->sent);
	xf_timeline_close(stage->slide);
	xf_timeline_close(stage->renewed);
	xf_pool_close(stage->pool);
	xf_pool_close(stage->sheet);
	xf_domain_leave(stage->domain);
	memset(stage, 0, sizeof(*stage));
}

int stage_release(struct xf_keyed_mutex *mutex, uint64_t key, uint64_t frame)
{
	int64_t now_ns = xf_now();
	int r = xf_keyed_mutex_set_data(mutex, &now_ns, sizeof(now_ns));
	return r ? r : xf_keyed_mutex_release(mutex, key, frame);
}

int64_t stage_released_ns(struct xf_keyed_mutex *mutex)
{
	int64_t released_ns;
	size_t size;
	int r = xf_keyed_mutex_get_data(mutex, &released_ns, sizeof(released_ns), &size);
	return r || size != sizeof(released_ns) ? 0 : released_ns;
}
