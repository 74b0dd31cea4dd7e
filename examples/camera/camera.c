/* SPDX-License-Identifier: MIT */
/*
 * A camera: hands pictures to any number of viewers (viewer.c), none, slow ones or dead ones.
 *
 *	camera [FRAMES]
 *
 * Kill it with kill -9 at any time and start it again: while a viewer lives, it goes on in the
 * domain that is still there.
 */
#include <string.h>
#include <time.h>

#include "camera.h"

static const struct xf_surface_desc desc = {
	.size = sizeof(desc), .width_px = 640, .height_px = 480, .fourcc = XF_FORMAT_ABGR8888
};

static struct xf_domain *domain;
static struct xf_pool *pool;
static struct xf_timeline *newest;

static void set_up(void)
{
	xf_id id;
	/* Not at once: when a camera dies it takes milliseconds until a viewer serves the name. */
	int r = xf_domain_open("camera", 0, xf_deadline(200000000), &domain);
	bool first = r != 0;
	if (first)
		must(xf_domain_create(NULL, &domain), "domain");
	r = xf_domain_find(domain, XF_POOL, "frames", &id);
	r = r ? xf_pool_create(domain, &desc, SURFACES, 0, "frames", &pool)
	      : xf_pool_open(domain, id, &pool);
	must(r, "pool");
	r = xf_domain_find(domain, XF_TIMELINE, "newest", &id);
	r = r ? xf_timeline_create(domain, 0, 0, "newest", &newest)
	      : xf_timeline_open(domain, id, &newest);
	must(r, "timeline");
	if (first) /* last: who finds the name finds all */
		must(xf_domain_publish(domain, "camera"), "name");
}

/* Thirty pictures a second; real cameras have a clock of their own. */
static void wait_for_shutter(void)
{
	static struct timespec shutter;
	if (!shutter.tv_sec)
		clock_gettime(CLOCK_MONOTONIC, &shutter);
	shutter.tv_nsec += 1000000000 / 30;
	shutter.tv_sec += shutter.tv_nsec / 1000000000;
	shutter.tv_nsec %= 1000000000;
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &shutter, NULL);
}

static void draw(struct xf_surface *surface, uint64_t frame)
{
	void *pixels;
	wait_for_shutter();
	must(xf_surface_begin(surface, XF_ACCESS_WRITE, &pixels), "begin");
	memset(pixels, (int)(frame & 0xff), (size_t)desc.width_px * desc.height_px * 4);
	must(xf_surface_end(surface), "end");
}

static void run(uint64_t frames)
{
	uint64_t frame, last;
	uint32_t next, shown = NOWHERE;

	/* What a predecessor showed is no more. */
	must(xf_timeline_value(newest, &last), "newest");
	frame = frame_of(last) + 1;
	must(xf_timeline_signal(newest, picture(frame, NOWHERE)), "newest");

	/* README.md: */
	for (last = frame + frames; frame < last; shown = next) {
		/* A surface that nobody uses. What a dead viewer held comes back by itself. */
		must(xf_pool_hold(pool, XF_NEVER, &next), "hold");
		draw(xf_pool_surface(pool, next), ++frame);
		/* One number says what is ready and where; whoever waits for it wakes. */
		must(xf_timeline_signal(newest, picture(frame, next)), "newest");
		if (shown != NOWHERE)
			must(xf_pool_give(pool, shown), "give");
	}
	/* README.md. */
}

int main(int argc, char **argv)
{
	set_up();
	run(argc > 1 ? strtoull(argv[1], NULL, 10) : UINT64_MAX >> 8);
	xf_timeline_close(newest);
	xf_pool_close(pool);
	xf_domain_leave(domain);
	return 0;
}
