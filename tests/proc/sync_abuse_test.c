/* SPDX-License-Identifier: MIT */
/*
 * Sync objects in bad hands: every call with what is not valid, by members that may not, after a
 * fork; and a member that writes what it likes into the words of one while others use it. The words
 * hold back whom they please, but nobody crashes, and no call lasts longer than it was given.
 */
#include "fixture.h"
#include "fork.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "shm/layout.h"

#define SLACK (2000 * MS) /* many processes on few CPUs */

static void *const untouched = (void *)0x5a5a;
static void *out;
#define OUT(type) ((out = untouched), (struct type **)(void *)&out)
#define REFUSE(expected, call)                                                                     \
	do {                                                                                       \
		EXPECT(expected, call);                                                            \
		CHECK(out == untouched);                                                           \
	} while (0)

/* Each call that takes a handle and changes something answers `expected`. */
static void all_refuse(int expected, struct xf_sync *sync, struct xf_event *event)
{
	EXPECT(expected, xf_sync_subscribe(sync));
	EXPECT(expected, xf_sync_unsubscribe(sync));
	EXPECT(expected, xf_sync_begin(sync));
	EXPECT(expected, xf_sync_ready(sync, NULL));
	EXPECT(expected, xf_sync_release(sync, NULL));
	EXPECT(expected, xf_sync_skip(sync));
	EXPECT(expected, xf_sync_reset(sync));
	EXPECT(expected, xf_sync_on_ready(sync, event));
	EXPECT(expected, xf_sync_on_final_release(sync, event));
}

static void same_info(struct xf_sync *sync, const struct xf_sync_info *before)
{
	struct xf_sync_info info = { .size = sizeof(info) };
	EXPECT(0, xf_sync_info(sync, &info));
	CHECK(info.use == before->use && info.ready == before->ready);
	CHECK(info.abandoned == before->abandoned);
	CHECK(info.pending_ready == before->pending_ready);
	CHECK(info.pending_release == before->pending_release);
}

static void ids(struct fixture *f)
{
	struct xf_sync *gone;
	xf_id id = xf_sync_id(f->sync);
	EXPECT(0, xf_sync_create(f->domain, NULL, &gone));
	xf_id stale = xf_sync_id(gone);
	xf_sync_close(gone);
	REFUSE(-ESTALE, xf_sync_open(f->domain, stale, OUT(xf_sync)));
	REFUSE(-ESTALE, xf_sync_open(f->domain, id + 1, OUT(xf_sync)));
	REFUSE(-EINVAL, xf_sync_open(f->domain, 0, OUT(xf_sync)));
	REFUSE(-EINVAL, xf_sync_open(f->domain, UINT64_MAX, OUT(xf_sync)));
	REFUSE(-EINVAL, xf_sync_open(f->domain, id & ~UINT64_C(0xffffffff), OUT(xf_sync)));
	REFUSE(-EINVAL, xf_sync_open(f->domain, id | UINT64_C(0xffffff) << 32, OUT(xf_sync)));
	REFUSE(-EINVAL, xf_sync_open(f->domain, xf_event_id(f->event), OUT(xf_sync)));
	REFUSE(-EINVAL, xf_sync_open(f->domain, xf_pool_id(f->pool), OUT(xf_sync)));
	REFUSE(-EINVAL, xf_sync_open(NULL, id, OUT(xf_sync)));
	EXPECT(-EINVAL, xf_sync_open(f->domain, id, NULL));
	REFUSE(-EINVAL, xf_event_open(f->domain, id, OUT(xf_event)));
	REFUSE(-EINVAL, xf_sync_create(NULL, NULL, OUT(xf_sync)));
	EXPECT(-EINVAL, xf_sync_create(f->domain, NULL, NULL));
	REFUSE(-EINVAL,
		xf_sync_create(f->domain, "a label of more than thirty-one bytes", OUT(xf_sync)));
}

static void wrong_arguments(struct fixture *f)
{
	struct xf_domain *other;
	struct xf_event *foreign;
	struct xf_sync_info info = { .size = sizeof(info) };
	all_refuse(-EINVAL, NULL, f->event);
	EXPECT(-EINVAL, xf_sync_ready_wait(NULL, NULL, 0));
	EXPECT(-EINVAL, xf_sync_info(NULL, &info));
	EXPECT(-EINVAL, xf_sync_info(f->sync, NULL));
	EXPECT(-EINVAL, xf_sync_on_ready(f->sync, NULL));
	EXPECT(-EINVAL, xf_sync_on_final_release(f->sync, NULL));
	EXPECT(0, (long long)xf_sync_id(NULL));
	xf_sync_close(NULL);
	EXPECT(0, xf_domain_create(NULL, &other));
	EXPECT(0, xf_event_create(other, 0, NULL, &foreign));
	EXPECT(-EINVAL, xf_sync_on_ready(f->sync, foreign));
	EXPECT(-EINVAL, xf_sync_on_final_release(f->sync, foreign));
	xf_event_close(foreign);
	xf_domain_leave(other);
	/* At the wrong time. */
	EXPECT(-EPERM, xf_sync_skip(f->sync));
	EXPECT(XF_TIMEOUT, xf_sync_ready_wait(f->sync, NULL, 0));
	EXPECT(XF_TIMEOUT, xf_sync_ready_wait(f->sync, NULL, INT64_MIN));
	EXPECT(0, xf_sync_unsubscribe(f->sync)); /* was not subscribed */
}

static void bad_input(void)
{
	struct fixture f;
	struct xf_sync_info before = { .size = sizeof(before) };
	fixture_make(&f);
	uint32_t objects = proc_objects(f.domain);
	int descriptors = proc_descriptors();
	EXPECT(0, xf_sync_info(f.sync, &before));
	ids(&f);
	wrong_arguments(&f);
	same_info(f.sync, &before);
	EXPECT(objects, proc_objects(f.domain));
	EXPECT(descriptors, proc_descriptors());
	EXPECT(XF_TIMEOUT, xf_event_wait(f.event, 0));
	close(f.fd);
	fixture_close(&f);
}

/* May wait and look, and change nothing. */
static void read_only_members(void)
{
	struct fixture f;
	struct xf_domain *looker;
	struct xf_sync *sync;
	struct xf_event *event;
	struct xf_sync_info before = { .size = sizeof(before) };
	int fd;
	fixture_make(&f);
	EXPECT(0, xf_sync_info(f.sync, &before));
	EXPECT(0, xf_domain_export(f.domain, XF_OPEN_READ_ONLY, &fd));
	EXPECT(0, xf_domain_join(fd, &looker));
	close(fd);
	REFUSE(-EACCES, xf_sync_create(looker, NULL, OUT(xf_sync)));
	EXPECT(0, xf_sync_open(looker, xf_sync_id(f.sync), &sync));
	EXPECT(0, xf_event_open(looker, xf_event_id(f.event), &event));
	all_refuse(-EACCES, sync, event);
	EXPECT(XF_TIMEOUT, xf_sync_ready_wait(sync, NULL, xf_deadline(2 * MS)));
	same_info(sync, &before);
	EXPECT(0, xf_sync_ready(f.sync, NULL));
	EXPECT(0, xf_sync_ready_wait(sync, NULL, proc_patience(3000)));
	xf_event_close(event);
	xf_sync_close(sync);
	xf_domain_leave(looker);
	EXPECT(XF_TIMEOUT, xf_event_wait(f.event, 0));
	close(f.fd);
	fixture_close(&f);
}

/* A child has the handles, and nothing comes of it: not even closing ends anything. */
static void after_fork(void)
{
	struct fixture f;
	struct xf_sync_info before = { .size = sizeof(before) }, info = before;
	fixture_make(&f);
	EXPECT(0, xf_sync_begin(f.sync));
	EXPECT(0, xf_sync_on_final_release(f.sync, f.event));
	EXPECT(0, xf_sync_info(f.sync, &before));
	fflush(stdout);
	pid_t pid = proc_fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		all_refuse(-ECHILD, f.sync, f.event);
		EXPECT(-ECHILD, xf_sync_ready_wait(f.sync, NULL, 0));
		EXPECT(-ECHILD, xf_sync_info(f.sync, &info));
		EXPECT(0, (long long)xf_sync_id(f.sync));
		xf_sync_close(f.sync);
		_exit(0);
	}
	EXPECT(0, proc_wait(pid, 5000));
	same_info(f.sync, &before);
	EXPECT(XF_TIMEOUT, xf_event_wait(f.event, 0));
	EXPECT(0, xf_sync_ready(f.sync, NULL));
	EXPECT(0, xf_event_wait(f.event, proc_patience(3000)));
	close(f.fd);
	fixture_close(&f);
}

#define DIED 77 /* exit status: in the middle, on purpose */

enum { READY };
enum { STOP, SEED, DOMAIN_FD };

static int64_t began;

static void in_time(int64_t given_ns, const char *what)
{
	int64_t took = xf_now() - began;
	if (took > given_ns + SLACK)
		proc_fail(__FILE__, __LINE__, "%s: %d ms", what, (int)(took / MS));
}

#define TIMED(ms, call)                                                                            \
	do {                                                                                       \
		began = xf_now();                                                                  \
		(void)(call); /* any result will do */                                             \
		in_time((ms)*MS, #call);                                                           \
	} while (0)

static void no_work(void *arg)
{
	(void)arg;
}

static void use_queue(struct xf_domain *d, xf_id id)
{
	struct xf_queue *queue;
	struct xf_sync *own;
	if (xf_sync_open(d, id, &own))
		return;
	EXPECT(0, xf_queue_create_cpu(&queue));
	TIMED(0, xf_sync_ready_wait(own, queue, 0));
	TIMED(0, xf_queue_call(queue, no_work, NULL));
	TIMED(0, xf_sync_release(own, queue));
	TIMED(0, xf_sync_ready(own, queue));
	TIMED(2, xf_queue_finish(queue, xf_deadline(2 * MS)));
	TIMED(0, xf_queue_destroy(queue));
	TIMED(0, xf_sync_close(own));
}

static void use_handle(struct fixture *f, struct xf_sync *own, uint64_t random)
{
	struct xf_sync_info info = { .size = sizeof(info) };
	if (random & 1)
		TIMED(0, xf_sync_subscribe(own));
	TIMED(0, xf_sync_begin(own));
	TIMED(0, xf_sync_on_final_release(own, f->event));
	TIMED(0, xf_sync_on_ready(own, f->go));
	if (random & 2)
		TIMED(0, xf_sync_ready(own, NULL));
	TIMED(2, xf_sync_ready_wait(own, NULL, xf_deadline(2 * MS)));
	TIMED(0, xf_sync_skip(own));
	TIMED(0, xf_sync_release(own, NULL));
	TIMED(0, xf_sync_info(own, &info));
	TIMED(0, xf_sync_reset(own));
	TIMED(2, xf_event_wait(f->event, xf_deadline(random % 3 * MS)));
	TIMED(0, xf_sync_unsubscribe(own));
}

static void use_pool(struct xf_pool *pool)
{
	struct xf_sync *sync;
	uint32_t index;
	void *data;
	TIMED(2, xf_pool_hold(pool, xf_deadline(2 * MS), &index));
	if (xf_pool_hold(pool, 0, &index))
		return;
	EXPECT(0, xf_surface_begin(xf_pool_surface(pool, index), XF_ACCESS_WRITE, &data));
	*(volatile char *)data = 1;
	EXPECT(0, xf_surface_end(xf_pool_surface(pool, index)));
	EXPECT(0, xf_surface_sync(xf_pool_surface(pool, index), &sync));
	TIMED(0, xf_sync_ready(sync, NULL));
	TIMED(0, xf_pool_give(pool, index));
}

static void worker(void *arg)
{
	struct fixture f;
	struct xf_pool *pool;
	xf_id id;
	(void)arg;
	fixture_join(&f, (int)atomic_load(&proc_board->value[DOMAIN_FD]));
	EXPECT(0, xf_domain_find(f.domain, XF_POOL, "recycled", &id));
	EXPECT(0, xf_pool_open(f.domain, id, &pool));
	EXPECT(0, xf_pool_subscribe(pool));
	uint64_t random = (uint64_t)getpid() * 0x9e3779b97f4a7c15u | 1;
	proc_tell(READY);
	while (!atomic_load(&proc_board->value[STOP])) {
		struct xf_sync *own;
		use_queue(f.domain, xf_sync_id(f.sync));
		use_handle(&f, f.sync, proc_random(&random));
		if (xf_sync_open(f.domain, xf_sync_id(f.sync), &own) == 0) {
			use_handle(&f, own, proc_random(&random));
			TIMED(0, xf_sync_close(own));
		}
		use_pool(pool);
		if (proc_random(&random) % 8 == 0)
			_exit(DIED); /* in the middle: others sweep what is written there */
	}
	TIMED(0, xf_pool_close(pool));
	TIMED(0, fixture_close(&f));
}

/* Mostly what such a word might hold, or nearly. */
static uint64_t nasty(uint64_t *random, uint64_t now)
{
	uint64_t r = proc_random(random);
	switch (r % 10) {
	case 0: /* often, so that nothing is pending now and then */
	case 8:
	case 9:
		return 0;
	case 1:
		return UINT64_MAX;
	case 2:
		return 1u << r / 8 % 8; /* members */
	case 3:
		return now ^ UINT64_C(1) << r / 8 % 64;
	case 4:
		return now + 1;
	case 5:
		return (r / 8 % 4) << 48 | r / 32 % 8 << 56 | r / 256 % 4; /* states */
	default:
		return r;
	}
}

/* Writes into what sync objects and events have in their slots, and nowhere else. */
static void scribble(struct xfi_slot *slots, uint64_t *random)
{
	struct xfi_slot *slot = &slots[proc_random(random) % 64];
	unsigned type = xfi_head_type(atomic_load(&slot->head));
	xfi_u64 *words = slot->hot.words, *word = &words[proc_random(random) % 7];
	if (type == XF_EVENT)
		word = &slot->hot.event.word;
	else if (type != XF_SYNC)
		return;
	if (type == XF_SYNC && proc_random(random) % 8 == 0)
		word = proc_random(random) % 2 ? &slot->cold.sync.timeline
					       : &slot->cold.sync.last_ready;
	atomic_store(word, nasty(random, atomic_load(word)));
}

static void hostile(void *arg)
{
	int fd = (int)atomic_load(&proc_board->value[DOMAIN_FD]);
	uint64_t random = atomic_load(&proc_board->value[SEED]);
	struct timespec breath = { .tv_nsec = 20000 };
	struct xfi_geometry geometry;
	struct xfi_layout layout;
	(void)arg;
	CHECK(pread(fd, &geometry, sizeof(geometry), 0) == sizeof(geometry));
	CHECK(xfi_layout(&geometry, &layout) == 0);
	unsigned char *base = mmap(NULL, layout.end, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(base != MAP_FAILED);
	while (!atomic_load(&proc_board->value[STOP])) {
		for (int i = 0; i < 16; i++)
			scribble((struct xfi_slot *)(base + layout.slots), &random);
		nanosleep(&breath, NULL);
	}
}

#define WORKERS 3

static void scribbled_words(void)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 64, .fourcc = XF_FORMAT_R8
	};
	const char *seed = getenv("XF_SEED");
	uint64_t first = seed ? strtoull(seed, NULL, 0) : (uint64_t)xf_now();
	struct fixture f;
	struct xf_pool *pool;
	pid_t workers[WORKERS];
	uint32_t deaths = 0;
	printf("# XF_SEED=%#llx\n", (unsigned long long)first);
	fixture_make(&f);
	EXPECT(0, xf_pool_create(f.domain, &desc, 2, XF_SURFACE_SYNC, "recycled", &pool));
	atomic_store(&proc_board->value[SEED], first | 1);
	atomic_store(&proc_board->value[DOMAIN_FD], (uint64_t)f.fd);
	for (int i = 0; i < WORKERS; i++)
		workers[i] = proc_spawn(worker, NULL);
	proc_await(READY, WORKERS, 5000);
	pid_t enemy = proc_spawn(hostile, NULL);
	for (int64_t end = xf_now() + 1500 * MS; xf_now() < end; proc_pause())
		for (int i = 0; i < WORKERS; i++)
			if (proc_ended(workers[i])) {
				EXPECT(DIED, proc_wait(workers[i], 5000));
				workers[i] = proc_spawn(worker, NULL);
				deaths++;
			}
	atomic_store(&proc_board->value[STOP], 1);
	EXPECT(0, proc_wait(enemy, 5000));
	for (int i = 0; i < WORKERS; i++) {
		int status = proc_wait(workers[i], 20000);
		if (status != 0 && status != DIED)
			proc_fail(__FILE__, __LINE__, "a worker ended with %d", status);
	}
	printf("# %u died in the middle\n", deaths);
	CHECK(deaths > 0);
	TIMED(0, xf_pool_close(pool));
	TIMED(0, fixture_close(&f));
	close(f.fd);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "bad input changes nothing", bad_input, 20 },
		{ "read-only members", read_only_members, 20 },
		{ "after a fork", after_fork, 20 },
		{ "words written at random", scribbled_words, 60 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
