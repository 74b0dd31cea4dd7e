/* SPDX-License-Identifier: MIT */
/*
 * A slot that is being taken carries nothing of its former occupant. Makers of each kind die at
 * each step in a slot that a surface had, whose room another surface has by now; and those who
 * close a surface die at each step, while a living one has the room at the beginning.
 */
#include "fixture.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define SIDE  64
#define BYTES (SIDE * SIDE * 4)

static const struct xf_surface_desc desc = {
	.size = sizeof(desc), .width_px = SIDE, .height_px = SIDE, .fourcc = XF_FORMAT_ABGR8888
};

struct scene {
	int fd;
	struct xf_domain *d;
	struct xf_surface *living;
	uint8_t *pixels;
};

static void check_pixels(const struct scene *s)
{
	for (int i = 0; i < BYTES; i++)
		if (s->pixels[i] != 0x5a)
			proc_fail(__FILE__, __LINE__, "byte %d of a living surface is %02x", i,
				s->pixels[i]);
}

/* The first slot is the living surface's, with room 0; the second was a surface's with that room.
 */
static void set_scene(struct scene *s)
{
	struct xf_event *first;
	struct xf_surface *former;
	void *pixels;
	s->fd = fixture_empty();
	EXPECT(0, xf_domain_join(s->fd, &s->d));
	EXPECT(0, xf_event_create(s->d, 0, "first", &first));
	EXPECT(0, xf_surface_create(s->d, &desc, 0, &former));
	xf_event_close(first);
	xf_surface_close(former);
	EXPECT(0, xf_surface_create(s->d, &desc, 0, &s->living));
	EXPECT(0, xf_surface_begin(s->living, XF_ACCESS_WRITE, &pixels));
	s->pixels = pixels;
	memset(pixels, 0x5a, BYTES);
}

static void end_scene(struct scene *s)
{
	EVENTUALLY(5000, proc_members(s->d) == 1);
	check_pixels(s);
	EXPECT(0, xf_surface_end(s->living));
	xf_surface_close(s->living);
	CHECK(proc_objects(s->d) == 0);
	xf_domain_leave(s->d);
	close(s->fd);
}

static void make_and_close(void *arg)
{
	struct xf_domain *d;
	struct xf_surface *surface;
	struct xf_pool *pool;
	struct xf_keyed_mutex *mutex;
	EXPECT(0, xf_domain_join(*(int *)arg, &d));
	EXPECT(0, xf_surface_create(d, &desc, 0, &surface));
	xf_surface_close(surface);
	EXPECT(0, xf_pool_create(d, &desc, 2, XF_SURFACE_KEYED, NULL, &pool));
	xf_pool_close(pool);
	EXPECT(0, xf_keyed_mutex_create(d, 0, NULL, &mutex));
	xf_keyed_mutex_close(mutex);
}

static void dies_at_each_step(void)
{
	static const char *const points[] = { "create:taken", "create:publish", "close:closing",
		"close:freed", "close:cleared", "close:free" };
	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++)
		for (int n = 1; n <= 4; n++) {
			struct scene s;
			char point[32];
			set_scene(&s);
			snprintf(point, sizeof(point), "%s/%d", points[i], n);
			EXPECT(-SIGKILL,
				proc_wait(proc_spawn_at(point, -1, make_and_close, &s.fd), 5000));
			end_scene(&s);
		}
}

static const struct proc_test tests[] = {
	{ "makers and closers die at each step, living surfaces stay", dies_at_each_step, 60 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
