/* SPDX-License-Identifier: MIT */
/*
 * Every public function with arguments that are not valid: NULL, foreign, stale and wrong ids, bad
 * flags and sizes. The documented result, outputs untouched, and nothing in the domain changed.
 */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* What an output pointer points to before a call that must fail. */
static void *const untouched = (void *)0x5a5a;
static void *out;
#define OUT(type) ((out = untouched), (struct type **)(void *)&out)

/* A call that must fail and must not have written its output. */
#define REFUSE(expected, call)                                                                     \
	do {                                                                                       \
		EXPECT(expected, call);                                                            \
		CHECK(out == untouched);                                                           \
	} while (0)

struct snapshot {
	uint64_t hash;
};

static int add_object(const struct xf_object_info *info, void *arg)
{
	struct snapshot *s = arg;
	const unsigned char *bytes = (const unsigned char *)info;
	for (size_t i = 0; i < sizeof(*info); i++)
		s->hash = (s->hash ^ bytes[i]) * UINT64_C(0x100000001b3);
	return 0;
}

static struct snapshot look(struct xf_domain *d)
{
	struct snapshot s = { 1 };
	EXPECT(0, xf_inspect_objects(d, add_object, &s));
	return s;
}

static void domains(struct fixture *f)
{
	struct xf_domain_params p = { .size = sizeof(p) };
	char longest[XF_NAME_MAX + 2];
	xf_id id = 1;
	int fd = -7;
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = 0;
	EXPECT(-EINVAL, xf_domain_create(NULL, NULL));
	p.size = sizeof(p.size) - 1;
	REFUSE(-EINVAL, xf_domain_create(&p, OUT(xf_domain)));
	p.size = sizeof(p), p.reserved = 1;
	REFUSE(-EINVAL, xf_domain_create(&p, OUT(xf_domain)));
	p.reserved = 0, p.max_objects = XF_OBJECTS_MAX + 1;
	REFUSE(-EINVAL, xf_domain_create(&p, OUT(xf_domain)));
	p.max_objects = 0, p.payload_bytes = (UINT64_C(1) << 40) + 1;
	REFUSE(-EINVAL, xf_domain_create(&p, OUT(xf_domain)));
	struct xf_domain *largest;
	p.max_objects = XF_OBJECTS_MAX, p.payload_bytes = UINT64_C(1) << 40;
	EXPECT(0, xf_domain_create(&p, &largest));
	xf_domain_leave(largest);
	static const char *const names[] = { NULL, "", "a/b", "a b", "#", "\xff", "a\n" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		EXPECT(-EINVAL, xf_domain_publish(f->domain, names[i]));
		REFUSE(-EINVAL, xf_domain_open(names[i], 0, 0, OUT(xf_domain)));
	}
	EXPECT(-EINVAL, xf_domain_publish(f->domain, longest));
	EXPECT(-EINVAL, xf_domain_publish(NULL, "name"));
	REFUSE(-EINVAL, xf_domain_open(longest, 0, 0, OUT(xf_domain)));
	REFUSE(-EINVAL, xf_domain_open("name", 4, 0, OUT(xf_domain)));
	REFUSE(-ENOENT, xf_domain_open("nobody", 0, 0, OUT(xf_domain)));
	EXPECT(-EINVAL, xf_domain_open("name", 0, 0, NULL));
	EXPECT(-EINVAL, xf_domain_export(NULL, 0, &fd));
	EXPECT(-EINVAL, xf_domain_export(f->domain, 4, &fd));
	EXPECT(-EINVAL, xf_domain_export(f->domain, 0, NULL));
	EXPECT(-EINVAL, xf_domain_find(NULL, XF_ANY, "event", &id));
	EXPECT(-EINVAL, xf_domain_find(f->domain, XF_ANY, NULL, &id));
	EXPECT(-EINVAL, xf_domain_find(f->domain, XF_ANY, "", &id));
	EXPECT(-EINVAL, xf_domain_find(f->domain, XF_ANY, longest, &id));
	EXPECT(-EINVAL, xf_domain_find(f->domain, XF_ANY, "event", NULL));
	EXPECT(-ENOENT, xf_domain_find(f->domain, XF_TIMELINE, "event", &id));
	CHECK(id == 1 && fd == -7);
	xf_domain_leave(NULL);
}

/* Opens each kind with ids that are nobody's, of another kind, or gone. */
static void ids(struct fixture *f)
{
	struct xf_event *gone;
	EXPECT(0, xf_event_create(f->domain, 0, NULL, &gone));
	xf_id stale = xf_event_id(gone), event = xf_event_id(f->event);
	xf_event_close(gone);
	const struct {
		xf_id id;
		int expected;
	} table[] = { { 0, -EINVAL }, { UINT64_MAX, -EINVAL }, { 1, -EINVAL },
		{ (uint64_t)XF_EVENT << 56 | UINT64_C(0xffffff) << 32 | 1,
			-EINVAL }, /* no such slot */
		{ (uint64_t)XF_EVENT << 56 | 255, -ESTALE }, /* another generation */
		{ event & ~UINT64_C(0xffffffff), -EINVAL }, /* generation 0 */
		{ xf_timeline_id(f->timeline), -EINVAL }, { stale, -ESTALE } };
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct xf_object_info info = { .size = sizeof(info) };
		REFUSE(table[i].expected, xf_event_open(f->domain, table[i].id, OUT(xf_event)));
		if (xf_timeline_id(f->timeline) != table[i].id)
			EXPECT(table[i].expected, xf_inspect_object(f->domain, table[i].id, &info));
	}
	REFUSE(-EINVAL, xf_timeline_open(f->domain, event, OUT(xf_timeline)));
	REFUSE(-EINVAL, xf_keyed_mutex_open(f->domain, event, OUT(xf_keyed_mutex)));
	REFUSE(-EINVAL, xf_surface_open(f->domain, event, OUT(xf_surface)));
	REFUSE(-EINVAL, xf_pool_open(f->domain, event, OUT(xf_pool)));
	REFUSE(-EINVAL, xf_sync_open(f->domain, event, OUT(xf_sync)));
	REFUSE(-EINVAL, xf_event_open(NULL, event, OUT(xf_event)));
	REFUSE(-EINVAL, xf_timeline_open(NULL, event, OUT(xf_timeline)));
	REFUSE(-EINVAL, xf_keyed_mutex_open(NULL, event, OUT(xf_keyed_mutex)));
	REFUSE(-EINVAL, xf_surface_open(NULL, event, OUT(xf_surface)));
	REFUSE(-EINVAL, xf_pool_open(NULL, event, OUT(xf_pool)));
	EXPECT(-EINVAL, xf_event_open(f->domain, event, NULL));
	EXPECT(-EINVAL, xf_pool_open(f->domain, xf_pool_id(f->pool), NULL));
	/* Foreign: an id of another domain with fewer objects. */
	struct xf_domain_params tiny = { .size = sizeof(tiny), .max_objects = 1 };
	struct xf_domain *other;
	EXPECT(0, xf_domain_create(&tiny, &other));
	REFUSE(-ESTALE, xf_event_open(other, event, OUT(xf_event)));
	xf_domain_leave(other);
}

static void events_and_timelines(struct fixture *f)
{
	const char *too_long = "an object's label has at most thirty-one bytes";
	uint64_t value = 77;
	int fd = -7;
	REFUSE(-EINVAL, xf_event_create(NULL, 0, NULL, OUT(xf_event)));
	REFUSE(-EINVAL, xf_event_create(f->domain, 4, NULL, OUT(xf_event)));
	REFUSE(-EINVAL, xf_event_create(f->domain, 0, too_long, OUT(xf_event)));
	EXPECT(-EINVAL, xf_event_create(f->domain, 0, NULL, NULL));
	EXPECT(-EINVAL, xf_event_set(NULL));
	EXPECT(-EINVAL, xf_event_reset(NULL));
	EXPECT(-EINVAL, xf_event_wait(NULL, XF_NEVER));
	EXPECT(-EINVAL, xf_event_fd(NULL, &fd));
	EXPECT(-EINVAL, xf_event_fd(f->event, NULL));
	EXPECT(0, (long long)xf_event_id(NULL));
	xf_event_close(NULL);
	REFUSE(-EINVAL, xf_timeline_create(NULL, 0, 0, NULL, OUT(xf_timeline)));
	REFUSE(-EINVAL, xf_timeline_create(f->domain, 0, 2, NULL, OUT(xf_timeline)));
	REFUSE(-EINVAL, xf_timeline_create(f->domain, 0, 0, too_long, OUT(xf_timeline)));
	EXPECT(-EINVAL, xf_timeline_create(f->domain, 0, 0, NULL, NULL));
	EXPECT(-EINVAL, xf_timeline_signal(NULL, 1));
	EXPECT(-EINVAL, xf_timeline_value(NULL, &value));
	EXPECT(-EINVAL, xf_timeline_value(f->timeline, NULL));
	EXPECT(-EINVAL, xf_timeline_wait(NULL, 1, XF_NEVER));
	EXPECT(-EINVAL, xf_timeline_fd(NULL, 1, &fd));
	EXPECT(-EINVAL, xf_timeline_fd(f->timeline, 1, NULL));
	EXPECT(0, (long long)xf_timeline_id(NULL));
	xf_timeline_close(NULL);
	CHECK(value == 77 && fd == -7);
}

static void mutexes(struct fixture *f)
{
	char data[32] = "untouched";
	uint64_t fence = 77;
	size_t size = 77;
	int fd = -7;
	REFUSE(-EINVAL, xf_keyed_mutex_create(NULL, 0, NULL, OUT(xf_keyed_mutex)));
	EXPECT(-EINVAL, xf_keyed_mutex_create(f->domain, 0, NULL, NULL));
	EXPECT(-EINVAL, xf_keyed_mutex_acquire(NULL, 0, XF_NEVER, &fence));
	EXPECT(-EINVAL, xf_keyed_mutex_release(NULL, 0, 0));
	EXPECT(-EPERM, xf_keyed_mutex_release(f->mutex, 5, 5));
	EXPECT(-EPERM, xf_keyed_mutex_set_data(f->mutex, "x", 1));
	EXPECT(-EPERM, xf_keyed_mutex_get_data(f->mutex, data, sizeof(data), &size));
	EXPECT(-EINVAL, xf_keyed_mutex_set_data(NULL, "x", 1));
	EXPECT(-EINVAL, xf_keyed_mutex_set_data(f->mutex, NULL, 1));
	EXPECT(-EINVAL, xf_keyed_mutex_get_data(f->mutex, NULL, 1, &size));
	EXPECT(-EINVAL, xf_keyed_mutex_get_data(f->mutex, data, 1, NULL));
	EXPECT(-EINVAL, xf_keyed_mutex_fd(NULL, 0, &fd));
	EXPECT(-EINVAL, xf_keyed_mutex_fd(f->mutex, 0, NULL));
	EXPECT(0, (long long)xf_keyed_mutex_id(NULL));
	xf_keyed_mutex_close(NULL);
	CHECK(size == 77 && fd == -7 && strcmp(data, "untouched") == 0);
}

static void owned_mutex(struct fixture *f)
{
	uint64_t fence = 77;
	EXPECT(0, xf_keyed_mutex_acquire(f->doomed, 0, 0, NULL));
	EXPECT(-EMSGSIZE, xf_keyed_mutex_set_data(f->doomed, "12345678901234567", 17));
	EXPECT(-EDEADLK, xf_keyed_mutex_acquire(f->doomed, 0, XF_NEVER, &fence));
	EXPECT(0, (long long)fence); /* written 0 when not taken */
	EXPECT(0, xf_keyed_mutex_release(f->doomed, 0, 0));
}

static void waits(struct fixture *f)
{
	struct xf_wait_item items[XF_WAIT_MAX + 1] = { { .type = XF_EVENT, .object = f->event } };
	uint32_t index = 77;
	EXPECT(-EINVAL, xf_wait_any(NULL, 1, XF_NEVER, &index));
	EXPECT(-EINVAL, xf_wait_any(items, 0, XF_NEVER, &index));
	EXPECT(-EINVAL, xf_wait_any(items, XF_WAIT_MAX + 1, XF_NEVER, &index));
	EXPECT(-EINVAL, xf_wait_any(items, 2, XF_NEVER, &index)); /* the second is empty */
	EXPECT(-EINVAL, xf_wait_any(items, 1, XF_NEVER, NULL));
	EXPECT(-EINVAL, xf_wait_all(items, 0, XF_NEVER));
	static const int wrong[] = { XF_ANY, XF_SURFACE, XF_POOL, XF_SYNC, XF_STREAM + 1, -1 };
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		items[0].type = (enum xf_type)wrong[i];
		EXPECT(-EINVAL, xf_wait_all(items, 1, XF_NEVER));
	}
	CHECK(index == 77);
}

static void layouts(void)
{
	static const struct {
		struct xf_surface_desc desc;
		int expected;
	} bad[] = {
		{ { .width_px = 0, .height_px = 1, .fourcc = XF_FORMAT_R8 }, -EINVAL },
		{ { .width_px = 1, .height_px = 0, .fourcc = XF_FORMAT_R8 }, -EINVAL },
		{ { .width_px = 32769, .height_px = 1, .fourcc = XF_FORMAT_R8 }, -EINVAL },
		{ { .width_px = 1, .height_px = UINT32_MAX, .fourcc = XF_FORMAT_R8 }, -EINVAL },
		{ { .width_px = 1, .height_px = 1, .fourcc = 0x12345678 }, -EINVAL },
		{ { .width_px = 1, .height_px = 2, .fourcc = XF_FORMAT_RAW }, -EINVAL },
		{ { .width_px = UINT32_MAX, .height_px = 1, .fourcc = XF_FORMAT_RAW }, -EOVERFLOW },
		{ { .width_px = 32768, .height_px = 32768, .fourcc = XF_FORMAT_ABGR8888 },
			-EOVERFLOW },
		{ { .width_px = 8, .height_px = 8, .fourcc = XF_FORMAT_R8, .n_planes = 5 },
			-EINVAL },
		{ { .width_px = 8, .height_px = 8, .fourcc = XF_FORMAT_NV12, .n_planes = 1 },
			-EINVAL },
		{ { .width_px = 8,
			  .height_px = 8,
			  .fourcc = XF_FORMAT_ABGR8888,
			  .n_planes = 1,
			  .planes = { { 0, 31 } } },
			-EINVAL }, /* stride too small */
		{ { .width_px = 8,
			  .height_px = 8,
			  .fourcc = XF_FORMAT_NV12,
			  .n_planes = 2,
			  .planes = { { 0, 8 }, { 63, 8 } } },
			-EINVAL }, /* planes overlap */
		{ { .width_px = 8,
			  .height_px = 8,
			  .fourcc = XF_FORMAT_ABGR8888,
			  .n_planes = 1,
			  .planes = { { UINT32_MAX, 32 } } },
			-EOVERFLOW },
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct xf_surface_desc desc = bad[i].desc;
		uint64_t size = 77;
		EXPECT(-EINVAL, xf_surface_layout(&desc, &size)); /* no size */
		desc.size = sizeof(desc);
		int r = xf_surface_layout(&desc, &size);
		if (r != bad[i].expected)
			proc_fail(__FILE__, __LINE__, "layout %zu: %d", i, r);
		CHECK(size == 77);
	}
}

static void surfaces(struct fixture *f)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 8, .height_px = 8, .fourcc = XF_FORMAT_R8
	};
	struct xf_surface *s = xf_pool_surface(f->pool, 0);
	uint64_t offset = 77, size;
	void *data = untouched;
	int fd = -7, pair[2];
	int file = memfd_create("small", MFD_CLOEXEC);
	CHECK(file >= 0 && ftruncate(file, 100) == 0);
	layouts();
	EXPECT(-EINVAL, xf_surface_layout(NULL, &size));
	EXPECT(-EINVAL, xf_surface_layout(&desc, NULL));
	REFUSE(-EINVAL, xf_surface_create(NULL, &desc, 0, OUT(xf_surface)));
	REFUSE(-EINVAL, xf_surface_create(f->domain, NULL, 0, OUT(xf_surface)));
	REFUSE(-EINVAL, xf_surface_create(f->domain, &desc, 4, OUT(xf_surface)));
	REFUSE(-EINVAL, xf_surface_create(f->domain, &desc, XF_SURFACE_KEYED | XF_SURFACE_SYNC,
				OUT(xf_surface)));
	EXPECT(-EINVAL, xf_surface_create(f->domain, &desc, 0, NULL));
	REFUSE(-EINVAL, xf_surface_import(f->domain, &desc, file, 0, 0, OUT(xf_surface)));
	REFUSE(-EINVAL, xf_surface_import(f->domain, &desc, file, 1, 0, OUT(xf_surface)));
	REFUSE(-EINVAL,
		xf_surface_import(f->domain, &desc, file, UINT64_MAX - 4095, 0, OUT(xf_surface)));
	REFUSE(-EBADF, xf_surface_import(f->domain, &desc, -1, 0, 0, OUT(xf_surface)));
	EXPECT(-EINVAL, xf_surface_mutex(NULL, NULL));
	EXPECT(-EINVAL, xf_surface_sync(NULL, OUT(xf_sync)));
	EXPECT(-EINVAL, xf_surface_sync(s, NULL));
	REFUSE(-ENOENT, xf_surface_sync(s, OUT(xf_sync)));
	EXPECT(-EINVAL, xf_surface_begin(NULL, XF_ACCESS_READ, &data));
	EXPECT(-EINVAL, xf_surface_begin(s, 0, &data));
	EXPECT(-EINVAL, xf_surface_begin(s, 4, &data));
	EXPECT(-EINVAL, xf_surface_begin(s, XF_ACCESS_READ, NULL));
	EXPECT(-EPERM, xf_surface_begin(s, XF_ACCESS_READ, &data)); /* its mutex is not held */
	EXPECT(-EPERM, xf_surface_end(s)); /* not begun */
	EXPECT(-EINVAL, xf_surface_end(NULL));
	EXPECT(-EINVAL, xf_surface_export(NULL, &fd, &offset));
	EXPECT(-EINVAL, xf_surface_export(s, NULL, &offset));
	EXPECT(-EINVAL, xf_surface_send(NULL, 0));
	EXPECT(-EBADF, xf_surface_send(s, -1));
	EXPECT(-ENOTSOCK, xf_surface_send(s, file));
	REFUSE(-EINVAL, xf_surface_recv(NULL, 0, OUT(xf_surface)));
	REFUSE(-ENOTSOCK, xf_surface_recv(f->domain, file, OUT(xf_surface)));
	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
	CHECK(write(pair[0], "nonsense", 8) == 8);
	REFUSE(-EPROTO, xf_surface_recv(f->domain, pair[1], OUT(xf_surface)));
	close(pair[0]);
	REFUSE(-ECONNRESET, xf_surface_recv(f->domain, pair[1], OUT(xf_surface)));
	close(pair[1]);
	close(file);
	EXPECT(0, (long long)xf_surface_id(NULL));
	xf_surface_close(NULL);
	CHECK(data == untouched && fd == -7 && offset == 77);
}

static void pools(struct fixture *f)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 8, .height_px = 8, .fourcc = XF_FORMAT_R8
	};
	uint32_t index = 77;
	uint64_t count = 77;
	struct xf_pool *p = f->pool;
	REFUSE(-EINVAL, xf_pool_create(NULL, &desc, 1, 0, NULL, OUT(xf_pool)));
	REFUSE(-EINVAL, xf_pool_create(f->domain, NULL, 1, 0, NULL, OUT(xf_pool)));
	REFUSE(-EINVAL, xf_pool_create(f->domain, &desc, 0, 0, NULL, OUT(xf_pool)));
	REFUSE(-EINVAL, xf_pool_create(f->domain, &desc, XF_POOL_MAX + 1, 0, NULL, OUT(xf_pool)));
	REFUSE(-EINVAL, xf_pool_create(f->domain, &desc, 1, 3, NULL, OUT(xf_pool)));
	EXPECT(-EINVAL, xf_pool_create(f->domain, &desc, 1, 0, NULL, NULL));
	EXPECT(-EINVAL, xf_pool_hold(NULL, XF_NEVER, &index));
	EXPECT(-EINVAL, xf_pool_hold(p, XF_NEVER, NULL));
	EXPECT(-EINVAL, xf_pool_subscribe(NULL));
	EXPECT(-EINVAL, xf_pool_unsubscribe(NULL));
	EXPECT(-EPERM, xf_pool_share(p, 0, &index));
	EXPECT(-EINVAL, xf_pool_share(p, FIXTURE_SURFACES, &index));
	EXPECT(-EINVAL, xf_pool_share(NULL, 0, &index));
	EXPECT(-EAGAIN, xf_pool_rejoin(p, 0));
	EXPECT(-EINVAL, xf_pool_rejoin(p, UINT32_MAX));
	EXPECT(-EPERM, xf_pool_give(p, 0));
	EXPECT(-EINVAL, xf_pool_give(p, FIXTURE_SURFACES));
	EXPECT(-EINVAL, xf_pool_give(NULL, 0));
	EXPECT(-EINVAL, xf_pool_reclaimed(NULL, &count));
	EXPECT(-EINVAL, xf_pool_reclaimed(p, NULL));
	CHECK(!xf_pool_surface(p, FIXTURE_SURFACES) && !xf_pool_surface(NULL, 0));
	EXPECT(0, xf_pool_count(NULL));
	EXPECT(0, (long long)xf_pool_id(NULL));
	xf_pool_close(NULL);
	CHECK(index == 77 && count == 77);
}

static void queues(struct fixture *f)
{
	struct xf_queue_ops ops = { .size = sizeof(ops), .name = "half" };
	struct xf_queue *queue;
	REFUSE(-EINVAL, xf_queue_create(&ops, NULL, OUT(xf_queue)));
	REFUSE(-EINVAL, xf_queue_create(NULL, NULL, OUT(xf_queue)));
	EXPECT(-EINVAL, xf_queue_create_cpu(NULL));
	EXPECT(-EINVAL, xf_queue_wait(NULL, f->timeline, 1));
	EXPECT(-EINVAL, xf_queue_signal(NULL, f->timeline, 1));
	EXPECT(-EINVAL, xf_queue_finish(NULL, XF_NEVER));
	EXPECT(0, xf_queue_create_cpu(&queue));
	EXPECT(-EINVAL, xf_queue_wait(queue, NULL, 1));
	EXPECT(-EINVAL, xf_queue_signal(queue, NULL, 1));
	EXPECT(-EINVAL, xf_queue_call(queue, NULL, NULL));
	xf_queue_destroy(queue);
	xf_queue_destroy(NULL);
	CHECK(strcmp(xf_queue_kind(NULL), "") == 0);
}

static int make_nothing(void *arg, void **ret_kept)
{
	return -EIO;
}

static void destroy_nothing(void *kept)
{
}

/* What libraries of devices ask for. Each argument alone is missing once. */
static void kept(struct fixture *f)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 8, .height_px = 8, .fourcc = XF_FORMAT_R8
	};
	struct xf_surface *s = xf_pool_surface(f->pool, 0);
	struct xf_pool_use use = { .size = sizeof(use) };
	struct xf_domain *d = f->domain;
	uint64_t *word = untouched;
	int fd = -1;
	out = untouched;
	EXPECT(-EINVAL, xf_domain_keep(NULL, f, make_nothing, NULL, destroy_nothing, &out));
	EXPECT(-EINVAL, xf_domain_keep(d, NULL, make_nothing, NULL, destroy_nothing, &out));
	EXPECT(-EINVAL, xf_domain_keep(d, f, NULL, NULL, destroy_nothing, &out));
	EXPECT(-EINVAL, xf_domain_keep(d, f, make_nothing, NULL, NULL, &out));
	EXPECT(-EINVAL, xf_domain_keep(d, f, make_nothing, NULL, destroy_nothing, NULL));
	EXPECT(-EIO, xf_domain_keep(d, f, make_nothing, NULL, destroy_nothing, &out));
	EXPECT(-EINVAL, xf_surface_keep(NULL, make_nothing, NULL, destroy_nothing, &out));
	EXPECT(-EINVAL, xf_surface_keep(s, NULL, NULL, destroy_nothing, &out));
	CHECK(strstr(xf_last_message(-EINVAL), "NULL"));
	EXPECT(-EINVAL, xf_surface_keep(s, make_nothing, NULL, NULL, &out));
	CHECK(strstr(xf_last_message(-EINVAL), "NULL"));
	EXPECT(-EINVAL, xf_surface_keep(s, make_nothing, NULL, destroy_nothing, NULL));
	CHECK(strstr(xf_last_message(-EINVAL), "NULL"));
	EXPECT(-EINVAL, xf_surface_keep(s, make_nothing, NULL, destroy_nothing, &out));
	CHECK(strstr(xf_last_message(-EINVAL), "host memory"));
	EXPECT(-EINVAL, xf_timeline_word(NULL, XF_ACCESS_READ, &word, (struct xf_domain **)&out));
	EXPECT(-EINVAL, xf_timeline_word(f->timeline, 0, &word, (struct xf_domain **)&out));
	EXPECT(-EINVAL, xf_timeline_word(f->timeline, 8, &word, (struct xf_domain **)&out));
	EXPECT(-EINVAL,
		xf_timeline_word(f->timeline, XF_ACCESS_READ, NULL, (struct xf_domain **)&out));
	EXPECT(-EINVAL, xf_timeline_word(f->timeline, XF_ACCESS_READ, &word, NULL));
	REFUSE(-EINVAL, xf_domain_changes(NULL, XF_CHANGE_OBJECTS, OUT(xf_timeline)));
	EXPECT(-EINVAL, xf_domain_changes(d, XF_CHANGE_OBJECTS, NULL));
	EXPECT(-EINVAL, xf_pool_hold_use(NULL, 0, &use));
	EXPECT(-EINVAL, xf_pool_hold_use(f->pool, 0, NULL));
	REFUSE(-EINVAL, xf_pool_import(NULL, &desc, &fd, 1, 0, NULL, OUT(xf_pool)));
	REFUSE(-EINVAL, xf_pool_import(d, NULL, &fd, 1, 0, NULL, OUT(xf_pool)));
	REFUSE(-EINVAL, xf_pool_import(d, &desc, NULL, 1, 0, NULL, OUT(xf_pool)));
	REFUSE(-EINVAL, xf_pool_import(d, &desc, &fd, 0, 0, NULL, OUT(xf_pool)));
	EXPECT(-EINVAL, xf_pool_import(d, &desc, &fd, 1, 0, NULL, NULL));
	REFUSE(-EINVAL, xf_stream_open(NULL, "label", 0, OUT(xf_stream)));
	REFUSE(-EINVAL, xf_stream_open(d, NULL, 0, OUT(xf_stream)));
	EXPECT(-EINVAL, xf_stream_open(d, "label", 0, NULL));
	EXPECT(-EINVAL, xf_stream_fd(NULL, &fd));
	CHECK(word == untouched && fd == -1);
}

static void inspecting(struct fixture *f)
{
	struct xf_domain_info domain = { .size = sizeof(domain) };
	struct xf_object_info object = { .size = sizeof(object) };
	EXPECT(-EINVAL, xf_inspect_domain(NULL, &domain));
	EXPECT(-EINVAL, xf_inspect_domain(f->domain, NULL));
	EXPECT(-EINVAL, xf_inspect_members(f->domain, NULL, NULL));
	EXPECT(-EINVAL, xf_inspect_objects(f->domain, NULL, NULL));
	EXPECT(-EINVAL, xf_inspect_objects(NULL, add_object, NULL));
	EXPECT(-EINVAL, xf_inspect_object(f->domain, 0, &object));
	EXPECT(-EINVAL, xf_inspect_object(f->domain, xf_event_id(f->event), NULL));
	EXPECT(-EINVAL, xf_inspect_names(NULL, NULL));
	for (int r = -4096; r <= 16; r++)
		CHECK(xf_strerror(r) && xf_strerror(r)[0]);
	CHECK(xf_version()[0]);
}

static void bad_input(void)
{
	struct fixture f;
	fixture_make(&f);
	struct snapshot before = look(f.domain);
	uint32_t objects = proc_objects(f.domain);
	int descriptors = proc_descriptors();
	domains(&f);
	ids(&f);
	events_and_timelines(&f);
	mutexes(&f);
	waits(&f);
	surfaces(&f);
	pools(&f);
	queues(&f);
	kept(&f);
	inspecting(&f);
	struct snapshot after = look(f.domain);
	CHECK(before.hash == after.hash);
	EXPECT(objects, proc_objects(f.domain));
	EXPECT(descriptors, proc_descriptors());
	owned_mutex(&f);
	close(f.fd);
	fixture_close(&f);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "bad input changes nothing", bad_input, 20 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
