/* SPDX-License-Identifier: MIT */
/*
 * Each allocation of a hand-over fails in turn: then it says -ENOMEM, nothing of it runs, what was
 * owned still is, and the queue goes on. The linker puts these between the library and malloc().
 */
#include "vulkan_fixture.h"

#include <errno.h>
#include <stdlib.h>

static _Thread_local int until_failure; /* 0: none */

static bool fails(void)
{
	return until_failure && --until_failure == 0;
}

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);

void *__wrap_malloc(size_t bytes)
{
	return fails() ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
	return fails() ? NULL : __real_calloc(count, bytes);
}

static struct xf_keyed_mutex *mutex_of(struct canvas *c)
{
	struct xf_keyed_mutex *mutex;
	EXPECT(0, xf_surface_mutex(c->surface, &mutex));
	return mutex;
}

/* The surface is as it was, with its key, and the queue is idle. */
static void nothing_ran(struct gpu *gpu, struct canvas *c, uint8_t before)
{
	EXPECT(0, xf_queue_finish(gpu->queue, PATIENCE));
	EXPECT(0, xf_keyed_mutex_acquire(mutex_of(c), 0, 0, NULL));
	EXPECT(before, canvas_pixel(c));
	EXPECT(0, xf_keyed_mutex_give_back(mutex_of(c)));
}

static void submissions(void)
{
	struct xf_domain *domain = publish();
	struct gpu gpu;
	struct canvas c;
	int r = -ENOMEM, n = 0;
	gpu_open(&gpu, NULL, domain);
	canvas_make(&gpu, domain, XF_SURFACE_KEYED, &c);
	while (r) {
		VkCommandBuffer fill = gpu_fill(&gpu, c.image, &c.desc, 7);
		until_failure = ++n;
		r = gpu_submit(&gpu, c.surface, 0, 1, fill, VK_NULL_HANDLE);
		until_failure = 0;
		CHECK(r == 0 || r == -ENOMEM);
		if (r)
			nothing_ran(&gpu, &c, 0);
	}
	CHECK(n > 1);
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	EXPECT(0, xf_keyed_mutex_acquire(mutex_of(&c), 1, 0, NULL));
	EXPECT(7, canvas_pixel(&c));
	EXPECT(0, xf_keyed_mutex_release(mutex_of(&c), 0, 0));
	canvas_close(&c);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

static void never(void *arg)
{
	*(_Atomic int *)arg += 1;
}

static void signals_and_calls(void)
{
	struct xf_domain *domain = publish();
	struct xf_timeline *timeline = make_timeline(domain, 0);
	_Atomic int calls = 0;
	uint64_t value;
	struct gpu gpu;
	int r = -ENOMEM, n = 0, failures = 0;
	gpu_open(&gpu, NULL, domain);
	for (int what = 0; what < 3; what++, r = -ENOMEM, n = 0) {
		while (r) {
			until_failure = ++n;
			r = what == 0	? xf_queue_signal(gpu.queue, timeline, 1)
			    : what == 1 ? xf_queue_call(gpu.queue, never, &calls)
					: xf_queue_wait(gpu.queue, timeline, 2);
			until_failure = 0;
			CHECK(r == 0 || r == -ENOMEM);
			if (!r)
				break;
			failures++;
			EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
			EXPECT(0, xf_timeline_value(timeline, &value));
			CHECK(value == (what > 0) && calls == (what > 1));
		}
		if (what < 2)
			EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	}
	CHECK(failures >= 4);
	EXPECT(0, xf_timeline_signal(timeline, 2));
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	gpu_close(&gpu);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

static const struct proc_test tests[] = {
	{ "submissions", submissions, 120 },
	{ "signals_and_calls", signals_and_calls, 120 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
