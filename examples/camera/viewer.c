/* SPDX-License-Identifier: MIT */
/*
 * A viewer of camera.c's pictures: sees the newest one each time it looks, whenever it comes,
 *however slow it is, and whatever happens to the camera or to other viewers.
 *
 *	viewer [FRAMES]
 *
 * Prints the number of each frame. Every byte of a frame is the lowest of its number: anything else
 * would be a torn frame, and ends it with status 1.
 */
#include <inttypes.h>
#include <string.h>

#include "camera.h"

static struct xf_domain *domain;
static struct xf_pool *pool;
static struct xf_timeline *newest;

static void set_up(void)
{
	xf_id id;
	must(xf_domain_open("camera", 0, XF_NEVER, &domain), "camera");
	must(xf_domain_find(domain, XF_POOL, "frames", &id), "frames");
	must(xf_pool_open(domain, id, &pool), "frames");
	must(xf_domain_find(domain, XF_TIMELINE, "newest", &id), "newest");
	must(xf_timeline_open(domain, id, &newest), "newest");
}

/* Whether it is torn. */
static bool look(struct xf_surface *surface, uint64_t frame)
{
	uint64_t size;
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	void *pixels;
	must(xf_surface_begin(surface, XF_ACCESS_READ, &pixels), "begin");
	xf_surface_desc(surface, &desc, &size);
	const uint8_t *bytes = pixels;
	bool torn = bytes[0] != (frame & 0xff) || memcmp(bytes, bytes + 1, size - 1) != 0;
	must(xf_surface_end(surface), "end");
	printf("frame %" PRIu64 "%s\n", frame, torn ? " is torn" : "");
	fflush(stdout);
	return torn;
}

/* Waits for a picture newer than `last` and holds its surface. */
static uint64_t hold_newest(uint64_t last)
{
	uint64_t now;
	/* README.md: */
	for (;; last = now) {
		must(xf_timeline_wait(newest, last + 1, XF_NEVER), "newest");
		must(xf_timeline_value(newest, &now), "newest");
		if (xf_pool_rejoin(pool, index_of(now)) != 0)
			continue; /* too late for this one: nobody holds it any more */
		must(xf_timeline_value(newest, &last), "newest");
		if (last == now)
			return now; /* we and the camera hold it, so nobody draws there */
		must(xf_pool_give(pool, index_of(now)), "give");
	}
	/* README.md. */
}

static bool run(uint64_t frames)
{
	uint64_t last = 0;
	bool torn = false;
	while (frames-- && !torn) {
		last = hold_newest(last);
		torn = look(xf_pool_surface(pool, index_of(last)), frame_of(last));
		must(xf_pool_give(pool, index_of(last)), "give");
	}
	return torn;
}

int main(int argc, char **argv)
{
	set_up();
	bool torn = run(argc > 1 ? strtoull(argv[1], NULL, 10) : UINT64_MAX);
	xf_timeline_close(newest);
	xf_pool_close(pool);
	xf_domain_leave(domain);
	return torn;
}
