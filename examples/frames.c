/* SPDX-License-Identifier: MIT */
/*
 * The smallest hand-off of frames between two processes: one surface, two keys, no copy.
 *
 *	producer                                   consumer
 *	acquire(FREE) - paint - release(FULL) --->
 *	                                      <--- acquire(FULL) - look - release(FREE)
 *
 * The key says whose turn it is, so that nobody needs a second channel to tell the other. Should
 * one of the two be killed while it owns the surface, the other's acquire returns XF_ABANDONED.
 *
 *	cc frames.c $(pkg-config --cflags --libs crossfence) && ./a.out
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <crossfence/crossfence.h>

#define FRAMES 5
enum { FREE = 0, FULL = 1 }; /* the keys; a new surface carries key 0 */

static void must(int result, const char *what)
{
	if (result == 0)
		return;
	fprintf(stderr, "%s: %s\n", what, xf_strerror(result));
	exit(1);
}

/* Waits at most a second for its turn, and for nothing else: no polling, no sleeping. */
static void *begin(struct xf_surface *surface, uint64_t key, uint64_t *ret_frame)
{
	struct xf_keyed_mutex *mutex;
	void *pixels;
	must(xf_surface_mutex(surface, &mutex), "mutex");
	must(xf_keyed_mutex_acquire(mutex, key, xf_deadline(1000000000), ret_frame), "acquire");
	must(xf_surface_begin(surface, XF_ACCESS_READ | XF_ACCESS_WRITE, &pixels), "begin");
	return pixels;
}

static void end(struct xf_surface *surface, uint64_t next_key, uint64_t frame)
{
	struct xf_keyed_mutex *mutex;
	must(xf_surface_end(surface), "end");
	must(xf_surface_mutex(surface, &mutex), "mutex");
	must(xf_keyed_mutex_release(mutex, next_key, frame), "release");
}

/* Finds the producer's domain by name and the pool in it by label, as any program could. */
static int consume(const char *name)
{
	struct xf_domain *domain;
	struct xf_pool *pool;
	xf_id id;
	uint64_t frame = 0;
	must(xf_domain_open(name, 0, xf_deadline(5000000000), &domain), name);
	must(xf_domain_find(domain, XF_POOL, "frames", &id), "frames");
	must(xf_pool_open(domain, id, &pool), "pool");
	while (frame < FRAMES) {
		uint8_t *pixels = begin(xf_pool_surface(pool, 0), FULL, &frame);
		printf("frame %d: first pixel is %d\n", (int)frame, pixels[0]);
		if (pixels[0] != 10 * frame)
			return 1;
		end(xf_pool_surface(pool, 0), FREE, frame);
	}
	xf_pool_close(pool);
	xf_domain_leave(domain);
	return 0;
}

int main(void)
{
	const struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = 640,
		.height_px = 480,
		.fourcc = XF_FORMAT_ABGR8888 };
	struct xf_domain *domain;
	struct xf_pool *pool;
	char name[32];
	int status;
	snprintf(name, sizeof(name), "frames-%d", (int)getpid());
	pid_t child = fork(); /* before the domain exists: it has to find it by itself */
	if (child == 0)
		return consume(name);
	if (child < 0)
		return 1;
	must(xf_domain_create(NULL, &domain), "domain");
	must(xf_pool_create(domain, &desc, 1, XF_SURFACE_KEYED, "frames", &pool), "pool");
	must(xf_domain_publish(domain, name), name); /* last: who finds the name finds all */
	for (uint64_t frame = 1; frame <= FRAMES; frame++) {
		uint8_t *pixels = begin(xf_pool_surface(pool, 0), FREE, NULL);
		memset(pixels, (int)(10 * frame), (size_t)640 * 480 * 4);
		end(xf_pool_surface(pool, 0), FULL, frame); /* the fence carries the number */
	}
	waitpid(child, &status, 0); /* before we leave: the last frame lives in our domain */
	xf_pool_close(pool);
	xf_domain_leave(domain);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
