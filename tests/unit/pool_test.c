/* SPDX-License-Identifier: MIT */
#include <stdatomic.h>
#include <sys/resource.h>

#include "harness.h"

static struct xf_pool *create(void **state, uint32_t count, uint32_t flags)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 64, .fourcc = XF_FORMAT_R8
	};
	struct xf_pool *pool;
	assert_int_equal(xf_pool_create(*state, &desc, count, flags, "frames", &pool), 0);
	return pool;
}

static void hands_out_and_takes_back(void **state)
{
	struct xf_pool *pool = create(state, 3, 0);
	uint32_t held[3], none;
	assert_int_equal(xf_pool_count(pool), 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(xf_pool_hold(pool, 0, &held[i]), 0);
	assert_int_not_equal(held[0], held[1]);
	assert_int_not_equal(held[1], held[2]);
	assert_int_equal(xf_pool_hold(pool, 0, &none), XF_TIMEOUT);
	assert_int_equal(xf_pool_hold(pool, xf_deadline(20 * MS), &none), XF_TIMEOUT);
	assert_int_equal(xf_pool_give(pool, held[1]), 0);
	assert_int_equal(xf_pool_give(pool, held[1]), -EPERM);
	assert_int_equal(xf_pool_share(pool, held[1], NULL), -EPERM);
	assert_int_equal(xf_pool_rejoin(pool, held[1]), -EAGAIN);
	assert_int_equal(xf_pool_give(pool, 3), -EINVAL);
	assert_int_equal(xf_pool_hold(pool, 0, &none), 0);
	assert_int_equal(none, held[1]);
	assert_null(xf_pool_surface(pool, 3));
	xf_pool_close(pool);
}

/* Readers say that they are ready with event 1 of the pair, and wait for event 2. */
static int reader(struct xf_domain *domain, xf_id id)
{
	struct xf_pool *pool;
	struct xf_event *ready, *go;
	xf_id ready_id, go_id;
	uint8_t *pixels;
	if (xf_pool_open(domain, id, &pool) || xf_pool_subscribe(pool) ||
		xf_domain_find(domain, XF_EVENT, "ready", &ready_id) ||
		xf_domain_find(domain, XF_EVENT, "go", &go_id) ||
		xf_event_open(domain, ready_id, &ready) || xf_event_open(domain, go_id, &go))
		return 1;
	if (xf_event_set(ready) || xf_event_wait(go, patience(5000)))
		return 2;
	for (uint32_t i = 0; i < 2; i++)
		if (xf_surface_begin(xf_pool_surface(pool, i), XF_ACCESS_READ, (void **)&pixels) ||
			pixels[0] != i + 1)
			return 3;
	if (xf_pool_give(pool, 0) || xf_event_set(ready))
		return 4;
	pause(); /* holding surface 1 */
	return 5;
}

static void a_killed_reader_gives_back(void **state)
{
	needs_processes();
	struct xf_pool *pool = create(state, 2, 0);
	struct xf_event *ready, *go;
	uint32_t i, readers;
	uint64_t reclaimed;
	uint8_t *pixels;
	assert_int_equal(xf_event_create(*state, 0, "ready", &ready), 0);
	assert_int_equal(xf_event_create(*state, 0, "go", &go), 0);
	pid_t child = in_child(*state, xf_pool_id(pool), reader);
	assert_int_equal(xf_event_wait(ready, patience(5000)), 0);
	for (int n = 0; n < 2; n++) {
		assert_int_equal(xf_pool_hold(pool, 0, &i), 0);
		assert_int_equal(xf_surface_begin(xf_pool_surface(pool, i), XF_ACCESS_WRITE,
					 (void **)&pixels),
			0);
		pixels[0] = (uint8_t)(i + 1);
		assert_int_equal(xf_surface_end(xf_pool_surface(pool, i)), 0);
		assert_int_equal(xf_pool_share(pool, i, &readers), 0);
		assert_int_equal(readers, 1);
		assert_int_equal(xf_pool_give(pool, i), 0);
	}
	assert_int_equal(xf_pool_hold(pool, 0, &i), XF_TIMEOUT); /* the reader has both */
	assert_int_equal(xf_event_set(go), 0);
	assert_int_equal(xf_event_wait(ready, patience(5000)), 0);
	assert_int_equal(xf_pool_hold(pool, 0, &i), 0);
	assert_int_equal(i, 0);
	assert_int_equal(xf_pool_hold(pool, 0, &i), XF_TIMEOUT);
	kill(child, SIGKILL);
	assert_int_equal(xf_pool_hold(pool, patience(5000), &i), 0); /* woken */
	assert_int_equal(i, 1);
	assert_int_equal(xf_pool_reclaimed(pool, &reclaimed), 0);
	assert_int_equal(reclaimed, 1);
	assert_int_equal(wait_child(child), 128 + SIGKILL);
	/* Dead readers are readers no more. */
	assert_int_equal(xf_pool_share(pool, 1, &readers), 0);
	assert_int_equal(readers, 0);
	xf_event_close(ready);
	xf_event_close(go);
	xf_pool_close(pool);
}

static int hold_and_die(struct xf_domain *domain, xf_id id)
{
	struct xf_pool *pool;
	struct xf_keyed_mutex *mutex;
	uint32_t i;
	if (xf_pool_open(domain, id, &pool) || xf_pool_hold(pool, 0, &i) ||
		xf_surface_mutex(xf_pool_surface(pool, i), &mutex) ||
		xf_keyed_mutex_acquire(mutex, 0, 0, NULL))
		return 1;
	kill(getpid(), SIGKILL);
	return 2;
}

static void an_abandoned_mutex_is_replaced(void **state)
{
	needs_processes();
	struct xf_pool *pool = create(state, 1, XF_SURFACE_KEYED);
	struct xf_surface *surface = xf_pool_surface(pool, 0);
	struct xf_keyed_mutex *before, *after;
	uint32_t i;
	assert_int_equal(xf_surface_mutex(surface, &before), 0);
	xf_id id = xf_keyed_mutex_id(before);
	assert_int_equal(
		wait_child(in_child(*state, xf_pool_id(pool), hold_and_die)), 128 + SIGKILL);
	assert_int_equal(xf_keyed_mutex_acquire(before, 1, patience(5000), NULL), XF_ABANDONED);
	assert_int_equal(xf_pool_hold(pool, patience(5000), &i), 0);
	assert_int_equal(xf_surface_mutex(surface, &after), 0);
	assert_int_not_equal(xf_keyed_mutex_id(after), id);
	struct xf_object_info info = { .size = sizeof(info) };
	assert_int_equal(xf_inspect_object(*state, id, &info), 0); /* still open here */
	assert_string_equal(info.label, "frames[0]"); /* though no surface names it any more */
	assert_int_equal(xf_keyed_mutex_acquire(after, 0, 0, NULL), 0);
	assert_int_equal(xf_keyed_mutex_release(after, 0, 0), 0);
	xf_pool_close(pool);
}

static struct xf_sync *sync_of(struct xf_pool *pool, uint32_t i)
{
	struct xf_sync *sync;
	assert_int_equal(xf_surface_sync(xf_pool_surface(pool, i), &sync), 0);
	return sync;
}

/* Because it is woken, not because it looks once more when the time is over. */
static int hold_in_time(struct xf_pool *pool, uint32_t *ret_index)
{
	int64_t before = xf_now();
	int r = xf_pool_hold(pool, patience(10000), ret_index);
	return xf_now() - before < 9000 * MS ? r : -ETIMEDOUT;
}

static void *release_soon(void *sync)
{
	usleep(5000);
	assert_int_equal(xf_sync_release(sync, NULL), 0);
	return NULL;
}

static void recycled_by_the_final_release(void **state)
{
	struct xf_pool *pool = create(state, 2, XF_SURFACE_SYNC), *same;
	struct xf_sync *reader;
	struct xf_sync_info info = { .size = sizeof(info) };
	struct xf_keyed_mutex *none;
	pthread_t thread;
	uint32_t a, b, i;
	assert_int_equal(xf_surface_mutex(xf_pool_surface(pool, 0), &none), -ENOENT);
	assert_int_equal(xf_pool_open(*state, xf_pool_id(pool), &same), 0);
	assert_int_equal(xf_pool_subscribe(same), 0);
	assert_int_equal(xf_pool_hold(pool, 0, &a), 0);
	assert_int_equal(xf_pool_hold(pool, 0, &b), 0);
	assert_int_not_equal(a, b);
	assert_int_equal(xf_pool_hold(pool, xf_deadline(20 * MS), &i), XF_TIMEOUT);
	assert_int_equal(xf_sync_ready(sync_of(pool, a), NULL), 0);
	/* Ready, and unread: still in use. */
	assert_int_equal(xf_pool_hold(same, 0, &i), XF_TIMEOUT);
	reader = sync_of(same, a);
	assert_int_equal(xf_sync_ready_wait(reader, NULL, 0), 0);
	assert_int_equal(pthread_create(&thread, NULL, release_soon, reader), 0);
	assert_int_equal(hold_in_time(pool, &i), 0);
	pthread_join(thread, NULL);
	assert_int_equal(i, a);
	assert_int_equal(xf_sync_info(sync_of(pool, a), &info), 0);
	assert_int_equal(info.pending_ready, 1); /* this process produces it */
	/* Not needed after all: nobody is told that it is ready. */
	assert_int_equal(xf_pool_share(pool, b, NULL), -EPERM);
	assert_int_equal(xf_pool_rejoin(pool, b), -EAGAIN);
	assert_int_equal(xf_pool_give(pool, b), 0);
	assert_int_equal(xf_pool_give(pool, b), -EPERM);
	assert_int_equal(xf_sync_ready_wait(sync_of(same, b), NULL, 0), XF_ABANDONED);
	assert_int_equal(xf_pool_hold(same, 0, &i), 0);
	assert_int_equal(i, b);
	xf_pool_close(same); /* gives up what it holds */
	assert_int_equal(xf_pool_hold(pool, 0, &i), 0);
	assert_int_equal(i, b);
	xf_pool_close(pool);
}

/* Holds one surface, and one that it is reading, until it is killed. */
static int produce_and_read(struct xf_domain *domain, xf_id id)
{
	struct xf_pool *pool;
	struct xf_sync *sync;
	struct xf_event *ready;
	xf_id ready_id;
	uint32_t i;
	if (xf_pool_open(domain, id, &pool) || xf_pool_subscribe(pool) ||
		xf_domain_find(domain, XF_EVENT, "ready", &ready_id) ||
		xf_event_open(domain, ready_id, &ready) || xf_event_set(ready) ||
		xf_surface_sync(xf_pool_surface(pool, 0), &sync) ||
		xf_sync_ready_wait(sync, NULL, patience(5000)) || xf_pool_hold(pool, 0, &i) ||
		i != 1 || xf_event_set(ready))
		return 1;
	pause();
	return 2;
}

static void a_killed_user_gives_back(void **state)
{
	needs_processes();
	struct xf_pool *pool = create(state, 2, XF_SURFACE_SYNC);
	struct xf_event *ready;
	struct xf_sync_info info = { .size = sizeof(info) };
	uint32_t first, second;
	assert_int_equal(xf_event_create(*state, 0, "ready", &ready), 0);
	pid_t child = in_child(*state, xf_pool_id(pool), produce_and_read);
	assert_int_equal(xf_event_wait(ready, patience(5000)), 0);
	assert_int_equal(xf_pool_hold(pool, 0, &first), 0);
	assert_int_equal(first, 0);
	assert_int_equal(xf_sync_ready(sync_of(pool, 0), NULL), 0);
	assert_int_equal(xf_event_wait(ready, patience(5000)), 0);
	assert_int_equal(xf_pool_hold(pool, xf_deadline(20 * MS), &first), XF_TIMEOUT);
	kill(child, SIGKILL);
	assert_int_equal(hold_in_time(pool, &first), 0);
	assert_int_equal(hold_in_time(pool, &second), 0);
	assert_int_not_equal(first, second);
	assert_int_equal(wait_child(child), 128 + SIGKILL);
	/* Dead readers are readers no more. */
	assert_int_equal(xf_sync_ready(sync_of(pool, 0), NULL), 0);
	assert_int_equal(xf_sync_info(sync_of(pool, 0), &info), 0);
	assert_int_equal(info.pending_release, 0);
	xf_event_close(ready);
	xf_pool_close(pool);
}

static struct xf_keyed_mutex *mutex_of(struct xf_pool *pool, uint32_t i)
{
	struct xf_keyed_mutex *mutex;
	assert_int_equal(xf_surface_mutex(xf_pool_surface(pool, i), &mutex), 0);
	return mutex;
}

/* Nobody subscribed, so every frame comes straight back, with the key of a reader. */
static void a_producer_alone_goes_on(void **state)
{
	struct xf_pool *pool = create(state, 2, XF_SURFACE_KEYED);
	for (uint64_t n = 1; n <= 10; n++) {
		uint32_t i, readers;
		uint64_t fence;
		assert_int_equal(xf_pool_hold(pool, 0, &i), 0);
		assert_int_equal(xf_keyed_mutex_acquire(mutex_of(pool, i), 0, 0, &fence), 0);
		assert_int_equal(
			fence, n > 2 ? n - 2 : 0); /* what was written then may still run */
		assert_int_equal(xf_pool_share(pool, i, &readers), 0);
		assert_int_equal(readers, 0);
		assert_int_equal(xf_keyed_mutex_release(mutex_of(pool, i), 1, n), 0);
		assert_int_equal(xf_pool_give(pool, i), 0);
	}
	xf_pool_close(pool);
}

/* Subscribes, and is killed when it has been given a frame that it has not acquired yet. */
static int subscribe_and_hang(struct xf_domain *domain, xf_id id)
{
	struct xf_pool *pool;
	struct xf_event *ready;
	xf_id ready_id;
	if (xf_pool_open(domain, id, &pool) || xf_pool_subscribe(pool) ||
		xf_domain_find(domain, XF_EVENT, "ready", &ready_id) ||
		xf_event_open(domain, ready_id, &ready) || xf_event_set(ready))
		return 1;
	pause();
	return 2;
}

static void a_reader_killed_before_its_turn_stalls_nobody(void **state)
{
	needs_processes();
	struct xf_pool *pool = create(state, 1, XF_SURFACE_KEYED);
	struct xf_event *ready;
	struct xf_pool_use use = { .size = sizeof(use) };
	uint32_t i, readers;
	assert_int_equal(xf_event_create(*state, 0, "ready", &ready), 0);
	for (int round = 0; round < 2; round++) {
		pid_t child = in_child(*state, xf_pool_id(pool), subscribe_and_hang);
		assert_int_equal(xf_event_wait(ready, patience(5000)), 0);
		assert_int_equal(xf_pool_hold(pool, 0, &i), 0);
		assert_int_equal(xf_keyed_mutex_acquire(mutex_of(pool, i), 0, 0, NULL), 0);
		assert_int_equal(xf_pool_share(pool, i, &readers), 0);
		assert_int_equal(readers, 1);
		assert_int_equal(xf_keyed_mutex_release(mutex_of(pool, i), 7, 70), 0);
		assert_int_equal(xf_pool_give(pool, i), 0);
		assert_int_equal(xf_pool_hold(pool, 0, &i), XF_TIMEOUT);
		kill(child, SIGKILL);
		assert_int_equal(wait_child(child), 128 + SIGKILL);
		if (round) { /* who wants to know is told */
			assert_int_equal(xf_pool_hold_use(pool, patience(5000), &use), 0);
			assert_int_equal(use.key, 7);
			assert_int_equal(use.fence, 70);
			assert_int_equal(use.use, 4);
			assert_int_equal(
				xf_keyed_mutex_acquire(mutex_of(pool, use.index), 7, 0, NULL), 0);
		} else {
			assert_int_equal(xf_pool_hold(pool, patience(5000), &i), 0);
			assert_int_equal(xf_keyed_mutex_acquire(mutex_of(pool, i), 0, 0, NULL), 0);
			assert_int_equal(xf_keyed_mutex_release(mutex_of(pool, i), 7, 0), 0);
			assert_int_equal(xf_pool_give(pool, i), 0);
		}
	}
	xf_event_close(ready);
	xf_pool_close(pool);
}

static void *release_later(void *mutex)
{
	usleep(20000);
	assert_int_equal(xf_keyed_mutex_release(mutex, 3, 0), 0);
	return NULL;
}

/* Held by nobody, and owned by a reader that came too late for the share. */
static void what_is_owned_is_not_handed_out(void **state)
{
	struct xf_pool *pool = create(state, 1, XF_SURFACE_KEYED), *late;
	uint32_t i;
	pthread_t thread;
	assert_int_equal(xf_pool_open(*state, xf_pool_id(pool), &late), 0);
	for (int round = 0; round < 3; round++) {
		assert_int_equal(
			xf_keyed_mutex_acquire(mutex_of(late, 0), round ? 5 : 0, 0, NULL), 0);
		assert_int_equal(xf_pool_hold(pool, 0, &i), XF_TIMEOUT);
		assert_int_equal(xf_pool_hold(pool, xf_deadline(5 * MS), &i), XF_TIMEOUT);
		assert_int_equal(
			pthread_create(&thread, NULL, release_later, mutex_of(late, 0)), 0);
		assert_int_equal(hold_in_time(pool, &i), 0);
		pthread_join(thread, NULL);
		assert_int_equal(xf_keyed_mutex_acquire(mutex_of(pool, i), 0, 0, NULL), 0);
		assert_int_equal(xf_keyed_mutex_release(mutex_of(pool, i), 5, 0), 0);
		assert_int_equal(xf_pool_give(pool, i), 0);
	}
	/* By the producer's own handle: nobody has to be waited for. */
	assert_int_equal(xf_keyed_mutex_acquire(mutex_of(pool, 0), 5, 0, NULL), 0);
	assert_int_equal(xf_pool_hold(pool, 0, &i), 0);
	assert_int_equal(xf_keyed_mutex_release(mutex_of(pool, 0), 0, 0), 0);
	xf_pool_close(late);
	xf_pool_close(pool);
}

static void *hold_in_vain(void *pool)
{
	uint32_t i;
	return (void *)(intptr_t)xf_pool_hold(pool, xf_deadline(400 * MS), &i);
}

static int64_t cpu_ns(const struct rusage *usage)
{
	return (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000 * MS +
	       (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) * 1000;
}

/* Two that wait for such a surface do not wake each other all the time. */
static void those_who_wait_for_an_owner_sleep(void **state)
{
	struct xf_pool *pool = create(state, 1, XF_SURFACE_KEYED), *late;
	struct rusage before, after;
	pthread_t threads[2];
	void *result;
	assert_int_equal(xf_pool_open(*state, xf_pool_id(pool), &late), 0);
	assert_int_equal(xf_keyed_mutex_acquire(mutex_of(late, 0), 0, 0, NULL), 0);
	getrusage(RUSAGE_SELF, &before);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hold_in_vain, pool), 0);
	for (int i = 0; i < 2; i++) {
		pthread_join(threads[i], &result);
		assert_int_equal((intptr_t)result, XF_TIMEOUT);
	}
	getrusage(RUSAGE_SELF, &after);
	assert_true(cpu_ns(&after) - cpu_ns(&before) < 100 * MS);
	assert_int_equal(xf_keyed_mutex_release(mutex_of(late, 0), 0, 0), 0);
	xf_pool_close(late);
	xf_pool_close(pool);
}

/* One that waits for the producer's key gets it, though nobody ever released with it. */
static void *acquire_zero(void *mutex)
{
	int r = xf_keyed_mutex_acquire(mutex, 0, patience(10000), NULL);
	if (!r)
		r = xf_keyed_mutex_release(mutex, 1, 0);
	return (void *)(intptr_t)r;
}

static void whoever_waits_for_the_key_is_woken(void **state)
{
	struct xf_pool *pool = create(state, 1, XF_SURFACE_KEYED), *other;
	struct xf_object_info info = { .size = sizeof(info) };
	pthread_t thread;
	void *result;
	uint32_t i;
	assert_int_equal(xf_pool_open(*state, xf_pool_id(pool), &other), 0);
	assert_int_equal(xf_keyed_mutex_acquire(mutex_of(pool, 0), 0, 0, NULL), 0);
	assert_int_equal(xf_keyed_mutex_release(mutex_of(pool, 0), 1, 0), 0);
	assert_int_equal(pthread_create(&thread, NULL, acquire_zero, mutex_of(other, 0)), 0);
	usleep(20000);
	int64_t before = xf_now();
	assert_int_equal(xf_pool_hold(pool, 0, &i), 0);
	pthread_join(thread, &result);
	assert_null(result);
	assert_true(xf_now() - before < 9000 * MS);
	assert_int_equal(xf_inspect_object(*state, xf_keyed_mutex_id(mutex_of(pool, 0)), &info), 0);
	assert_int_equal(info.key, 1);
	xf_pool_close(other);
	xf_pool_close(pool);
}

/* Of which frame is what: told alike to the producer and to whoever reads it. */
static void uses_have_numbers(void **state)
{
	struct xf_pool *pool = create(state, 2, XF_SURFACE_SYNC), *reader, *plain;
	struct xf_pool_use use = { .size = sizeof(use) };
	uint64_t numbers[2] = { 0 }, got;
	assert_int_equal(xf_pool_open(*state, xf_pool_id(pool), &reader), 0);
	assert_int_equal(xf_pool_subscribe(reader), 0);
	assert_int_equal(xf_sync_ready_wait_use(sync_of(reader, 0), NULL, 0, NULL), -EINVAL);
	for (int n = 0; n < 20; n++) {
		assert_int_equal(xf_pool_hold_use(pool, 0, &use), 0);
		assert_int_equal(use.index, n % 2);
		assert_true(use.use > numbers[use.index]);
		numbers[use.index] = use.use;
		if (n % 5 == 4) { /* given up: the reader is told which one it does not get */
			assert_int_equal(xf_pool_give(pool, use.index), 0);
			assert_int_equal(
				xf_sync_ready_wait_use(sync_of(reader, use.index), NULL, 0, &got),
				XF_ABANDONED);
			assert_int_equal(got, use.use);
			continue;
		}
		assert_int_equal(xf_sync_ready(sync_of(pool, use.index), NULL), 0);
		assert_int_equal(
			xf_sync_ready_wait_use(sync_of(reader, use.index), NULL, 0, &got), 0);
		assert_int_equal(got, use.use);
		got = 0;
		assert_int_equal(xf_sync_release_use(sync_of(reader, use.index), NULL, &got), 0);
		assert_int_equal(got, use.use);
	}
	xf_pool_close(reader);
	xf_pool_close(pool);
	plain = create(state, 2, 0);
	for (uint64_t n = 1; n < 10; n++) {
		assert_int_equal(xf_pool_hold_use(plain, 0, &use), 0);
		assert_int_equal(use.use, n);
		assert_int_equal(xf_pool_give(plain, use.index), 0);
	}
	use.size = 0;
	assert_int_equal(xf_pool_hold_use(plain, 0, &use), -EINVAL);
	xf_pool_close(plain);
}

static void count_one(void *counter)
{
	atomic_fetch_add((atomic_int *)counter, 1);
}

/* A queue that asks before the first frame is written gets that frame, and once. */
static void a_queue_may_ask_first(void **state)
{
	struct xf_pool *pool = create(state, 1, XF_SURFACE_SYNC), *reader;
	struct xf_pool_use use = { .size = sizeof(use) };
	struct xf_queue *queue;
	atomic_int seen = 0;
	uint64_t got;
	assert_int_equal(xf_queue_create_cpu(&queue), 0);
	assert_int_equal(xf_pool_open(*state, xf_pool_id(pool), &reader), 0);
	assert_int_equal(xf_pool_subscribe(reader), 0);
	for (int n = 1; n <= 3; n++) {
		assert_int_equal(xf_sync_ready_wait_use(sync_of(reader, 0), queue, 0, &got), 0);
		assert_int_equal(xf_queue_call(queue, count_one, &seen), 0);
		assert_int_equal(xf_sync_release(sync_of(reader, 0), queue), 0);
		assert_int_equal(xf_queue_finish(queue, xf_deadline(5 * MS)), XF_TIMEOUT);
		assert_int_equal(seen, n - 1);
		assert_int_equal(xf_pool_hold_use(pool, patience(5000), &use), 0);
		assert_int_equal(got, use.use);
		assert_int_equal(xf_sync_ready(sync_of(pool, 0), NULL), 0);
		assert_int_equal(xf_queue_finish(queue, patience(5000)), 0);
		assert_int_equal(seen, n);
	}
	xf_queue_destroy(queue);
	xf_pool_close(reader);
	xf_pool_close(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_with_domain(hands_out_and_takes_back),
		test_with_domain(a_killed_reader_gives_back),
		test_with_domain(an_abandoned_mutex_is_replaced),
		test_with_domain(recycled_by_the_final_release),
		test_with_domain(a_killed_user_gives_back),
		test_with_domain(a_producer_alone_goes_on),
		test_with_domain(a_reader_killed_before_its_turn_stalls_nobody),
		test_with_domain(what_is_owned_is_not_handed_out),
		test_with_domain(those_who_wait_for_an_owner_sleep),
		test_with_domain(whoever_waits_for_the_key_is_woken),
		test_with_domain(uses_have_numbers),
		test_with_domain(a_queue_may_ask_first),
	};
	limit(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
