/* SPDX-License-Identifier: MIT */
/*
 * A hostile member maps the domain's descriptor and writes what it likes while others work. Their
 * results may be anything; but they must not crash (an ASan build also sees reads and writes
 * outside), no call may last longer than its deadline plus SLACK, and joining, leaving and whatever
 * has no deadline must come back within PATIENT.
 *
 * Environment: XF_SEEDS (how many rounds of each kind), XF_SEED (the first).
 */
#include "fixture.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "shm/layout.h"

#define SLACK	(2000 * MS) /* many processes on few CPUs */
#define PATIENT (15000 * MS)
#define WORKERS 2
#define ROUND	(120 * MS)

enum { READY };
enum { STOP, RANDOM };

static int64_t before;

static void begin(void)
{
	before = xf_now();
}

/* A call begun now and given `ms` must have come back. */
static void in_time(int ms, const char *what)
{
	int64_t took = xf_now() - before;
	if (took > ms * MS + SLACK)
		proc_fail(__FILE__, __LINE__, "%s: %d ms", what, (int)(took / MS));
}

#define TIMED(ms, call)                                                                            \
	do {                                                                                       \
		begin();                                                                           \
		(void)(call); /* any result will do */                                             \
		in_time(ms, #call);                                                                \
	} while (0)

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
	begin();
	if (xf_surface_create(f->domain, &desc, XF_SURFACE_KEYED, &s) == 0)
		xf_surface_close(s);
	in_time(5000, "xf_surface_create");
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
	struct xf_domain *d;
	begin();
	if (xf_domain_join(fd, &d) == 0)
		xf_domain_leave(d);
	in_time((int)(PATIENT / MS), "xf_domain_join and leave");
}

static void worker(void *arg)
{
	struct fixture f;
	fixture_join(&f, *(int *)arg);
	uint64_t random = (uint64_t)getpid() * 0x9e3779b97f4a7c15u | 1;
	int fd;
	(void)xf_event_fd(f.event, &fd);
	proc_tell(READY);
	while (!atomic_load(&proc_board->value[STOP])) {
		uint64_t r = proc_random(&random);
		try_mutex(&f, r);
		try_waits(&f, r);
		try_pool(&f);
		try_objects(&f, r);
		if (r % 16 == 0)
			join_and_leave(*(int *)arg);
	}
	begin();
	fixture_close(&f);
	in_time((int)(PATIENT / MS), "closing and leaving");
}

struct arena {
	unsigned char *base;
	struct xfi_layout layout;
};

static struct arena map_arena(int fd)
{
	struct xfi_geometry geometry;
	struct arena arena;
	CHECK(pread(fd, &geometry, sizeof(geometry), 0) == sizeof(geometry));
	CHECK(xfi_layout(&geometry, &arena.layout) == 0);
	arena.base = mmap(NULL, arena.layout.end, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(arena.base != MAP_FAILED);
	return arena;
}

typedef void scribble_fn(struct arena *arena, uint64_t *random);

/* Any byte before the payload. */
static void anywhere(struct arena *a, uint64_t *random)
{
	uint64_t r = proc_random(random);
	a->base[(r >> 16) % a->layout.payload] = (unsigned char)r;
}

static uint64_t nasty(uint64_t *random)
{
	static const uint64_t values[] = { 0, 1, 2, 3, 0x7fffffff, 0x80000000, 0xffffffff,
		0x40000000, UINT64_MAX, UINT64_C(1) << 63, 0x3fffffff, 0x4000002a };
	uint64_t r = proc_random(random);
	return r % 4 ? values[(r >> 8) % (sizeof(values) / sizeof(values[0]))] : r;
}

/* Whole words where it hurts: each region as likely as the other. */
static void fields(struct arena *a, uint64_t *random)
{
	struct xfi_layout *l = &a->layout;
	const uint64_t regions[][2] = { { sizeof(struct xfi_geometry), sizeof(struct xfi_header) },
		{ l->members, 4 * sizeof(struct xfi_member) },
		{ l->lifelines, 4 * XF_MEMBERS_MAX * sizeof(struct xfi_lifeline) },
		{ l->buckets, XFI_BUCKETS * sizeof(struct xfi_bucket) },
		{ l->touched, XF_MEMBERS_MAX * 8 }, { l->used, 4 * 8 },
		{ l->directory, l->slots - l->directory },
		{ l->slots, 32 * sizeof(struct xfi_slot) } };
	uint64_t r = proc_random(random);
	const uint64_t *region = regions[r % (sizeof(regions) / sizeof(regions[0]))];
	uint64_t at = region[0] + (r >> 16) % region[1];
	uint64_t value = nasty(random);
	if (r & 0x100)
		*(volatile uint64_t *)(a->base + (at & ~UINT64_C(7))) = value;
	else
		*(volatile uint32_t *)(a->base + (at & ~UINT64_C(3))) = (uint32_t)value;
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

struct attack {
	int fd;
	scribble_fn *scribble;
};

static void hostile(void *arg)
{
	const struct attack *attack = arg;
	struct arena arena = map_arena(attack->fd);
	uint64_t random = atomic_load(&proc_board->value[RANDOM]);
	struct timespec breath = { .tv_nsec = 50000 };
	while (!atomic_load(&proc_board->value[STOP])) {
		for (int i = 0; i < 64; i++)
			attack->scribble(&arena, &random);
		if (attack->scribble != hammer)
			nanosleep(&breath, NULL);
	}
}

static void run_round(scribble_fn *scribble, uint64_t seed)
{
	struct attack attack = { fixture_empty(), scribble };
	struct fixture f;
	pid_t workers[WORKERS];
	memset(proc_board, 0, sizeof(*proc_board));
	atomic_store(&proc_board->value[RANDOM], seed | 1);
	fixture_fill(&f, attack.fd);
	for (int i = 0; i < WORKERS; i++)
		workers[i] = proc_spawn(worker, &attack.fd);
	proc_await(READY, WORKERS, 5000);
	pid_t enemy = proc_spawn(hostile, &attack);
	struct timespec round = { .tv_nsec = ROUND };
	nanosleep(&round, NULL);
	atomic_store(&proc_board->value[STOP], 1);
	EXPECT(0, proc_wait(enemy, 5000));
	begin();
	fixture_close(&f);
	in_time((int)(PATIENT / MS), "closing and leaving");
	for (int i = 0; i < WORKERS; i++) {
		int status = proc_wait(workers[i], 20000);
		if (status)
			proc_fail(__FILE__, __LINE__, "seed %#llx: a worker ended with %d",
				(unsigned long long)seed, status);
	}
	close(attack.fd);
}

static uint64_t number(const char *variable, uint64_t otherwise)
{
	const char *text = getenv(variable);
	return text ? strtoull(text, NULL, 0) : otherwise;
}

static void rounds(scribble_fn *scribble, uint64_t count)
{
	uint64_t seed = number("XF_SEED", (uint64_t)xf_now());
	count = number("XF_SEEDS", count);
	printf("# XF_SEED=%#llx XF_SEEDS=%llu\n", (unsigned long long)seed,
		(unsigned long long)count);
	for (uint64_t i = 0; i < count; i++)
		run_round(scribble, seed + 2 * i);
}

static void bytes_anywhere(void)
{
	rounds(anywhere, 3);
}

static void words_in_fields(void)
{
	rounds(fields, 5);
}

static void words_hammered(void)
{
	rounds(hammer, 2);
}

static void lock_taken(void)
{
	rounds(lock, 1);
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
