/* SPDX-License-Identifier: MIT */
/*
 * What a process does when the kernel or the allocator has no more for once: each call that may
 * fail so, failing the n-th time, for every n, in each thing that a member does. That works all the
 * same, or says why not; then it works again, and nothing is left over: no memory, descriptor or
 * mapping.
 *
 * The linker has the library's calls come here (--wrap).
 */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATIENCE proc_patience(20000)

/* Calls, what they fail with, and what they return then. */
#define CALLS(X)                                                                                   \
	X(calloc, ENOMEM, 0)                                                                       \
	X(malloc, ENOMEM, 0)                                                                       \
	X(realloc, ENOMEM, 0)                                                                      \
	X(pthread_create, 0, EAGAIN)                                                               \
	X(mmap64, ENOMEM, -1)                                                                      \
	X(mprotect, ENOMEM, -1)                                                                    \
	X(memfd_create, EMFILE, -1)                                                                \
	X(ftruncate64, ENOSPC, -1)                                                                 \
	X(fallocate64, ENOSPC, -1)                                                                 \
	X(open64, EMFILE, -1)                                                                      \
	X(openat64, EMFILE, -1)                                                                    \
	X(eventfd, EMFILE, -1)                                                                     \
	X(epoll_create1, EMFILE, -1)                                                               \
	X(epoll_ctl, ENOSPC, -1)                                                                   \
	X(inotify_init1, EMFILE, -1)                                                               \
	X(inotify_add_watch, ENOSPC, -1)                                                           \
	X(socket, ENFILE, -1)                                                                      \
	X(connect, EAGAIN, -1)                                                                     \
	X(bind, ENOBUFS, -1)                                                                       \
	X(listen, ENOBUFS, -1)                                                                     \
	X(accept4, EMFILE, -1)                                                                     \
	X(sendmsg, ENOBUFS, -1)                                                                    \
	X(recvmsg, ENOMEM, -1)                                                                     \
	X(fcntl64, ENOLCK, -1)

#define NUMBER(name, error, result) CALL_##name,
enum { CALLS(NUMBER) CALL_COUNT };

static _Atomic int failing = -1; /* which call */
static _Atomic int left; /* until it fails; 0: it has */
static _Atomic long alive; /* allocations */

static bool fails(int call)
{
	return atomic_load(&failing) == call && atomic_load(&left) > 0 &&
	       atomic_fetch_sub(&left, 1) == 1;
}

/* All of them take and return integers or pointers, in registers. */
typedef long word;

#define REAL(name, error, result) word __real_##name(word, word, word, word, word, word);
CALLS(REAL)

static void count(int call, word first, word result)
{
	if (call == CALL_malloc || call == CALL_calloc || (call == CALL_realloc && !first))
		atomic_fetch_add(&alive, result != 0);
}

#define WRAP(name, error, result)                                                                  \
	word __wrap_##name(word, word, word, word, word, word);                                    \
	word __wrap_##name(word a, word b, word c, word d, word e, word f)                         \
	{                                                                                          \
		if (fails(CALL_##name)) {                                                          \
			errno = (error);                                                           \
			return (result);                                                           \
		}                                                                                  \
		word r = __real_##name(a, b, c, d, e, f);                                          \
		count(CALL_##name, a, r);                                                          \
		return r;                                                                          \
	}
CALLS(WRAP)

void __real_free(void *p);
void __wrap_free(void *p);
void __wrap_free(void *p)
{
	atomic_fetch_sub(&alive, p != NULL);
	__real_free(p);
}

#define NAME(name, error, result) #name,
static const char *const call_names[] = { CALLS(NAME) };

/* ---- What a member does: each step begins with nothing and leaves nothing ---- */

static struct fixture f;
static int room, memory; /* to make a domain in, and to import */

static int create(void)
{
	struct xf_domain *d;
	struct xf_domain_params params = { .size = sizeof(params), .max_objects = 64 };
	int r = xf_domain_create(&params, &d);
	if (!r)
		xf_domain_leave(d);
	return r;
}

static int create_in(void)
{
	struct xf_domain *d;
	struct xf_domain_params params = { .size = sizeof(params), .max_objects = 64 };
	int r = xf_domain_create_in(room, 1 << 20, &params, &d);
	if (!r)
		xf_domain_leave(d);
	return r;
}

static int join(void)
{
	struct xf_domain *d;
	int fd;
	int r = xf_domain_export(f.domain, 0, &fd);
	if (r)
		return r;
	r = xf_domain_join(fd, &d);
	if (!r)
		xf_domain_leave(d);
	close(fd);
	return r;
}

static int look(void)
{
	struct xf_domain *d;
	int fd;
	int r = xf_domain_export(f.domain, XF_OPEN_READ_ONLY, &fd);
	if (r)
		return r;
	r = xf_domain_join(fd, &d);
	if (!r)
		xf_domain_leave(d);
	close(fd);
	return r;
}

static int name(void)
{
	struct xf_domain *d, *found;
	struct xf_domain_params params = { .size = sizeof(params), .max_objects = 64 };
	int r = xf_domain_open_or_create("failing", &params, &d);
	if (r)
		return r;
	r = xf_domain_open("failing", 0, PATIENCE, &found);
	if (!r)
		xf_domain_leave(found);
	xf_domain_leave(d);
	return r;
}

static int events(void)
{
	struct xf_event *event, *same = NULL;
	xf_id id;
	int fd;
	int r = xf_event_create(f.domain, 0, "labelled", &event);
	if (r)
		return r;
	r = xf_domain_find(f.domain, XF_EVENT, "labelled", &id);
	r = r ? r : xf_event_open(f.domain, id, &same);
	r = r ? r : xf_event_fd(event, &fd);
	r = r ? r : xf_event_set(same);
	r = r ? r : xf_event_wait(event, PATIENCE);
	xf_event_close(same);
	xf_event_close(event);
	return r;
}

static int timelines(void)
{
	struct xf_timeline *timeline;
	int fd;
	int r = xf_timeline_create(f.domain, 0, 0, NULL, &timeline);
	if (r)
		return r;
	r = xf_timeline_fd(timeline, 3, &fd);
	r = r ? r : xf_timeline_signal(timeline, 3);
	struct xf_wait_item item = { .type = XF_TIMELINE, .object = timeline, .value = 3 };
	r = r ? r : xf_wait_all(&item, 1, PATIENCE);
	xf_timeline_close(timeline);
	return r;
}

static int mutexes(void)
{
	struct xf_keyed_mutex *mutex, *same = NULL;
	int fd;
	int r = xf_keyed_mutex_create(f.domain, 0, NULL, &mutex);
	if (r)
		return r;
	r = xf_keyed_mutex_open(f.domain, xf_keyed_mutex_id(mutex), &same);
	r = r ? r : xf_keyed_mutex_fd(same, 1, &fd);
	r = r ? r : xf_keyed_mutex_acquire(mutex, 0, PATIENCE, NULL);
	r = r ? r : xf_keyed_mutex_release(mutex, 1, 0);
	r = r ? r : xf_keyed_mutex_acquire(same, 1, PATIENCE, NULL);
	xf_keyed_mutex_close(same);
	xf_keyed_mutex_close(mutex);
	return r;
}

/* Somebody who waits is told, whatever the one who makes something has no memory for. */
static int changes(void)
{
	struct xf_timeline *changes;
	struct xf_event *event;
	uint64_t seen;
	int r = xf_domain_changes(f.domain, XF_CHANGE_OBJECTS, &changes);
	if (r)
		return r;
	r = xf_timeline_value(changes, &seen);
	r = r ? r : xf_event_create(f.domain, 0, "new", &event);
	if (!r) {
		r = xf_timeline_wait(changes, seen + 1, proc_patience(3000));
		xf_event_close(event);
	}
	xf_timeline_close(changes);
	return r;
}

static const struct xf_surface_desc small = {
	.size = sizeof(small), .width_px = 16, .height_px = 16, .fourcc = XF_FORMAT_ABGR8888
};

static int surfaces(void)
{
	struct xf_surface *s, *same = NULL;
	void *data;
	int r = xf_surface_create(f.domain, &small, XF_SURFACE_KEYED, &s);
	if (r)
		return r;
	r = xf_surface_open(f.domain, xf_surface_id(s), &same);
	struct xf_keyed_mutex *mutex;
	r = r ? r : xf_surface_mutex(same, &mutex);
	r = r ? r : xf_keyed_mutex_acquire(mutex, 0, PATIENCE, NULL);
	r = r ? r : xf_surface_begin(same, XF_ACCESS_WRITE, &data);
	r = r ? r : xf_surface_end(same);
	xf_surface_close(same);
	xf_surface_close(s);
	return r;
}

static int parcels(void)
{
	struct xf_surface *s, *got = NULL;
	int sockets[2];
	void *data;
	EXPECT(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets));
	int r = xf_surface_import(f.domain, &small, memory, 0, 0, &s);
	if (!r) {
		r = xf_surface_send(s, sockets[0]);
		r = r ? r : xf_surface_recv(f.domain, sockets[1], &got);
		r = r ? r : xf_surface_begin(got, XF_ACCESS_READ, &data);
		r = r ? r : xf_surface_end(got);
		xf_surface_close(got);
		xf_surface_close(s);
	}
	close(sockets[0]);
	close(sockets[1]);
	return r;
}

/* Which others ask us for. */
static int devices(void)
{
	static const struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = 16,
		.height_px = 16,
		.fourcc = XF_FORMAT_ABGR8888,
		.memory = XF_MEMORY_CUDA,
		.memory_bytes = 4096,
		.granularity_bytes = 4096,
		.device_uuid = { 1 } };
	struct xf_surface *s;
	int r = xf_surface_import(f.domain, &desc, memory, 0, 0, &s);
	if (!r)
		xf_surface_close(s);
	return r;
}

static int pools(void)
{
	struct xf_pool *pool, *same = NULL;
	uint32_t i;
	int r = xf_pool_create(f.domain, &small, 3, XF_SURFACE_SYNC, "pools", &pool);
	if (r)
		return r;
	r = xf_pool_open(f.domain, xf_pool_id(pool), &same);
	r = r ? r : xf_pool_subscribe(same);
	r = r ? r : xf_pool_hold(pool, 0, &i);
	r = r ? r : xf_pool_give(pool, i);
	xf_pool_close(same);
	xf_pool_close(pool);
	return r;
}

static void add_one(void *arg)
{
	++*(int *)arg;
}

/* What is said to be done is. */
static int queues(void)
{
	struct xf_queue *q;
	struct xf_timeline *timeline = NULL;
	int calls = 0;
	int r = xf_queue_create_cpu(&q);
	if (r)
		return r;
	r = xf_timeline_create(f.domain, 0, 0, NULL, &timeline);
	if (!r) {
		r = xf_queue_wait(q, timeline, 1);
		int called = r ? r : xf_queue_call(q, add_one, &calls);
		EXPECT(0, xf_timeline_signal(timeline, 1));
		r = called ? called : xf_queue_finish(q, PATIENCE);
		CHECK(r || calls == 1);
	}
	xf_queue_destroy(q);
	xf_timeline_close(timeline);
	return r;
}

static int use(struct xf_sync *sync, struct xf_event *ready, struct xf_event *final)
{
	int r = xf_sync_subscribe(sync);
	r = r ? r : xf_sync_begin(sync);
	r = r ? r : xf_sync_on_ready(sync, ready);
	r = r ? r : xf_sync_ready(sync, NULL);
	r = r ? r : xf_event_wait(ready, PATIENCE);
	r = r ? r : xf_sync_on_final_release(sync, final);
	r = r ? r : xf_sync_ready_wait(sync, NULL, PATIENCE);
	r = r ? r : xf_sync_release(sync, NULL);
	return r ? r : xf_event_wait(final, PATIENCE);
}

static int sync_objects(void)
{
	struct xf_sync *sync;
	struct xf_event *ready, *final = NULL;
	int r = xf_sync_create(f.domain, NULL, &sync);
	if (r)
		return r;
	r = xf_event_create(f.domain, 0, NULL, &ready);
	if (!r) {
		r = xf_event_create(f.domain, 0, NULL, &final);
		r = r ? r : use(sync, ready, final);
		xf_event_close(final);
		xf_event_close(ready);
	}
	xf_sync_close(sync);
	return r;
}

/* Ready and release by a queue's work. */
static int sync_by_queue(void)
{
	struct xf_queue *q;
	struct xf_sync *sync = NULL;
	int r = xf_queue_create_cpu(&q);
	if (r)
		return r;
	r = xf_sync_create(f.domain, NULL, &sync);
	if (!r) {
		r = xf_sync_begin(sync);
		r = r ? r : xf_sync_ready(sync, q);
		r = r ? r : xf_sync_ready_wait(sync, q, 0);
		r = r ? r : xf_sync_release(sync, q);
		r = r ? r : xf_queue_finish(q, PATIENCE);
	}
	xf_queue_destroy(q);
	xf_sync_close(sync);
	return r;
}

static int frames(struct xf_stream *producer)
{
	struct xf_surface_desc wide = small;
	struct xf_stream_format other = { .size = sizeof(other), .desc = &wide };
	struct xf_stream *reader;
	int fd;
	wide.width_px = 32;
	int r = xf_stream_open(f.domain, "streams", 0, &reader);
	if (r)
		return r;
	r = xf_stream_subscribe(reader, XF_STREAM_EVERY, 1);
	r = r ? r : xf_stream_fd(reader, &fd);
	r = r ? r : fixture_pass_frame(producer, reader);
	r = r ? r : xf_stream_set_format(producer, &other);
	r = r ? r : fixture_pass_frame(producer, reader);
	xf_stream_close(reader);
	return r;
}

static int streams(void)
{
	struct xf_stream_format format = { .size = sizeof(format), .desc = &small };
	struct xf_stream_params params = { .size = sizeof(params), .format = &format, .frames = 3 };
	struct xf_stream *producer;
	int r = xf_stream_create(f.domain, &params, "streams", &producer);
	if (r)
		return r;
	r = frames(producer);
	xf_stream_close(producer);
	return r;
}

/* Holds a mutex and a surface until it is killed; nothing fails in it. */
static void hold(void *arg)
{
	struct xf_domain *d;
	struct xf_pool *pool;
	uint32_t i;
	struct xf_keyed_mutex *mutex;
	int *fds = arg;
	xf_id id;
	atomic_store(&failing, -1);
	CHECK(read(fds[1], &id, sizeof(id)) == sizeof(id));
	EXPECT(0, xf_domain_join(fds[0], &d));
	EXPECT(0, xf_keyed_mutex_open(d, id, &mutex));
	EXPECT(0, xf_keyed_mutex_acquire(mutex, 0, PATIENCE, NULL));
	EXPECT(0, xf_pool_create(d, &small, 1, 0, "held", &pool));
	EXPECT(0, xf_pool_hold(pool, PATIENCE, &i));
	CHECK(write(fds[1], &id, sizeof(id)) == sizeof(id));
	pause();
}

/* Its death is ours to clear up, with a thread for what is not gone with it at once. */
static int outlive(struct xf_domain *d, struct xf_keyed_mutex *mutex)
{
	int fds[2], pair[2];
	int r = xf_domain_export(d, 0, &fds[0]);
	if (r)
		return r;
	EXPECT(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	xf_id id = xf_keyed_mutex_id(mutex);
	fds[1] = pair[1];
	pid_t holder = proc_spawn(hold, fds);
	CHECK(write(pair[0], &id, sizeof(id)) == sizeof(id));
	CHECK(read(pair[0], &id, sizeof(id)) == sizeof(id));
	proc_kill(holder);
	r = xf_keyed_mutex_acquire(mutex, 1, PATIENCE, NULL);
	close(pair[0]);
	close(pair[1]);
	close(fds[0]);
	return r == XF_ABANDONED ? 0 : r;
}

static int bereaved(void)
{
	struct xf_domain *d;
	struct xf_keyed_mutex *mutex;
	struct xf_domain_params params = { .size = sizeof(params), .max_objects = 64 };
	int r = xf_domain_create(&params, &d);
	if (r)
		return r;
	r = xf_keyed_mutex_create(d, 0, NULL, &mutex);
	if (!r) {
		r = outlive(d, mutex);
		xf_keyed_mutex_close(mutex);
	}
	xf_domain_leave(d);
	return r;
}

static const struct {
	const char *name;
	int (*fn)(void);
} steps[] = { { "create", create }, { "create in", create_in }, { "join", join }, { "look", look },
	{ "name", name }, { "events", events }, { "timelines", timelines }, { "changes", changes },
	{ "mutexes", mutexes }, { "surfaces", surfaces }, { "parcels", parcels },
	{ "devices", devices }, { "pools", pools }, { "queues", queues },
	{ "sync objects", sync_objects }, { "sync by queue", sync_by_queue },
	{ "streams", streams }, { "bereaved", bereaved } };
#define STEPS (sizeof(steps) / sizeof(steps[0]))

/* ---- One failure ---- */

struct left {
	long allocations;
	int descriptors, mappings;
	uint32_t objects, members;
};

static struct left what_is_there(void)
{
	struct left l = { .descriptors = proc_descriptors(),
		.mappings = proc_mappings("memfd:"),
		.objects = proc_objects(f.domain),
		.members = proc_members(f.domain) };
	l.allocations = atomic_load(&alive);
	return l;
}

static bool same(const struct left *a, const struct left *b)
{
	return a->allocations == b->allocations && a->descriptors == b->descriptors &&
	       a->mappings == b->mappings && a->objects == b->objects && a->members == b->members;
}

/* A thread that ends may give back its last things a moment later. */
static void expect_left(const struct left *wanted, const char *said)
{
	int64_t until = proc_patience(10000);
	struct left l = what_is_there();
	for (; !same(&l, wanted); l = what_is_there()) {
		if (xf_now() > until)
			proc_fail(__FILE__, __LINE__,
				"%s: left: %ld allocations, %d descriptors, %d mappings, %d "
				"objects, %d "
				"members",
				said, l.allocations - wanted->allocations,
				l.descriptors - wanted->descriptors, l.mappings - wanted->mappings,
				(int)(l.objects - wanted->objects),
				(int)(l.members - wanted->members));
		proc_pause();
	}
}

/* False: the step does not make that call n times. */
static bool fail_nth(size_t step, int call, int n, const struct left *wanted)
{
	char said[96];
	snprintf(said, sizeof(said), "%s, %s no. %d fails", steps[step].name, call_names[call], n);
	atomic_store(&left, n);
	atomic_store(&failing, call);
	int r = steps[step].fn();
	atomic_store(&failing, -1);
	bool failed = atomic_load(&left) == 0;
	/* XF_TIMEOUT and the like would be a lie. */
	if (r > 0 || (r && (!failed || strncmp(xf_strerror(r), "Unknown", 7) == 0)))
		proc_fail(__FILE__, __LINE__, "%s: %d: %s", said, r, xf_last_message(r));
	expect_left(wanted, said);
	r = failed ? steps[step].fn() : 0;
	if (r)
		proc_fail(__FILE__, __LINE__, "%s, and again: %d: %s", said, r, xf_last_message(r));
	return failed;
}

static int fail_each(size_t step, int call)
{
	struct left wanted = what_is_there();
	int n = 1;
	while (fail_nth(step, call, n, &wanted)) {
		expect_left(&wanted, steps[step].name);
		n++;
	}
	return n - 1;
}

static int file_of(const char *label, off_t bytes)
{
	int fd = memfd_create(label, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	CHECK(fd >= 0);
	EXPECT(0, ftruncate(fd, bytes));
	EXPECT(0, fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL));
	return fd;
}

static void every_call_every_time(void)
{
	int made[CALL_COUNT] = { 0 }, total = 0;
	fixture_make(&f);
	room = file_of("room", 1 << 20);
	memory = file_of("memory", 1 << 16);
	for (size_t step = 0; step < STEPS; step++) {
		int r = steps[step].fn(); /* what is made once for all is made */
		if (r)
			proc_fail(__FILE__, __LINE__, "%s: %d: %s", steps[step].name, r,
				xf_last_message(r));
		for (int call = 0; call < CALL_COUNT; call++)
			made[call] += fail_each(step, call);
	}
	for (int call = 0; call < CALL_COUNT; call++) {
		printf("# %s: %d\n", call_names[call], made[call]);
		total += made[call];
	}
	printf("# %d failures\n", total);
	CHECK(made[CALL_malloc] + made[CALL_calloc] > 50);
	fixture_close(&f);
	close(f.fd);
	close(room);
	close(memory);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "every call failing every time", every_call_every_time, 250 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
