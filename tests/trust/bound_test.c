/* SPDX-License-Identifier: MIT */
/*
 * What takes no deadline returns within one bound, whoever is stopped (xf_result(3)): each such
 * call, in a member of its own that meets it for the first time, while another one is stopped with
 * the domain's lock; once more with a death that nobody can sweep meanwhile.
 */
#include "fixture.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BOUND (4000 * MS) /* as documented */

enum { READY, JOINED }; /* steps */
enum { GO }; /* values */

static const struct xf_surface_desc small = {
	.size = sizeof(small), .width_px = 64, .height_px = 1, .fourcc = XF_FORMAT_RAW
};
static const struct xf_surface_desc other = {
	.size = sizeof(other), .width_px = 128, .height_px = 1, .fourcc = XF_FORMAT_RAW
};

/* A member, and what it has made before. */
struct own {
	struct fixture f;
	struct xf_surface *surface;
	struct xf_stream *stream;
	struct xf_queue *queue;
	uint32_t index; /* of the pool */
	char name[40];
};

static int do_join(struct own *o)
{
	struct xf_domain *d;
	return xf_domain_join(o->f.fd, &d);
}

static int do_open(struct own *o)
{
	struct xf_domain *d;
	(void)o;
	return xf_domain_open("bound", 0, 0, &d);
}

static int do_open_or_create(struct own *o)
{
	struct xf_domain *d;
	(void)o;
	return xf_domain_open_or_create("bound", NULL, &d);
}

static int do_publish(struct own *o)
{
	int r = xf_domain_publish(o->f.domain, o->name);
	return r == -EALREADY ? 0 : r;
}

static int do_export(struct own *o)
{
	int fd;
	return xf_domain_export(o->f.domain, XF_OPEN_READ_ONLY, &fd);
}

static int do_changes(struct own *o)
{
	struct xf_timeline *t;
	return xf_domain_changes(o->f.domain, XF_CHANGE_MEMBERS, &t);
}

static int do_leave(struct own *o)
{
	xf_domain_leave(o->f.domain);
	return 0;
}

static int do_event_create(struct own *o)
{
	struct xf_event *e;
	return xf_event_create(o->f.domain, 0, "new", &e);
}

static int do_event_set(struct own *o)
{
	return xf_event_set(o->f.event);
}

static int do_event_fd(struct own *o)
{
	int fd;
	return xf_event_fd(o->f.event, &fd);
}

static int do_event_close(struct own *o)
{
	xf_event_close(o->f.event);
	return 0;
}

static int do_timeline_create(struct own *o)
{
	struct xf_timeline *t;
	return xf_timeline_create(o->f.domain, 0, XF_TIMELINE_OWNED, NULL, &t);
}

static int do_timeline_signal(struct own *o)
{
	return xf_timeline_signal(o->f.timeline, (uint64_t)getpid() << 20);
}

static int do_mutex_create(struct own *o)
{
	struct xf_keyed_mutex *m;
	return xf_keyed_mutex_create(o->f.domain, 0, NULL, &m);
}

static int do_mutex_close(struct own *o)
{
	xf_keyed_mutex_close(o->f.mutex);
	return 0;
}

static int do_surface_create(struct own *o)
{
	struct xf_surface *s;
	return xf_surface_create(o->f.domain, &small, XF_SURFACE_KEYED, &s);
}

static int do_surface_close(struct own *o)
{
	xf_surface_close(o->surface);
	return 0;
}

static int do_pool_create(struct own *o)
{
	struct xf_pool *p;
	return xf_pool_create(o->f.domain, &small, 4, 0, NULL, &p);
}

static int do_pool_close(struct own *o)
{
	xf_pool_close(o->f.pool);
	return 0;
}

static int do_stream_create(struct own *o)
{
	struct xf_stream_format format = { .size = sizeof(format), .desc = &small };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format, .frames = 3 };
	return xf_stream_create(o->f.domain, &params, o->name, &o->stream);
}

static int do_set_format(struct own *o)
{
	struct xf_stream_format format = { .size = sizeof(format), .desc = &other };
	return xf_stream_set_format(o->stream, &format);
}

static int do_subscribe(struct own *o)
{
	return xf_stream_subscribe(o->stream, XF_STREAM_LATEST, 1);
}

static int do_stream_close(struct own *o)
{
	xf_stream_close(o->stream);
	return 0;
}

static int do_sync_create(struct own *o)
{
	struct xf_sync *s;
	return xf_sync_create(o->f.domain, NULL, &s);
}

static int do_sync_ready(struct own *o)
{
	int r = xf_sync_ready(o->f.sync, NULL);
	return r == -EPERM || r == -ESTALE ? 0 : r;
}

static int do_sync_close(struct own *o)
{
	xf_sync_close(o->f.sync);
	return 0;
}

static int do_queue_destroy(struct own *o)
{
	xf_queue_destroy(o->queue);
	return 0;
}

static int do_inspect(struct own *o)
{
	struct xf_domain_info info = { .size = sizeof(info) };
	return xf_inspect_domain(o->f.domain, &info);
}

static const struct {
	const char *name;
	int (*fn)(struct own *o);
} calls[] = {
	{ "xf_domain_join", do_join },
	{ "xf_domain_open", do_open },
	{ "xf_domain_open_or_create", do_open_or_create },
	{ "xf_domain_publish", do_publish },
	{ "xf_domain_export", do_export },
	{ "xf_domain_changes", do_changes },
	{ "xf_domain_leave", do_leave },
	{ "xf_event_create", do_event_create },
	{ "xf_event_set", do_event_set },
	{ "xf_event_fd", do_event_fd },
	{ "xf_event_close", do_event_close },
	{ "xf_timeline_create", do_timeline_create },
	{ "xf_timeline_signal", do_timeline_signal },
	{ "xf_keyed_mutex_create", do_mutex_create },
	{ "xf_keyed_mutex_close", do_mutex_close },
	{ "xf_surface_create", do_surface_create },
	{ "xf_surface_close", do_surface_close },
	{ "xf_pool_create", do_pool_create },
	{ "xf_pool_close", do_pool_close },
	{ "xf_stream_create", do_stream_create },
	{ "xf_stream_set_format", do_set_format },
	{ "xf_stream_subscribe", do_subscribe },
	{ "xf_stream_close", do_stream_close },
	{ "xf_sync_create", do_sync_create },
	{ "xf_sync_ready", do_sync_ready },
	{ "xf_sync_close", do_sync_close },
	{ "xf_queue_destroy", do_queue_destroy },
	{ "xf_inspect_domain", do_inspect },
};
#define CALLS (sizeof(calls) / sizeof(calls[0]))

/* ---- the members ---- */

struct task {
	int fd;
	size_t call;
};

static void prepare(struct own *o, const struct task *task)
{
	memset(o, 0, sizeof(*o));
	fixture_join(&o->f, task->fd);
	snprintf(o->name, sizeof(o->name), "own-%d", (int)getpid());
	EXPECT(0, xf_surface_create(o->f.domain, &small, 0, &o->surface));
	EXPECT(0, do_stream_create(o));
	EXPECT(0, xf_queue_create_cpu(&o->queue));
	snprintf(o->name, sizeof(o->name), "new-%d", (int)getpid());
}

static void call_once(void *arg)
{
	const struct task *task = arg;
	struct timespec pause = { 0, MS };
	struct own o;
	prepare(&o, task);
	proc_tell(READY);
	while (!atomic_load(&proc_board->value[GO]))
		nanosleep(&pause, NULL);
	int64_t began = xf_now();
	int r = calls[task->call].fn(&o);
	int64_t took = xf_now() - began;
	if (took > 100 * MS)
		printf("# %s: %d after %d ms\n", calls[task->call].name, r, (int)(took / MS));
	if (took > BOUND)
		proc_fail(
			__FILE__, __LINE__, "%s: %d ms", calls[task->call].name, (int)(took / MS));
	if (r && r != -ETIMEDOUT)
		proc_fail(__FILE__, __LINE__, "%s: %d: %s", calls[task->call].name, r,
			xf_last_message(r));
	fflush(stdout);
	_exit(0); /* not a leave, which would wait once more */
}

static void serve_name(void *arg)
{
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	EXPECT(0, xf_domain_publish(d, "bound"));
	proc_tell(READY);
	pause();
}

/* Is stopped with the lock that making a surface takes. */
static void take_lock(void *arg)
{
	struct own o;
	fixture_join(&o.f, *(int *)arg);
	(void)do_surface_create(&o);
}

static void just_join(void *arg)
{
	struct xf_domain *d;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	proc_tell(JOINED);
	pause();
}

/* Each member makes what it needs. */
static int roomy_domain(void)
{
	struct xf_domain_params params = {
		.size = sizeof(params), .max_objects = 8192, .payload_bytes = 32 << 20
	};
	struct xf_domain *d;
	int fd;
	EXPECT(0, xf_domain_create(&params, &d));
	EXPECT(0, xf_domain_export(d, 0, &fd));
	xf_domain_leave(d);
	return fd;
}

static void each_call(bool somebody_dies)
{
	int fd;
	struct fixture f;
	struct task tasks[CALLS];
	pid_t pids[CALLS];
	fd = roomy_domain();
	fixture_fill(&f, fd);
	pid_t server = proc_spawn(serve_name, &fd), dies = proc_spawn(just_join, &fd);
	proc_await(READY, 1, 20000);
	proc_await(JOINED, 1, 20000);
	for (size_t i = 0; i < CALLS; i++) {
		tasks[i] = (struct task){ fd, i };
		pids[i] = proc_spawn(call_once, &tasks[i]);
	}
	proc_await(READY, CALLS + 1, 100000);
	pid_t holder = proc_spawn_at("lock:taken/1/stop", -1, take_lock, &fd);
	proc_wait_stopped(holder, 20000);
	if (somebody_dies)
		proc_kill(dies); /* every helper is told, and waits for the lock */
	atomic_store(&proc_board->value[GO], 1);
	bool well = true;
	for (size_t i = 0; i < CALLS; i++)
		well &= proc_wait(pids[i], 60000) == 0;
	proc_kill(holder);
	if (!somebody_dies)
		proc_kill(dies);
	proc_kill(server);
	CHECK(well);
	close(fd);
	fixture_close(&f);
}

static void lock_is_held(void)
{
	each_call(false);
}

static void lock_is_held_and_somebody_dies(void)
{
	each_call(true);
}

static const struct proc_test tests[] = {
	{ "each call while the lock's owner is stopped", lock_is_held, 140 },
	{ "and a death that nobody can sweep", lock_is_held_and_somebody_dies, 140 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
