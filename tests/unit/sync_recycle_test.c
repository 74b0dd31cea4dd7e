/* SPDX-License-Identifier: MIT */
/*
 * A pool of four surfaces goes round between one producer and three consumer processes, recycled by
 * nothing but final releases, while a consumer is killed every 20 ms. No surface may leak, and none
 * may change while a living consumer reads it.
 *
 * Argument: seconds to run, 6 when left out. Prints how long the producer waited for the dead; that
 * depends on the machine, so it is not judged.
 */
#include "harness.h"

#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/syscall.h>

#define SURFACES  4
#define CONSUMERS 3
#define BYTES	  65536u

/* In a surface of its own, so that consumers that are killed leave their counts. */
struct tally {
	_Atomic uint64_t read, torn, skipped;
};

struct stage {
	struct xf_domain *domain;
	struct xf_pool *pool;
	struct xf_sync *syncs[SURFACES];
	struct xf_surface *tally_surface;
	struct tally *tally;
	_Atomic bool stop;
	_Atomic uint64_t frames;
};

static uint8_t *pixels(struct xf_surface *surface, uint32_t access)
{
	void *data = NULL;
	return xf_surface_begin(surface, access, &data) ? NULL : data;
}

struct reader {
	struct xf_sync *sync;
	struct xf_surface *surface;
	struct tally *tally;
	unsigned seed;
};

static bool all_equal(const volatile uint64_t *words, uint64_t *ret_value)
{
	*ret_value = words[0];
	for (size_t i = 1; i < BYTES / 8; i++)
		if (words[i] != *ret_value)
			return false;
	return true;
}

static void *read_frames(void *arg)
{
	struct reader *reader = arg;
	const uint8_t *data = pixels(reader->surface, XF_ACCESS_READ);
	uint64_t first, second;
	while (data && xf_sync_ready_wait(reader->sync, NULL, XF_NEVER) == 0) {
		if (rand_r(&reader->seed) % 8 == 0) {
			atomic_fetch_add(&reader->tally->skipped, 1);
			(void)xf_sync_skip(reader->sync);
			continue;
		}
		bool whole = all_equal((const volatile uint64_t *)data, &first);
		usleep((unsigned)rand_r(&reader->seed) % 1000);
		whole &= all_equal((const volatile uint64_t *)data, &second);
		atomic_fetch_add(
			whole && first == second ? &reader->tally->read : &reader->tally->torn, 1);
		(void)xf_sync_release(reader->sync, NULL);
	}
	return NULL;
}

/* argv: consumer FD TALLY POOL */
static int consumer(char **argv)
{
	struct xf_domain *domain;
	struct xf_surface *tally;
	struct xf_pool *pool;
	struct reader readers[SURFACES];
	pthread_t threads[SURFACES];
	alarm(120);
	if (xf_domain_join(atoi(argv[2]), &domain) ||
		xf_surface_open(domain, strtoull(argv[3], NULL, 0), &tally) ||
		xf_pool_open(domain, strtoull(argv[4], NULL, 0), &pool) || xf_pool_subscribe(pool))
		return 1;
	for (int i = 0; i < SURFACES; i++) {
		struct reader *r = &readers[i];
		r->seed = (unsigned)getpid() * SURFACES + (unsigned)i;
		r->tally = (struct tally *)pixels(tally, XF_ACCESS_WRITE);
		r->surface = xf_pool_surface(pool, (uint32_t)i);
		if (xf_surface_sync(r->surface, &r->sync) ||
			pthread_create(&threads[i], NULL, read_frames, r))
			return 2;
	}
	for (;;)
		pause();
}

static pid_t start_consumer(struct stage *stage)
{
	char text[3][24];
	char *argv[] = { "sync_recycle", "consumer", text[0], text[1], text[2], NULL };
	int fd;
	assert_int_equal(xf_domain_export(stage->domain, 0, &fd), 0);
	assert_int_equal(fcntl(fd, F_SETFD, 0), 0);
	snprintf(text[0], sizeof(text[0]), "%d", fd);
	snprintf(text[1], sizeof(text[1]), "%#llx",
		(unsigned long long)xf_surface_id(stage->tally_surface));
	snprintf(text[2], sizeof(text[2]), "%#llx", (unsigned long long)xf_pool_id(stage->pool));
	pid_t pid = vfork();
	if (pid == 0) {
		execv("/proc/self/exe", argv);
		_exit(127);
	}
	close(fd);
	return pid;
}

static void *produce(void *arg)
{
	struct stage *stage = arg;
	while (!atomic_load(&stage->stop)) {
		uint32_t i;
		int r = xf_pool_hold(stage->pool, xf_deadline(50 * MS), &i);
		if (r == XF_TIMEOUT)
			continue;
		uint64_t frame = atomic_fetch_add(&stage->frames, 1) + 1;
		uint64_t *words = NULL;
		if (!r)
			words = (uint64_t *)pixels(
				xf_pool_surface(stage->pool, i), XF_ACCESS_WRITE);
		if (!words)
			return (void *)1;
		for (size_t w = 0; w < BYTES / 8; w++)
			((volatile uint64_t *)words)[w] = frame;
		if (xf_sync_ready(stage->syncs[i], NULL))
			return (void *)2;
	}
	return NULL;
}

static void set_up(struct stage *stage)
{
	struct xf_surface_desc desc = { .size = sizeof(desc), .width_px = BYTES, .height_px = 1 };
	assert_int_equal(xf_domain_create(NULL, &stage->domain), 0);
	assert_int_equal(xf_pool_create(stage->domain, &desc, SURFACES, XF_SURFACE_SYNC, "frames",
				 &stage->pool),
		0);
	for (uint32_t i = 0; i < SURFACES; i++)
		assert_int_equal(
			xf_surface_sync(xf_pool_surface(stage->pool, i), &stage->syncs[i]), 0);
	assert_int_equal(xf_surface_create(stage->domain, &desc, 0, &stage->tally_surface), 0);
	stage->tally = (struct tally *)pixels(stage->tally_surface, XF_ACCESS_WRITE);
}

/*
 * The uses that nobody but the stopped consumer holds: it cannot have released any, so where one
 * member is left, that is it. Others may be late where the machine is busy.
 */
static bool held_by_stopped(struct stage *stage, uint64_t *uses)
{
	struct xf_sync_info info;
	bool any = false;
	for (int i = 0; i < SURFACES; i++) {
		assert_int_equal(xf_sync_info(stage->syncs[i], &info), 0);
		uses[i] = info.pending_release == 1 ? info.use : 0;
		any |= uses[i] != 0;
	}
	return any;
}

static bool still_held(struct stage *stage, const uint64_t *uses)
{
	struct xf_sync_info info;
	for (int i = 0; i < SURFACES; i++) {
		assert_int_equal(xf_sync_info(stage->syncs[i], &info), 0);
		if (uses[i] && info.use == uses[i] && info.pending_release)
			return true;
	}
	return false;
}

/*
 * A zombie for a moment: whoever calls waitpid() at once may spin in the kernel for as long as
 * somebody still holds a folder of its /proc.
 */
static void reap(pid_t pid)
{
	struct pollfd ended = { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };
	assert_true(ended.fd >= 0);
	(void)poll(&ended, 1, 10000);
	close(ended.fd);
	usleep(1000);
	assert_int_equal(wait_child(pid), 128 + SIGKILL);
}

/* Kills, and measures how long what the dead one held stayed held; -1: it held nothing. */
static int64_t kill_one(struct stage *stage, pid_t pid)
{
	uint64_t uses[SURFACES];
	kill(pid, SIGSTOP);
	usleep(8000);
	bool held = held_by_stopped(stage, uses);
	int64_t before = xf_now();
	kill(pid, SIGKILL);
	while (held && still_held(stage, uses) && xf_now() - before < 5000 * MS)
		usleep(50);
	int64_t waited = xf_now() - before;
	reap(pid);
	assert_true(waited < 5000 * MS);
	return held ? waited : -1;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

static int64_t run_for = 6000 * MS;

static void recycles_while_consumers_are_killed(void **state)
{
	static int64_t waits[100000];
	struct stage stage = { .domain = NULL };
	pid_t pids[CONSUMERS];
	pthread_t producer;
	void *failed;
	uint32_t kills = 0, n = 0, seed = (uint32_t)getpid();
	set_up(&stage);
	for (int i = 0; i < CONSUMERS; i++)
		pids[i] = start_consumer(&stage);
	assert_int_equal(pthread_create(&producer, NULL, produce, &stage), 0);
	int64_t end = xf_now() + run_for;
	for (; xf_now() < end && n < 100000; kills++) {
		int victim = rand_r(&seed) % CONSUMERS;
		usleep(12000);
		int64_t waited = kill_one(&stage, pids[victim]);
		if (waited >= 0)
			waits[n++] = waited;
		pids[victim] = start_consumer(&stage);
	}
	for (int i = 0; i < CONSUMERS; i++) {
		kill(pids[i], SIGKILL);
		reap(pids[i]);
	}
	uint64_t before = atomic_load(&stage.frames);
	usleep(200000); /* alone, the producer goes round at once: no surface has leaked */
	assert_true(atomic_load(&stage.frames) > before + 10);
	atomic_store(&stage.stop, true);
	pthread_join(producer, &failed);
	assert_null(failed);
	for (uint32_t n_free = 0, i; n_free < SURFACES; n_free++) /* all of them */
		assert_int_equal(xf_pool_hold(stage.pool, xf_deadline(1000 * MS), &i), 0);
	qsort(waits, n, sizeof(waits[0]), by_value);
	print_message("%u kills, %llu frames, %llu reads, %llu skipped, %llu torn; waited for a "
		      "dead one: median %.3f ms, 99%% %.3f ms, longest %.3f ms (%u)\n",
		kills, (unsigned long long)before, (unsigned long long)stage.tally->read,
		(unsigned long long)stage.tally->skipped, (unsigned long long)stage.tally->torn,
		n ? (double)waits[n / 2] / 1e6 : 0.0, n ? (double)waits[n * 99 / 100] / 1e6 : 0.0,
		n ? (double)waits[n - 1] / 1e6 : 0.0, n);
	assert_int_equal(stage.tally->torn, 0);
	assert_true(stage.tally->read > 100);
	assert_true(n > 0);
	xf_pool_close(stage.pool);
	xf_surface_close(stage.tally_surface);
	xf_domain_leave(stage.domain);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(recycles_while_consumers_are_killed) };
	if (argc > 4 && strcmp(argv[1], "consumer") == 0)
		return consumer(argv);
	if (argc == 2)
		run_for = atoi(argv[1]) * 1000 * MS;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
