/* SPDX-License-Identifier: MIT */
/*
 * 1920x1080 RGBA frames from one process to another over a ring of two surfaces: filled with
 * memset, or handed over as they are. The bare ring is two memory files with a futex word each.
 * Two, because a ring that outgrows the processor's cache measures memory: with four, 33 MB,
 * everything takes twice as long.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <crossfence/surface.h>

#include "bare.h"
#include "frames.h"
#include "pair.h"
#include "share.h"

#define RING	    2
#define WIDTH	    1920
#define HEIGHT	    1080
#define FRAME_BYTES (WIDTH * HEIGHT * 4)

/* Who may have a surface: its key, or a bare word's turn. */
enum { PRODUCER = 0, CONSUMER = 1 };

struct ring {
	struct xf_surface *surfaces[RING];
	struct xf_keyed_mutex *mutexes[RING];
	void *frames[RING]; /* bare */
};

static int share_surface(
	struct bench_side *side, struct xf_domain *domain, struct ring *ring, unsigned i)
{
	const struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = WIDTH,
		.height_px = HEIGHT,
		.fourcc = XF_FORMAT_ABGR8888 };
	xf_id id = 0;
	int r = 0;
	if (side->self == PRODUCER) {
		r = xf_surface_create(domain, &desc, XF_SURFACE_KEYED, &ring->surfaces[i]);
		id = xf_surface_id(ring->surfaces[i]);
	}
	if (!r)
		r = bench_share_bytes(side, &id, sizeof(id));
	if (!r && side->self == CONSUMER)
		r = xf_surface_open(domain, id, &ring->surfaces[i]);
	return r ? r : xf_surface_mutex(ring->surfaces[i], &ring->mutexes[i]);
}

static int open_surfaces(struct bench_side *side)
{
	struct xf_domain *domain;
	struct ring *ring = calloc(1, sizeof(*ring));
	side->state = ring;
	int r = ring ? bench_share_domain(side, NULL, &domain) : -ENOMEM;
	for (unsigned i = 0; !r && i < RING; i++)
		r = share_surface(side, domain, ring, i);
	return r;
}

/* The producer writes the frame, the consumer reads a byte of it. */
static void use(void *frame, unsigned self, uint64_t n, bool fill)
{
	if (self == PRODUCER && fill)
		memset(frame, (int)n, FRAME_BYTES);
	else if (self == PRODUCER)
		*(volatile char *)frame = (char)n;
	else
		(void)*(volatile char *)frame;
}

static void run_surfaces(struct bench_side *side, uint64_t count, bool fill)
{
	struct ring *ring = side->state;
	uint32_t access = side->self == PRODUCER ? XF_ACCESS_WRITE : XF_ACCESS_READ;
	for (uint64_t n = side->done; n < side->done + count; n++) {
		struct xf_surface *surface = ring->surfaces[n % RING];
		struct xf_keyed_mutex *mutex = ring->mutexes[n % RING];
		void *frame;
		if (xf_keyed_mutex_acquire(mutex, side->self, XF_NEVER, NULL) ||
			xf_surface_begin(surface, access, &frame))
			_exit(1);
		use(frame, side->self, n, fill);
		if (xf_surface_end(surface) || xf_keyed_mutex_release(mutex, !side->self, n))
			_exit(1);
	}
}

static void run_surfaces_filled(struct bench_side *side, uint64_t count)
{
	run_surfaces(side, count, true);
}

static void run_surfaces_alone(struct bench_side *side, uint64_t count)
{
	run_surfaces(side, count, false);
}

static int open_bare(struct bench_side *side)
{
	struct ring *ring = calloc(1, sizeof(*ring));
	side->state = ring;
	int r = ring ? 0 : -ENOMEM;
	for (unsigned i = 0; !r && i < RING; i++)
		r = bench_share_memory(side, FRAME_BYTES, &ring->frames[i]);
	return r;
}

static void run_bare(struct bench_side *side, uint64_t count, bool fill)
{
	struct ring *ring = side->state;
	_Atomic uint32_t *words = side->shared; /* 64 bytes from one to the next */
	for (uint64_t n = side->done; n < side->done + count; n++) {
		_Atomic uint32_t *word = &words[n % RING * 16];
		bare_turn_wait(word, side->self, 0);
		use(ring->frames[n % RING], side->self, n, fill);
		bare_turn_pass(word, !side->self);
	}
}

static void run_bare_filled(struct bench_side *side, uint64_t count)
{
	run_bare(side, count, true);
}

static void run_bare_alone(struct bench_side *side, uint64_t count)
{
	run_bare(side, count, false);
}

static int run_row(struct bench_row *row, const struct bench_settings *settings)
{
	const struct bench_contender contenders[] = {
		{ .open = open_surfaces, .run = run_surfaces_filled, .rate = true },
		{ .open = open_bare, .run = run_bare_filled, .rate = true },
		{ .open = open_surfaces, .run = run_surfaces_alone, .rate = true },
		{ .open = open_bare, .run = run_bare_alone, .rate = true },
	};
	/* How fast memset is depends on where the pages happen to lie, by 15 per cent. */
	struct bench_settings often = *settings;
	often.acts = settings->quick ? 3 : 8;
	return bench_run_pairs(row, &often, contenders);
}

struct bench_row bench_frames = {
	.name = "frames",
	.title = "1920x1080 RGBA frames to another process, two surfaces in turn (more is better)",
	.columns = { { "one CPU", BENCH_RATE }, { "two CPUs", BENCH_RATE },
		{ "unpinned", BENCH_RATE } },
	.n_series = 4,
	.series = {
		{ "crossfence, each frame filled", -1 },
		{ "bare ring, each frame filled", 0 },
		{ "crossfence, hand-off alone", -1 },
		{ "bare ring, hand-off alone", 2 },
	},
	.n_targets = 1,
	.targets = { { 0, BENCH_ONE_CPU, 1, 0.95, true } },
	.run = run_row,
};
