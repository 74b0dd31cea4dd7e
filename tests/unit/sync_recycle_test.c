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
	_Atomic uint32_t released[CONSUMERS]; /* surfaces that the consumer has released once */
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
	uint32_t surface_bit;
	_Atomic uint32_t *released;
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
		atomic_fetch_or(reader->released, reader->surface_bit);
	}
	return NULL;
}

/* argv: consumer FD TALLY POOL NUMBER */
static int consumer(char **argv)
{
	struct xf_domain *domain;
	struct xf_surface *tally;
	struct xf_pool *pool;
	struct reader readers[SURFACES];
	pthread_t threads[SURFACES];
	limit(120);
	if (xf_domain_join(atoi(argv[2]), &domain) ||
		xf_surface_open(domain, strtoull(argv[3], NULL, 0), &tally) ||
		xf_pool_open(domain, strtoull(argv[4], NULL, 0), &pool) || xf_pool_subscribe(pool))
		return 1;
	for (int i = 0; i < SURFACES; i++) {
		struct reader *r = &readers[i];
		r->seed = (unsigned)getpid() * SURFACES + (unsigned)i;
		r->tally = (struct tally *)pixels(tally, XF_ACCESS_WRITE);
		r->released = &r->tally->released[atoi(argv[5])];
		r->surface_bit = 1u << i;
		r->surface = xf_pool_surface(pool, (uint32_t)i);
		if (xf_surface_sync(r->surface, &r->sync) ||
			pthread_create(&threads[i], NULL, read_frames, r))
			return 2;
	}
	for (;;)
		pause();
}

static pid_t start_consumer(struct stage *stage, int number)
{
	char text[4][24];
	char *argv[] = { "sync_recycle", "consumer", text[0], text[1], text[2], text[3], NULL };
	int fd;
	assert_int_equal(xf_domain_export(stage->domain, 0, &fd), 0);
	assert_int_equal(fcntl(fd, F_SETFD, 0), 0);
	snprintf(text[0], sizeof(text[0]), "%d", fd);
	snprintf(text[1], sizeof(text[1]), "%#llx",
		(unsigned long long)xf_surface_id(stage->tally_surface));
	snprintf(text[2], sizeof(text[2]), "%#llx", (unsigned long long)xf_pool_id(stage->pool));
	snprintf(text[3], sizeof(text[3]), "%d", number);
	atomic_store(&stage->tally->released[number], 0);
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
 * The uses that nobody but the stopped consumer holds. It takes part in all of them if it has
 * released an earlier use of each surface, and cannot have released these; so where one member is
 * left, that is it. Others may be late where the machine is busy.
 */
static bool held_by_stopped(struct stage *stage, int number, uint64_t *uses)
{
	struct xf_sync_info info = { .size = sizeof(info) };
	bool any = false;
	if (atomic_load(&stage->tally->released[number]) != (1u << SURFACES) - 1)
		return false;
	for (int i = 0; i < SURFACES; i++) {
		assert_int_equal(xf_sync_info(stage->syncs[i], &info), 0);
		uses[i] = info.pending_release == 1 ? info.use : 0;
		any |= uses[i] != 0;
	}
	return any;
}

static bool still_held(struct stage *stage, const uint64_t *uses)
{
	struct xf_sync_info info = { .size = sizeof(info) };
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

struct wait {
	int64_t ns; /* -1: it held nothing */
	int64_t gap_ns; /* the longest time in it that the one who measures did not run */
};

/* Kills, and measures how long what the dead one held stayed held. */
static struct wait kill_one(struct stage *stage, int number, pid_t pid)
{
	uint64_t uses[SURFACES];
	struct wait wait = { .ns = -1 };
	kill(pid, SIGSTOP);
	usleep(8000);
	bool held = held_by_stopped(stage, number, uses);
	int64_t before = xf_now(), seen = before;
	kill(pid, SIGKILL);
	for (bool again = held; again && seen - before < 5000 * MS;) {
		again = still_held(stage, uses);
		if (again)
			usleep(50);
		int64_t gap = xf_now() - seen;
		wait.gap_ns = gap > wait.gap_ns ? gap : wait.gap_ns;
		seen += gap;
	}
	if (held)
		wait.ns = xf_now() - before;
	reap(pid);
	assert_true(wait.ns < 5000 * MS);
	return wait;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = ((const struct wait *)a)->ns, y = ((const struct wait *)b)->ns;
	return (x > y) - (x < y);
}

/* The measuring thread does what a producer does; where it does not run, neither would that. */
static void print_waits(struct wait *waits, uint32_t n)
{
	int64_t running = 0;
	for (uint32_t i = 0; i < n; i++)
		if (waits[i].ns - waits[i].gap_ns > running)
			running = waits[i].ns - waits[i].gap_ns;
	qsort(waits, n, sizeof(waits[0]), by_value);
	print_message(
		"waited for a dead one: median %.3f ms, 99%% %.3f ms, longest %.3f ms; longest "
		"without the time that the measuring thread did not get the CPU %.3f ms (%u)\n",
		(double)waits[n / 2].ns / 1e6, (double)waits[n * 99 / 100].ns / 1e6,
		(double)waits[n - 1].ns / 1e6, (double)running / 1e6, n);
}

static int64_t run_for = 6000 * MS;

static void recycles_while_consumers_are_killed(void **state)
{
	static struct wait waits[100000];
	struct stage stage = { .domain = NULL };
	pid_t pids[CONSUMERS];
	pthread_t producer;
	void *failed;
	uint32_t kills = 0, n = 0, seed = (uint32_t)getpid();
	set_up(&stage);
	for (int i = 0; i < CONSUMERS; i++)
		pids[i] = start_consumer(&stage, i);
	assert_int_equal(pthread_create(&producer, NULL, produce, &stage), 0);
	int64_t end = xf_now() + run_for;
	for (; xf_now() < end && n < 100000; kills++) {
		int victim = rand_r(&seed) % CONSUMERS;
		usleep(12000);
		waits[n] = kill_one(&stage, victim, pids[victim]);
		n += waits[n].ns >= 0;
		pids[victim] = start_consumer(&stage, victim);
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
	print_message("%u kills, %llu frames, %llu reads, %llu skipped, %llu torn\n", kills,
		(unsigned long long)before, (unsigned long long)stage.tally->read,
		(unsigned long long)stage.tally->skipped, (unsigned long long)stage.tally->torn);
	assert_true(n > 0);
	print_waits(waits, n);
	assert_int_equal(stage.tally->torn, 0);
	assert_true(stage.tally->read > 100);
	xf_pool_close(stage.pool);
	xf_surface_close(stage.tally_surface);
	xf_domain_leave(stage.domain);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(recycles_while_consumers_are_killed) };
	if (argc > 5 && strcmp(argv[1], "consumer") == 0)
		return consumer(argv);
	if (argc == 2)
		run_for = atoi(argv[1]) * 1000 * MS;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
