/* SPDX-License-Identifier: MIT */
/*
 * What takes no deadline returns within one bound, whoever is stopped (xf_result(3)): each such
 * call, in a member of its own that meets it for the first time, while another one is stopped with
 * the domain's lock; once more with a death that nobody can sweep meanwhile. What is not said to
 * need the lock does not wait for it. Each exported function has a row in bound_calls.c.
 */
#include "bound_calls.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BOUND	(4000 * MS) /* as documented */
#define AT_ONCE (1900 * MS) /* who waits for the lock waits two seconds */

enum { READY, JOINED }; /* steps */
enum { GO }; /* values */

static const char *const exported[] = {
#include "exported.inc"
};

/* ---- the members ---- */

struct task {
	int fd;
	const struct bound_call *call; /* NULL: all that wait for nobody */
};

static const struct xf_surface_desc small = {
	.size = sizeof(small), .width_px = 64, .height_px = 1, .fourcc = XF_FORMAT_RAW
};

static void make_stream(struct bound_own *o)
{
	struct xf_stream_format format = { .size = sizeof(format), .desc = &small };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format, .frames = 3 };
	EXPECT(0, xf_stream_create(o->f.domain, &params, o->name, &o->stream));
	EXPECT(0, xf_stream_open(o->f.domain, o->name, 0, &o->reader));
}

static void prepare(struct bound_own *o, const struct task *task)
{
	memset(o, 0, sizeof(*o));
	fixture_join(&o->f, task->fd);
	snprintf(o->name, sizeof(o->name), "own-%d", (int)getpid());
	o->memory = bound_memory(1 << 16);
	o->room = bound_memory(1 << 20);
	o->frame.size = o->got.size = sizeof(struct xf_frame);
	make_stream(o);
	if (!task->call || strcmp(task->call->name, "xf_stream_unsubscribe") == 0)
		EXPECT(0, xf_stream_subscribe(o->reader, XF_STREAM_LATEST, 1));
	if (task->call) {
		snprintf(o->name, sizeof(o->name), "new-%d", (int)getpid());
		return;
	}
	EXPECT(0, xf_surface_create(o->f.domain, &small, 0, &o->surface));
	EXPECT(0, xf_surface_create(o->f.domain, &small, XF_SURFACE_KEYED, &o->keyed));
	EXPECT(0, xf_surface_create(o->f.domain, &small, XF_SURFACE_SYNC, &o->synced));
	EXPECT(0, xf_queue_create_cpu(&o->queue));
	EXPECT(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, o->socket));
}

/* False, and said: not what it should be. */
static bool call_one(struct bound_own *o, const struct bound_call *call, int64_t bound)
{
	int64_t began = xf_now();
	int r = call->fn(o);
	int64_t took = xf_now() - began;
	if (took > 100 * MS)
		printf("# %s: %d after %d ms\n", call->name, r, (int)(took / MS));
	if (r == call->expected || (r == -ETIMEDOUT && bound == BOUND))
		return took <= bound;
	printf("# %s: %d, expected %d: %s\n", call->name, r, call->expected,
		r < 0 ? xf_last_message(r) : "");
	return false;
}

static void call_once(void *arg)
{
	const struct task *task = arg;
	struct timespec pause = { 0, MS };
	struct bound_own o;
	prepare(&o, task);
	proc_tell(READY);
	while (!atomic_load(&proc_board->value[GO]))
		nanosleep(&pause, NULL);
	bool well = true;
	if (task->call)
		well = call_one(&o, task->call, BOUND);
	for (size_t i = 0; !task->call && i < bound_at_once_count; i++)
		well &= call_one(&o, &bound_at_once[i], AT_ONCE);
	fflush(stdout);
	_exit(!well); /* not a leave, which would wait once more */
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
	struct fixture f;
	struct xf_surface *surface;
	fixture_join(&f, *(int *)arg);
	(void)xf_surface_create(f.domain, &small, XF_SURFACE_KEYED, &surface);
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

#define MEMBERS 40 /* one for each call that waits, and one for all others */

static void each_call(bool somebody_dies)
{
	int fd = roomy_domain();
	size_t count = bound_waiting_count + 1;
	struct fixture f;
	struct task tasks[MEMBERS];
	pid_t pids[MEMBERS];
	CHECK(count <= MEMBERS);
	fixture_fill(&f, fd);
	pid_t server = proc_spawn(serve_name, &fd), dies = proc_spawn(just_join, &fd);
	proc_await(READY, 1, 20000);
	proc_await(JOINED, 1, 20000);
	for (size_t i = 0; i < count; i++) {
		tasks[i] = (struct task){ fd, i + 1 < count ? &bound_waiting[i] : NULL };
		pids[i] = proc_spawn(call_once, &tasks[i]);
	}
	proc_await(READY, (uint32_t)count + 1, 100000);
	pid_t holder = proc_spawn_at("lock:taken/1/stop", -1, take_lock, &fd);
	proc_wait_stopped(holder, 20000);
	if (somebody_dies)
		proc_kill(dies); /* every helper is told, and waits for the lock */
	atomic_store(&proc_board->value[GO], 1);
	bool well = true;
	for (size_t i = 0; i < count; i++)
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

/* ---- all of them ---- */

static int rows_of(const struct bound_call *calls, size_t count, const char *name)
{
	int rows = 0;
	for (size_t i = 0; i < count; i++)
		rows += strcmp(calls[i].name, name) == 0;
	return rows;
}

static void each_has_a_row(void)
{
	const size_t count = sizeof(exported) / sizeof(exported[0]);
	bool well = true;
	for (size_t i = 0; i < count; i++) {
		int rows = rows_of(bound_waiting, bound_waiting_count, exported[i]) +
			   rows_of(bound_at_once, bound_at_once_count, exported[i]);
		if (rows != 1)
			well = printf("# %s has %d rows in bound_calls.c\n", exported[i], rows) < 0;
	}
	CHECK(well);
	EXPECT((long long)count, (long long)(bound_waiting_count + bound_at_once_count));
}

static const struct proc_test tests[] = {
	{ "each exported function has a row", each_has_a_row, 20 },
	{ "each call while the lock's owner is stopped", lock_is_held, 140 },
	{ "and a death that nobody can sweep", lock_is_held_and_somebody_dies, 140 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
