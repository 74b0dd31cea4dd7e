/* SPDX-License-Identifier: MIT */
/* Random writes while others use each kind of object but those of frames; see scribble.h. */
#include "scribble.h"
#include "fixture.h"

#include <string.h>
#include <unistd.h>

static void try_mutex(struct fixture *f, uint64_t random)
{
	uint64_t fence;
	char data[XF_KEYED_MUTEX_DATA_MAX];
	size_t size;
	TIMED(5, xf_keyed_mutex_acquire(f->mutex, random % 2, xf_deadline(5 * MS), &fence));
	TIMED(0, xf_keyed_mutex_set_data(f->mutex, "x", 1));
	TIMED(0, xf_keyed_mutex_get_data(f->mutex, data, sizeof(data), &size));
	TIMED(0, xf_keyed_mutex_release(f->mutex, random / 2 % 2, random));
}

static void try_waits(struct fixture *f, uint64_t random)
{
	struct xf_wait_item items[] = { { .type = XF_EVENT, .object = f->event },
		{ .type = XF_TIMELINE, .object = f->timeline, .value = random },
		{ .type = XF_KEYED_MUTEX, .object = f->doomed, .value = random % 2 } };
	uint32_t index;
	uint64_t value;
	TIMED(5, xf_wait_any(items, 3, xf_deadline(5 * MS), &index));
	TIMED(5, xf_wait_all(items, 3, xf_deadline(5 * MS)));
	TIMED(5, xf_event_wait(f->go, xf_deadline(5 * MS)));
	TIMED(0, xf_event_set(f->event));
	TIMED(5, xf_timeline_wait(f->owned, random, xf_deadline(5 * MS)));
	TIMED(0, xf_timeline_value(f->timeline, &value));
	TIMED(0, xf_timeline_signal(f->timeline, value + 1));
}

static void try_pool(struct fixture *f)
{
	uint32_t index;
	void *data;
	if (xf_pool_subscribe(f->pool) || xf_pool_hold(f->pool, xf_deadline(5 * MS), &index))
		return;
	struct xf_surface *s = xf_pool_surface(f->pool, index);
	if (xf_surface_begin(s, XF_ACCESS_WRITE, &data) == 0) {
		struct xf_surface_desc desc = { .size = sizeof(desc) };
		uint64_t size;
		xf_surface_desc(s, &desc, &size);
		memset(data, 1, size); /* what we were told is ours is mapped */
		EXPECT(0, xf_surface_end(s));
	}
	(void)xf_pool_share(f->pool, index, NULL);
	(void)xf_pool_give(f->pool, index);
}

static int look(const struct xf_object_info *info, void *arg)
{
	(void)arg;
	CHECK(memchr(info->label, 0, sizeof(info->label)));
	CHECK(memchr(info->owner_name, 0, sizeof(info->owner_name)));
	return 0;
}

static int look_member(const struct xf_member_info *info, void *arg)
{
	(void)arg;
	CHECK(memchr(info->name, 0, sizeof(info->name)));
	return 0;
}

static void try_objects(struct fixture *f, uint64_t random)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 16, .height_px = 16, .fourcc = XF_FORMAT_NV12
	};
	struct xf_event *event;
	struct xf_surface *s;
	struct xf_pool *pool;
	struct xf_domain_info info = { .size = sizeof(info) };
	xf_id id;
	if (xf_event_create(f->domain, 0, "mine", &event) == 0)
		xf_event_close(event);
	s = NULL;
	TIMED(5000, xf_surface_create(f->domain, &desc, XF_SURFACE_KEYED, &s));
	TIMED(5000, (xf_surface_close(s), 0));
	if (xf_domain_find(f->domain, XF_POOL, "pool", &id) == 0 &&
		xf_pool_open(f->domain, id, &pool) == 0)
		xf_pool_close(pool);
	for (enum xf_type type = XF_EVENT; type <= XF_POOL; type++)
		if (xf_surface_open(f->domain, (uint64_t)type << 56 | random >> 8, &s) == 0)
			xf_surface_close(s);
	TIMED(0, xf_inspect_domain(f->domain, &info));
	TIMED(0, xf_inspect_objects(f->domain, look, NULL));
	TIMED(0, xf_inspect_members(f->domain, look_member, NULL));
}

static void join_and_leave(int fd)
{
	struct xf_domain *d = NULL;
	TIMED(PATIENT_MS, xf_domain_join(fd, &d));
	TIMED(PATIENT_MS, (xf_domain_leave(d), 0));
}

static void worker(void *arg)
{
	struct fixture f;
	fixture_join(&f, *(int *)arg);
	uint64_t random = (uint64_t)getpid() * 0x9e3779b97f4a7c15u | 1;
	int fd;
	(void)xf_event_fd(f.event, &fd);
	scribble_ready();
	while (!scribble_over()) {
		uint64_t r = proc_random(&random);
		try_mutex(&f, r);
		try_waits(&f, r);
		try_pool(&f);
		try_objects(&f, r);
		if (r % 16 == 0)
			join_and_leave(*(int *)arg);
	}
	TIMED(PATIENT_MS, (fixture_close(&f), 0));
}

/* Counts up every word that somebody sleeps on, so fast that no sleep begins. */
static void hammer(struct arena *a, uint64_t *random)
{
	struct xfi_bucket *buckets = (struct xfi_bucket *)(a->base + a->layout.buckets);
	struct xfi_member *members = (struct xfi_member *)(a->base + a->layout.members);
	struct xfi_header *header = (struct xfi_header *)a->base;
	(void)random;
	for (int i = 0; i < XFI_BUCKETS; i++)
		if (atomic_load(&buckets[i].waiters) & 0xffff)
			for (int n = 0; n < 20000; n++) /* some sleep's whole deadline */
				atomic_fetch_add_explicit(&buckets[i].seq, 1, memory_order_relaxed);
	for (int i = 0; i < 4 * 20000; i++)
		atomic_fetch_add_explicit(&members[i % 4].bell, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&header->members_seq, 1, memory_order_relaxed);
}

/* The domain's lock has an owner who lives and knows nothing of it, or one that never was. */
static void lock(struct arena *a, uint64_t *random)
{
	struct xfi_header *header = (struct xfi_header *)a->base;
	static const uint32_t owners[] = { 1, 2, 3, 4, 0x3ffffffe };
	atomic_store(&header->lock, owners[proc_random(random) % 5]);
	proc_pause();
}

static void (*const workers[])(void *arg) = { worker, worker };
static const struct scribble_cast cast = { workers, 2 };

static void bytes_anywhere(void)
{
	scribble_rounds(&cast, scribble_anywhere, 64, 3);
}

static void words_in_fields(void)
{
	scribble_rounds(&cast, scribble_fields, 64, 5);
}

static void words_hammered(void)
{
	scribble_rounds(&cast, hammer, 0, 2);
}

static void lock_taken(void)
{
	scribble_rounds(&cast, lock, 64, 1);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "random bytes anywhere", bytes_anywhere, 200 },
		{ "nasty words in each kind of field", words_in_fields, 200 },
		{ "every futex word counted up all the time", words_hammered, 60 },
		{ "the lock held by nobody", lock_taken, 60 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
