/* SPDX-License-Identifier: MIT */
#include "work.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE proc_patience(15000)

static int join(struct work *w)
{
	struct xf_domain *d;
	int r = xf_domain_join(w->fd, &d);
	if (!r)
		w->f.domain = d;
	return r;
}

static int open_all(struct work *w)
{
	struct xf_domain *d = w->f.domain;
	xf_id id;
	int r = xf_domain_find(d, XF_KEYED_MUTEX, "mutex", &id);
	r = r ? r : xf_keyed_mutex_open(d, id, &w->f.mutex);
	r = r ? r : xf_domain_find(d, XF_KEYED_MUTEX, "doomed", &id);
	r = r ? r : xf_keyed_mutex_open(d, id, &w->f.doomed);
	r = r ? r : xf_domain_find(d, XF_EVENT, "go", &id);
	r = r ? r : xf_event_open(d, id, &w->f.go);
	r = r ? r : xf_domain_find(d, XF_POOL, "pool", &id);
	return r ? r : xf_pool_open(d, id, &w->f.pool);
}

static int acquire(struct work *w)
{
	int r = xf_keyed_mutex_acquire(w->f.mutex, 0, PATIENCE, NULL);
	return r ? r : xf_keyed_mutex_release(w->f.mutex, 0, 0);
}

/* The companion sets it all the time. */
static int wait_asleep(struct work *w)
{
	int r = 0;
	for (int i = 0; !r && i < 3; i++)
		r = xf_event_wait(w->f.go, PATIENCE);
	return r;
}

static int wait_any(struct work *w)
{
	struct xf_wait_item items[] = { { .type = XF_EVENT, .object = w->f.go },
		{ .type = XF_KEYED_MUTEX, .object = w->f.doomed, .value = 9 } };
	uint32_t index;
	return xf_wait_any(items, 2, PATIENCE, &index);
}

/* Once by a ring, where there is one, and once when it was readable already. */
static int wait_by_descriptor(struct work *w)
{
	struct pollfd p = { .events = POLLIN };
	int r = xf_event_fd(w->f.go, &p.fd);
	for (int i = 0; !r && i < 3; i++) {
		int n = poll(&p, 1, 5000);
		if (n < 0) /* it is poll() that is denied */
			break;
		r = n == 1 ? 0 : XF_TIMEOUT;
		(void)xf_event_wait(w->f.go, 0);
	}
	return r;
}

static int draw(struct work *w)
{
	uint32_t index;
	void *data;
	int r = xf_pool_hold(w->f.pool, PATIENCE, &index);
	if (r)
		return r;
	struct xf_keyed_mutex *mutex;
	struct xf_surface *s = xf_pool_surface(w->f.pool, index);
	r = xf_surface_mutex(s, &mutex);
	r = r ? r : xf_keyed_mutex_acquire(mutex, 0, PATIENCE, NULL);
	r = r ? r : xf_surface_begin(s, XF_ACCESS_WRITE, &data);
	if (!r) {
		memset(data, 1, 64);
		r = xf_surface_end(s);
		r = r ? r : xf_keyed_mutex_release(mutex, 0, 0);
	}
	int given = xf_pool_give(w->f.pool, index);
	return r ? r : given;
}

/* A surface of its own, closed again: its memory is given back. */
static int make_surface(struct work *w)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 64, .fourcc = XF_FORMAT_ABGR8888
	};
	struct xf_surface *s;
	void *data;
	int r = xf_surface_create(w->f.domain, &desc, 0, &s);
	if (r)
		return r;
	r = xf_surface_begin(s, XF_ACCESS_WRITE, &data);
	r = r ? r : xf_surface_end(s);
	xf_surface_close(s);
	return r;
}

/* Memory of one's own, imported, sent and received. */
static int send_surface(struct work *w)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 16, .height_px = 16, .fourcc = XF_FORMAT_ABGR8888
	};
	struct xf_surface *s, *got;
	void *data;
	int r = xf_surface_import(w->f.domain, &desc, w->memory, 0, 0, &s);
	if (r)
		return r;
	r = xf_surface_begin(s, XF_ACCESS_WRITE, &data);
	r = r ? r : xf_surface_end(s);
	r = r ? r : xf_surface_send(s, w->socket[0]);
	if (!r) {
		r = xf_surface_recv(w->f.domain, w->socket[1], &got);
		if (!r)
			xf_surface_close(got);
	}
	xf_surface_close(s);
	return r;
}

static void nothing(void *arg)
{
	(void)arg;
}

static int queue(struct work *w)
{
	struct xf_queue *q;
	(void)w;
	int r = xf_queue_create_cpu(&q);
	if (r)
		return r;
	r = xf_queue_call(q, nothing, NULL);
	r = r ? r : xf_queue_finish(q, PATIENCE);
	xf_queue_destroy(q);
	return r;
}

static int stream(struct work *w)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 1, .fourcc = XF_FORMAT_RAW
	};
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format, .frames = 3 };
	struct xf_stream *producer, *reader;
	int r = xf_stream_create(w->f.domain, &params, "stream", &producer);
	if (r)
		return r;
	r = xf_stream_open(w->f.domain, "stream", 0, &reader);
	if (!r) {
		r = xf_stream_subscribe(reader, XF_STREAM_LATEST, 1);
		r = r ? r : fixture_pass_frame(producer, reader);
		xf_stream_close(reader);
	}
	xf_stream_close(producer);
	return r;
}

static int sync_object(struct work *w)
{
	struct xf_sync *sync;
	struct xf_event *event;
	int r = xf_sync_create(w->f.domain, NULL, &sync);
	if (r)
		return r;
	r = xf_event_create(w->f.domain, 0, NULL, &event);
	if (!r) {
		r = xf_sync_ready(sync, NULL);
		r = r ? r : xf_sync_release(sync, NULL);
		r = r ? r : xf_sync_on_final_release(sync, event);
		r = r ? r : xf_event_wait(event, PATIENCE);
		xf_event_close(event);
	}
	xf_sync_close(sync);
	return r;
}

static int export_read_only(struct work *w)
{
	struct xf_domain *viewer;
	int fd;
	int r = xf_domain_export(w->f.domain, XF_OPEN_LOOK_ONLY, &fd);
	if (r)
		return r;
	r = xf_domain_join(fd, &viewer);
	if (!r)
		xf_domain_leave(viewer);
	close(fd);
	return r;
}

static bool is_slow(void)
{
	return getenv("XF_SLOW");
}

/* A server has a second to answer, which on a slow machine may be too short. */
#define PATIENTLY(result, call)                                                                    \
	do {                                                                                       \
		int64_t until_ = PATIENCE;                                                         \
		do                                                                                 \
			(result) = (call);                                                         \
		while ((result) == -ETIMEDOUT && is_slow() && xf_now() < until_);                  \
	} while (0)

/* A domain of one's own: made, named, found by its name, by itself and by another process. */
static int names(struct work *w)
{
	struct xf_domain *found;
	struct timespec pause = { 0, MS };
	int64_t until = PATIENCE;
	int r;
	PATIENTLY(r, xf_domain_open_or_create(w->name, NULL, &w->own));
	if (r)
		return r;
	PATIENTLY(r, xf_domain_open(w->name, 0, PATIENCE, &found));
	if (!r)
		xf_domain_leave(found);
	while (!r && !w->is_found())
		if (nanosleep(&pause, NULL) || xf_now() > until)
			r = XF_TIMEOUT;
	return r;
}

static int count_name(const char *name, void *arg)
{
	(void)name;
	++*(int *)arg;
	return 0;
}

/* Waits for a name that never comes. */
static int no_such_name(struct work *w)
{
	struct xf_domain *d;
	int n = 0;
	int r = xf_inspect_names(count_name, &n);
	if (!r)
		r = xf_domain_open("nobody-has-this", 0, xf_deadline(50 * MS), &d);
	return r == -ENOENT ? 0 : r;
}

static int create_in(struct work *w)
{
	struct xf_domain *d;
	struct xf_domain_params params = { .size = sizeof(params), .max_objects = 64 };
	int r = xf_domain_create_in(w->room, 1 << 20, &params, &d);
	if (!r)
		xf_domain_leave(d);
	return r;
}

/* Idle it takes next to no CPU time. */
#define IDLE_MS 300

static int64_t cpu_ns(void)
{
	struct timespec used;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return used.tv_sec * INT64_C(1000000000) + used.tv_nsec;
}

static int idle(struct work *w)
{
	struct timespec pause = { 0, IDLE_MS * MS };
	(void)w;
	int64_t before = cpu_ns();
	nanosleep(&pause, NULL);
	/* In an emulated guest it says what the emulator had. */
	return is_slow() || cpu_ns() - before < IDLE_MS / 3 * MS ? 0 : WORK_BUSY;
}

/* It is killed, and what it owned is abandoned; what it held of a pool returns. */
static int death(struct work *w)
{
	uint32_t first, second;
	if (!w->companion_dies)
		return 0;
	w->companion_dies();
	int r = xf_keyed_mutex_acquire(w->f.doomed, 0, PATIENCE, NULL);
	if (r != XF_ABANDONED)
		return r ? r : WORK_WRONG;
	r = xf_pool_hold(w->f.pool, PATIENCE, &first);
	r = r ? r : xf_pool_hold(w->f.pool, PATIENCE, &second);
	if (!r) {
		(void)xf_pool_give(w->f.pool, first);
		(void)xf_pool_give(w->f.pool, second);
	}
	return r;
}

static int leave(struct work *w)
{
	xf_keyed_mutex_close(w->f.mutex);
	xf_keyed_mutex_close(w->f.doomed);
	xf_event_close(w->f.go);
	xf_pool_close(w->f.pool);
	xf_domain_leave(w->f.domain);
	xf_domain_leave(w->own);
	return 0;
}

const struct work_step work_steps[] = {
	{ "join", join, true },
	{ "open", open_all, true },
	{ "acquire", acquire, false },
	{ "wait", wait_asleep, false },
	{ "wait for any", wait_any, false },
	{ "wait by descriptor", wait_by_descriptor, false },
	{ "draw", draw, false },
	{ "make a surface", make_surface, false },
	{ "send a surface", send_surface, false },
	{ "queue", queue, false },
	{ "stream", stream, false },
	{ "sync object", sync_object, false },
	{ "export read-only", export_read_only, false },
	{ "names", names, false },
	{ "no such name", no_such_name, false },
	{ "create in", create_in, false },
	{ "idle", idle, false },
	{ "a death", death, false },
	{ "leave", leave, false },
};
const size_t work_steps_count = sizeof(work_steps) / sizeof(work_steps[0]);
