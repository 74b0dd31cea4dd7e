/* SPDX-License-Identifier: MIT */
/*
 * Work of which no CPU asks whether it is done, where devices wait for each other themselves: no
 * thread wakes for each of it, nor is anybody woken, and who dies has told of it all the same.
 */
#include "layer_find.h"
#include "vulkan_fixture.h"

#include <linux/futex.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WORKS 50
#define KEYED XF_SURFACE_KEYED

/* The linker puts this before the C library's: how often the libraries wake anybody. */
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

static _Atomic int wakes;

long __wrap_syscall(long number, ...)
{
	long args[6];
	va_list list;
	va_start(list, number);
	for (int i = 0; i < 6; i++)
		args[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_futex && args[1] == FUTEX_WAKE_BITSET)
		wakes++;
	return __real_syscall(number, args[0], args[1], args[2], args[3], args[4], args[5]);
}

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

static void not_abandoned(void *arg)
{
	(void)arg;
}

/* Who sleeps for the end of the queue alone, as each does whose device waits for it. */
static struct xf_queue *watch(struct xf_timeline *timeline)
{
	struct xf_queue *watch;
	EXPECT(0, xf_queue_create_cpu(&watch));
	EXPECT(0, xf_queue_wait(watch, timeline, XF_TIMELINE_RELEASED - 1));
	EXPECT(0, xf_queue_call_or_drop(watch, not_abandoned, not_abandoned, NULL));
	return watch;
}

/* What is done at once is looked for once, and told once: all of it costs what one work does. */
static void told_at_once(void)
{
	struct xf_domain *domain = publish();
	struct gpu gpu;
	struct canvas first, c;
	uint64_t value;
	if (!getenv("XF_TEST_LAYER_SHARES"))
		proc_skip("this device shares no semaphores");
	gpu_open(&gpu, NULL, domain);
	canvas_make(&gpu, domain, KEYED, &first);
	canvas_make(&gpu, domain, KEYED, &c);
	VkSemaphore gate = gpu_timeline(&gpu);
	EXPECT(0, gpu_submit(&gpu, first.surface, 0, 1, NULL, gate));
	struct xf_timeline *timeline = fence_of(domain, &first, 1, &value);
	struct xf_queue *watching = watch(timeline);
	EXPECT(XF_TIMEOUT, xf_queue_finish(watching, xf_deadline(20 * MS))); /* sleeps by now */
	layer_find()->kind = LAYER_GetSemaphoreCounterValue;
	for (uint64_t i = 0; i < WORKS; i++)
		EXPECT(0, gpu_submit(&gpu, c.surface, i, i + 1, NULL, VK_NULL_HANDLE));
	wakes = layer_find()->calls = 0;
	open_gate(&gpu, gate);
	EVENTUALLY(20000, has_come(timeline, value + WORKS));
	printf("# %d looks and %d wakes for %d works\n", layer_find()->calls, wakes, WORKS);
	CHECK(layer_find()->calls < WORKS / 2);
	CHECK(wakes < WORKS / 2);
	xf_queue_destroy(watching);
	xf_timeline_close(timeline);
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	gpu.DestroySemaphore(gpu.h.device, gate, NULL);
	canvas_close(&c);
	canvas_close(&first);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/* `theirs` there, and `ours`, which is the same, here behind it. */
static void hand_over(struct gpu *other, struct canvas *theirs, struct gpu *gpu,
	struct canvas *ours, uint64_t key)
{
	EXPECT(0, gpu_submit(other, theirs->surface, key, key + 1, NULL, VK_NULL_HANDLE));
	EXPECT(0, gpu_submit(gpu, ours->surface, key + 1, key + 2, NULL, VK_NULL_HANDLE));
}

/* What is done is told, though what was done with it is behind one who says nothing of his. */
static void told_beside_the_untold(void)
{
	struct xf_domain *domain = publish();
	struct gpu gpu, other;
	struct canvas first, theirs, ours;
	uint64_t value;
	if (!getenv("XF_TEST_LAYER_SHARES"))
		proc_skip("this device shares no semaphores");
	gpu_open(&gpu, NULL, domain);
	gpu_open(&other, NULL, domain);
	layer_find()->spared = gpu.h.device;
	canvas_make(&gpu, domain, KEYED, &first);
	canvas_make(&other, domain, KEYED, &theirs);
	canvas_open(&gpu, domain, xf_surface_id(theirs.surface), &ours);
	hand_over(&other, &theirs, &gpu, &ours, 0); /* they meet */
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	layer_find()->stalled = true;
	VkSemaphore gate = gpu_timeline(&gpu);
	EXPECT(0, gpu_submit(&gpu, first.surface, 0, 1, NULL, gate));
	struct xf_timeline *timeline = fence_of(domain, &first, 1, &value);
	hand_over(&other, &theirs, &gpu, &ours, 2);
	/* Their device is done, so that both are done at once. */
	EXPECT(XF_TIMEOUT, xf_queue_finish(gpu.queue, xf_deadline(20 * MS)));
	CHECK(!has_come(timeline, value));
	open_gate(&gpu, gate);
	EVENTUALLY(20000, has_come(timeline, value));
	EXPECT(XF_TIMEOUT, xf_queue_finish(gpu.queue, xf_deadline(20 * MS)));
	xf_timeline_close(timeline);
	timeline = fence_of(domain, &ours, 4, &value);
	CHECK(!has_come(timeline, value));
	layer_find()->stalled = false;
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	CHECK(has_come(timeline, value));
	xf_timeline_close(timeline);
	gpu.DestroySemaphore(gpu.h.device, gate, NULL);
	canvas_close(&ours);
	canvas_close(&theirs);
	canvas_close(&first);
	gpu_close(&other);
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
	{ "told_at_once", told_at_once, 60 },
	{ "told_beside_the_untold", told_beside_the_untold, 60 },
	{ "told_before_a_death", told_before_a_death, 120 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
