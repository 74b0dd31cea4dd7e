/* SPDX-License-Identifier: MIT */
/*
 * Work of which no CPU asks whether it is done, where devices wait for each other themselves: no
 * thread wakes for each of it, and who dies has told of it all the same.
 */
#include "layer_find.h"
#include "vulkan_fixture.h"

#include <unistd.h>

#define WORKS 50
#define KEYED XF_SURFACE_KEYED

static struct xf_keyed_mutex *mutex_of(struct canvas *c)
{
	struct xf_keyed_mutex *mutex;
	EXPECT(0, xf_surface_mutex(c->surface, &mutex));
	return mutex;
}

/* The fence that `c` was handed on with last; looked at only. */
static struct xf_timeline *fence_of(
	struct xf_domain *domain, struct canvas *c, uint64_t key, uint64_t *ret_value)
{
	struct xf_timeline *timeline;
	xf_id id;
	EXPECT(0, xf_keyed_mutex_acquire(mutex_of(c), key, PATIENCE, NULL));
	EXPECT(0, xf_keyed_mutex_fence(mutex_of(c), &id, ret_value));
	EXPECT(0, xf_timeline_open(domain, id, &timeline));
	return timeline;
}

static bool has_come(struct xf_timeline *timeline, uint64_t value)
{
	uint64_t now;
	EXPECT(0, xf_timeline_value(timeline, &now));
	return now >= value;
}

/* Hands `c` on WORKS times; then its fence, when that is passed without anybody's asking. */
static void hand_on_unasked(struct gpu *gpu, struct xf_domain *domain, struct canvas *c)
{
	uint64_t value;
	for (uint64_t i = 0; i < WORKS; i++)
		EXPECT(0, gpu_submit(gpu, c->surface, i, i + 1, NULL, VK_NULL_HANDLE));
	struct xf_timeline *timeline = fence_of(domain, c, WORKS, &value);
	EVENTUALLY(20000, has_come(timeline, value));
	xf_timeline_close(timeline);
	EXPECT(0, xf_keyed_mutex_give_back(mutex_of(c)));
}

/* A thread that waits for each work is what processes that hand frames on spend their CPU for. */
static void nobody_waits(void)
{
	struct xf_domain *domain = publish();
	struct gpu gpu;
	struct canvas c;
	if (!getenv("XF_TEST_LAYER_SHARES"))
		proc_skip("this device shares no semaphores");
	gpu_open(&gpu, NULL, domain);
	canvas_make(&gpu, domain, KEYED, &c);
	layer_find()->kind = LAYER_WaitSemaphores;
	layer_find()->calls = 0;
	hand_on_unasked(&gpu, domain, &c);
	printf("# %d waits for %d works\n", layer_find()->calls, WORKS);
	CHECK(layer_find()->calls < WORKS / 2); /* none, but where work takes half a second */
	canvas_close(&c);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/* Without asking, and without an end in good order. */
static void hand_on_and_die(void *arg)
{
	struct xf_domain *domain = join();
	struct gpu gpu;
	struct canvas c;
	(void)arg;
	gpu_open(&gpu, NULL, domain);
	canvas_open(&gpu, domain, shared(ID), &c);
	hand_on_unasked(&gpu, domain, &c);
	_exit(0);
}

static void told_before_a_death(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface_desc desc = picture();
	struct xf_surface *surface;
	struct xf_keyed_mutex *mutex;
	EXPECT(0, xf_surface_create(domain, &desc, KEYED, &surface));
	share(ID, xf_surface_id(surface));
	EXPECT(0, proc_wait(proc_spawn(hand_on_and_die, NULL), 60000));
	EVENTUALLY(20000, proc_members(domain) == 1);
	EXPECT(0, xf_surface_mutex(surface, &mutex));
	EXPECT(0, xf_keyed_mutex_acquire(mutex, WORKS, 0, NULL));
	xf_surface_close(surface);
	xf_domain_leave(domain);
}

static const struct proc_test tests[] = {
	{ "nobody_waits", nobody_waits, 60 },
	{ "told_before_a_death", told_before_a_death, 120 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
