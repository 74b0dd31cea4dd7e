/* SPDX-License-Identifier: MIT */
#include "scribble.h"
#include "fixture.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define SLACK	 (2000 * MS) /* many processes on few CPUs */
#define ROUND	 (120 * MS)
#define WORKERS	 8
#define GIVEN_UP 60 /* seconds that a call may take before its process is ended, with its name */

enum { READY };
enum { STOP, RANDOM };

static const char *volatile under_way = "nothing";

static void say_what_hangs(int signal)
{
	(void)signal;
	(void)!write(2, under_way, strlen(under_way));
	(void)!write(2, " hangs\n", 7);
	_exit(44);
}

int64_t scribble_begin(const char *what)
{
	under_way = what;
	alarm(GIVEN_UP);
	return xf_now();
}

void scribble_in_time(int64_t began, int ms, const char *what)
{
	int64_t took = xf_now() - began;
	if (took > ms * MS + SLACK)
		proc_fail(__FILE__, __LINE__, "%s: %d ms", what, (int)(took / MS));
}

void scribble_ready(void)
{
	proc_tell(READY);
}

bool scribble_over(void)
{
	return atomic_load(&proc_board->value[STOP]);
}

/* ---- the enemy ---- */

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

void scribble_anywhere(struct arena *a, uint64_t *random)
{
	uint64_t r = proc_random(random);
	a->base[(r >> 16) % a->layout.payload] = (unsigned char)r;
}

uint64_t scribble_nasty(uint64_t *random)
{
	static const uint64_t values[] = { 0, 1, 2, 3, 0x7fffffff, 0x80000000, 0xffffffff,
		0x40000000, UINT64_MAX, UINT64_C(1) << 63, 0x3fffffff, 0x4000002a };
	uint64_t r = proc_random(random);
	return r % 4 ? values[(r >> 8) % (sizeof(values) / sizeof(values[0]))] : r;
}

void scribble_fields(struct arena *a, uint64_t *random)
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
	uint64_t value = scribble_nasty(random);
	if (r & 0x100)
		*(volatile uint64_t *)(a->base + (at & ~UINT64_C(7))) = value;
	else
		*(volatile uint32_t *)(a->base + (at & ~UINT64_C(3))) = (uint32_t)value;
}

struct attack {
	int fd;
	scribble_fn *scribble;
	unsigned pace;
};

static void hostile(void *arg)
{
	const struct attack *attack = arg;
	struct arena arena = map_arena(attack->fd);
	uint64_t random = atomic_load(&proc_board->value[RANDOM]);
	struct timespec breath = { .tv_nsec = 50000 };
	while (!scribble_over()) {
		for (unsigned i = 0; i < (attack->pace ? attack->pace : 64); i++)
			attack->scribble(&arena, &random);
		if (attack->pace)
			nanosleep(&breath, NULL);
	}
}

/* ---- rounds ---- */

static void run_round(
	const struct scribble_cast *cast, scribble_fn *scribble, unsigned pace, uint64_t seed)
{
	struct attack attack = { fixture_empty(), scribble, pace };
	struct fixture f;
	pid_t workers[WORKERS];
	CHECK(cast->count <= WORKERS);
	memset(proc_board, 0, sizeof(*proc_board));
	atomic_store(&proc_board->value[RANDOM], seed | 1);
	fixture_fill(&f, attack.fd);
	for (size_t i = 0; i < cast->count; i++)
		workers[i] = proc_spawn(cast->workers[i], &attack.fd);
	proc_await(READY, (uint32_t)cast->count, 20000);
	pid_t enemy = proc_spawn(hostile, &attack);
	struct timespec round = { .tv_nsec = ROUND };
	nanosleep(&round, NULL);
	atomic_store(&proc_board->value[STOP], 1);
	EXPECT(0, proc_wait(enemy, 20000));
	TIMED(PATIENT_MS, (fixture_close(&f), 0));
	alarm(0);
	for (size_t i = 0; i < cast->count; i++) {
		int status = proc_wait(workers[i], 80000);
		if (status)
			proc_fail(__FILE__, __LINE__, "seed %#llx: worker %zu ended with %d",
				(unsigned long long)seed, i, status);
	}
	close(attack.fd);
}

static uint64_t number(const char *variable, uint64_t otherwise)
{
	const char *text = getenv(variable);
	return text ? strtoull(text, NULL, 0) : otherwise;
}

void scribble_rounds(
	const struct scribble_cast *cast, scribble_fn *scribble, unsigned pace, uint64_t count)
{
	uint64_t seed = number("XF_SEED", (uint64_t)xf_now());
	count = number("XF_SEEDS", count);
	printf("# XF_SEED=%#llx XF_SEEDS=%llu\n", (unsigned long long)seed,
		(unsigned long long)count);
	(void)signal(SIGALRM, say_what_hangs);
	for (uint64_t i = 0; i < count; i++)
		run_round(cast, scribble, pace, seed + 2 * i);
}
