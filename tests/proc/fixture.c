/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <string.h>
#include <unistd.h>

static const struct xf_domain_params params = {
	.size = sizeof(params),
	.max_objects = 256,
	.payload_bytes = 1 << 20,
};

static const struct xf_surface_desc surface = {
	.size = sizeof(surface),
	.width_px = 64,
	.height_px = 16,
	.fourcc = XF_FORMAT_ABGR8888,
};

int fixture_empty(void)
{
	struct xf_domain *d;
	int fd;
	EXPECT(0, xf_domain_create(&params, &d));
	EXPECT(0, xf_domain_export(d, 0, &fd));
	xf_domain_leave(d);
	return fd;
}

void fixture_make(struct fixture *f)
{
	fixture_fill(f, fixture_empty());
}

void fixture_fill(struct fixture *f, int fd)
{
	memset(f, 0, sizeof(*f));
	f->fd = fd;
	EXPECT(0, xf_domain_join(fd, &f->domain));
	struct xf_domain *d = f->domain;
	EXPECT(0, xf_keyed_mutex_create(d, 0, "mutex", &f->mutex));
	EXPECT(0, xf_keyed_mutex_create(d, 0, "doomed", &f->doomed));
	EXPECT(0, xf_event_create(d, 0, "event", &f->event));
	EXPECT(0, xf_event_create(d, 0, "go", &f->go));
	EXPECT(0, xf_timeline_create(d, 0, 0, "timeline", &f->timeline));
	EXPECT(0, xf_timeline_create(d, 0, XF_TIMELINE_OWNED, "owned", &f->owned));
	EXPECT(0,
		xf_pool_create(d, &surface, FIXTURE_SURFACES, XF_SURFACE_KEYED, "pool", &f->pool));
	EXPECT(0, xf_sync_create(d, "sync", &f->sync));
}

static xf_id find(struct xf_domain *d, enum xf_type type, const char *label)
{
	xf_id id;
	EXPECT(0, xf_domain_find(d, type, label, &id));
	return id;
}

void fixture_join(struct fixture *f, int fd)
{
	memset(f, 0, sizeof(*f));
	f->fd = fd;
	EXPECT(0, xf_domain_join(fd, &f->domain));
	struct xf_domain *d = f->domain;
	EXPECT(0, xf_keyed_mutex_open(d, find(d, XF_KEYED_MUTEX, "mutex"), &f->mutex));
	EXPECT(0, xf_keyed_mutex_open(d, find(d, XF_KEYED_MUTEX, "doomed"), &f->doomed));
	EXPECT(0, xf_event_open(d, find(d, XF_EVENT, "event"), &f->event));
	EXPECT(0, xf_event_open(d, find(d, XF_EVENT, "go"), &f->go));
	EXPECT(0, xf_timeline_open(d, find(d, XF_TIMELINE, "timeline"), &f->timeline));
	EXPECT(0, xf_timeline_open(d, find(d, XF_TIMELINE, "owned"), &f->owned));
	EXPECT(0, xf_pool_open(d, find(d, XF_POOL, "pool"), &f->pool));
	EXPECT(0, xf_sync_open(d, find(d, XF_SYNC, "sync"), &f->sync));
}

void fixture_close(struct fixture *f)
{
	xf_keyed_mutex_close(f->mutex);
	xf_keyed_mutex_close(f->doomed);
	xf_event_close(f->event);
	xf_event_close(f->go);
	xf_timeline_close(f->timeline);
	xf_timeline_close(f->owned);
	xf_pool_close(f->pool);
	xf_sync_close(f->sync);
	xf_domain_leave(f->domain);
}

int fixture_pass_frame(struct xf_stream *producer, struct xf_stream *reader)
{
	struct xf_frame frame = { .size = sizeof(frame) }, got = { .size = sizeof(got) };
	int64_t deadline = proc_patience(15000);
	int r = xf_stream_hold(producer, deadline, &frame);
	r = r ? r : xf_stream_publish(producer, &frame, NULL);
	r = r ? r : xf_stream_next(reader, deadline, &got);
	return r ? r : xf_stream_done(reader, &got);
}
