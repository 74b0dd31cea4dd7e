/* SPDX-License-Identifier: MIT */
/* A VkQueue as a queue: who waits for whom, in one process and between several. */
#include "first.h"
#include "vulkan_fixture.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

static _Atomic int calls;

static void note(void *arg)
{
	(void)arg;
	calls++;
}

/* Nothing comes before what was handed over earlier is done: by the device, too. */
static void in_order(void)
{
	struct xf_domain *domain = publish();
	struct gpu gpu;
	struct canvas c;
	uint64_t value;
	gpu_open(&gpu, NULL, domain);
	canvas_make(&gpu, domain, 0, &c);
	struct xf_timeline *timeline = make_timeline(domain, 0);
	VkSemaphore gate = gpu_timeline(&gpu);
	EXPECT(0, strcmp(xf_queue_kind(gpu.queue), "vulkan"));
	VkCommandBuffer fill = gpu_fill(&gpu, c.image, &c.desc, 7);
	EXPECT(0, gpu_submit(&gpu, NULL, 0, 0, fill, gate));
	EXPECT(0, xf_queue_signal(gpu.queue, timeline, 1));
	EXPECT(0, xf_queue_call(gpu.queue, note, NULL));
	EXPECT(0, xf_queue_signal(gpu.queue, timeline, 2));
	EXPECT(XF_TIMEOUT, xf_queue_finish(gpu.queue, xf_deadline(30 * MS)));
	EXPECT(0, xf_timeline_value(timeline, &value));
	CHECK(value == 0 && calls == 0 && canvas_pixel(&c) == 0);
	open_gate(&gpu, gate);
	EXPECT(0, xf_timeline_wait(timeline, 1, PATIENCE));
	CHECK(canvas_pixel(&c) == 7);
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	EXPECT(0, xf_timeline_value(timeline, &value));
	CHECK(value == 2 && calls == 1);
	gpu.DestroySemaphore(gpu.h.device, gate, NULL);
	canvas_close(&c);
	gpu_close(&gpu);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

/* Looked at, and not waited for: a queue with nothing to do has finished, at once and each time. */
static void finished_at_once(void)
{
	struct gpu gpu;
	gpu_open(&gpu, NULL, NULL);
	EXPECT(0, xf_queue_finish(gpu.queue, 0));
	VkSemaphore gate = gpu_timeline(&gpu);
	EXPECT(0, gpu_submit(&gpu, NULL, 0, 0, NULL, gate));
	for (int i = 0; i < 100; i++)
		EXPECT(XF_TIMEOUT, xf_queue_finish(gpu.queue, 0));
	open_gate(&gpu, gate);
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	for (int i = 0; i < 1000; i++)
		EXPECT(0, xf_queue_finish(gpu.queue, 0));
	EXPECT(0, xf_queue_call(gpu.queue, note, NULL));
	EVENTUALLY(20000, xf_queue_finish(gpu.queue, 0) == 0);
	CHECK(calls == 1);
	gpu.DestroySemaphore(gpu.h.device, gate, NULL);
	gpu_close(&gpu);
}

/*
 * Less than the counter says: refused, where that is known; and where others have gone further
 * meanwhile there is nothing to do. The queue goes on.
 */
static void signals_below_the_counter(void)
{
	struct xf_domain *domain = publish();
	struct xf_timeline *timeline = make_timeline(domain, 0);
	struct gpu gpu;
	struct canvas c;
	uint64_t value;
	gpu_open(&gpu, NULL, domain);
	canvas_make(&gpu, domain, XF_SURFACE_KEYED, &c);
	VkSemaphore gate = gpu_timeline(&gpu);
	EXPECT(0, xf_timeline_signal(timeline, 5));
	EXPECT(-EINVAL, xf_queue_signal(gpu.queue, timeline, 4));
	CHECK(strstr(xf_last_message(-EINVAL), "5"));
	EXPECT(0, gpu_submit(&gpu, NULL, 0, 0, NULL, gate));
	EXPECT(0, xf_queue_signal(gpu.queue, timeline, 6));
	EXPECT(0, xf_timeline_signal(timeline, 8));
	open_gate(&gpu, gate);
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	EXPECT(0, xf_timeline_value(timeline, &value));
	EXPECT(8, value);
	VkCommandBuffer fill = gpu_fill(&gpu, c.image, &c.desc, 3);
	EXPECT(0, gpu_submit(&gpu, c.surface, 0, 1, fill, VK_NULL_HANDLE));
	EXPECT(0, xf_queue_signal(gpu.queue, timeline, 9));
	EXPECT(0, xf_timeline_wait(timeline, 9, PATIENCE));
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	gpu.DestroySemaphore(gpu.h.device, gate, NULL);
	canvas_close(&c);
	gpu_close(&gpu);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

/* What the application gives to its VkQueue itself is waited for by a signal. */
static void beside_the_application(void)
{
	struct xf_domain *domain = publish();
	struct gpu gpu;
	uint64_t value, one = 1;
	gpu_open(&gpu, NULL, domain);
	struct xf_timeline *timeline = make_timeline(domain, 0);
	VkSemaphore gate = gpu_timeline(&gpu);
	const VkPipelineStageFlags stage = VK_PIPELINE_STAGE_ALL_COMMANDS_BIT;
	const VkTimelineSemaphoreSubmitInfo values = {
		.sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO,
		.waitSemaphoreValueCount = 1,
		.pWaitSemaphoreValues = &one
	};
	const VkSubmitInfo info = { .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
		.pNext = &values,
		.waitSemaphoreCount = 1,
		.pWaitSemaphores = &gate,
		.pWaitDstStageMask = &stage };
	EXPECT(0, xf_vulkan_lock(gpu.vulkan, gpu.h.queue));
	CHECK(gpu.QueueSubmit(gpu.h.queue, 1, &info, VK_NULL_HANDLE) == 0);
	EXPECT(0, xf_vulkan_unlock(gpu.vulkan, gpu.h.queue));
	EXPECT(0, xf_queue_signal(gpu.queue, timeline, 1));
	EXPECT(XF_TIMEOUT, xf_timeline_wait(timeline, 1, xf_deadline(30 * MS)));
	EXPECT(0, xf_timeline_value(timeline, &value));
	EXPECT(0, value);
	open_gate(&gpu, gate);
	EXPECT(0, xf_timeline_wait(timeline, 1, PATIENCE));
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	EXPECT(-EINVAL, xf_vulkan_lock(gpu.vulkan, NULL));
	gpu.DestroySemaphore(gpu.h.device, gate, NULL);
	gpu_close(&gpu);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

/* Told to wait long before anybody signals, by a CPU of another process. */
static void waits_for_a_cpu(void *arg)
{
	struct xf_domain *domain = join();
	struct xf_timeline *timeline = open_timeline(domain);
	struct gpu gpu;
	struct canvas c;
	(void)arg;
	gpu_open(&gpu, NULL, domain);
	canvas_open(&gpu, domain, shared(ID), &c);
	EXPECT(0, xf_queue_wait(gpu.queue, timeline, 1));
	EXPECT(0,
		gpu_submit(&gpu, NULL, 0, 0, gpu_fill(&gpu, c.image, &c.desc, 9), VK_NULL_HANDLE));
	EXPECT(0, xf_queue_signal(gpu.queue, timeline, 2));
	proc_tell(READY);
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	canvas_close(&c);
	gpu_close(&gpu);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

static void before_signal(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface_desc desc = picture();
	struct canvas c = { .image = NULL };
	EXPECT(0, xf_surface_create(domain, &desc, 0, &c.surface));
	share(ID, xf_surface_id(c.surface));
	struct xf_timeline *timeline = make_timeline(domain, 0);
	pid_t child = proc_spawn(waits_for_a_cpu, NULL);
	proc_await(READY, 1, 30000);
	EXPECT(XF_TIMEOUT, xf_timeline_wait(timeline, 2, xf_deadline(30 * MS)));
	CHECK(canvas_pixel(&c) == 0);
	EXPECT(0, xf_timeline_signal(timeline, 1));
	EXPECT(0, xf_timeline_wait(timeline, 2, PATIENCE));
	CHECK(canvas_pixel(&c) == 9);
	EXPECT(0, proc_wait(child, 30000));
	xf_surface_close(c.surface);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

/* Two queues in two processes, each behind the other. */
#define ROUNDS 50

static void take_turns(struct gpu *gpu, struct xf_timeline *timeline, struct canvas *c, int first)
{
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t turn = (uint64_t)(2 * i + first);
		EXPECT(0, xf_queue_wait(gpu->queue, timeline, turn));
		VkCommandBuffer fill = gpu_fill(gpu, c->image, &c->desc, (uint8_t)(turn + 1));
		EXPECT(0, gpu_submit(gpu, NULL, 0, 0, fill, VK_NULL_HANDLE));
		EXPECT(0, xf_queue_signal(gpu->queue, timeline, turn + 1));
	}
	EXPECT(0, xf_queue_finish(gpu->queue, PATIENCE));
}

static void second_player(void *arg)
{
	struct xf_domain *domain = join();
	struct xf_timeline *timeline = open_timeline(domain);
	struct gpu gpu;
	struct canvas c;
	(void)arg;
	gpu_open(&gpu, NULL, domain);
	canvas_open(&gpu, domain, shared(ID), &c);
	take_turns(&gpu, timeline, &c, 1);
	canvas_close(&c);
	gpu_close(&gpu);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

static void there_and_back(void)
{
	struct xf_domain *domain = publish();
	struct gpu gpu;
	struct canvas c;
	struct xf_surface_desc desc = picture();
	struct xf_timeline *timeline = make_timeline(domain, 0);
	EXPECT(0, xf_surface_create(domain, &desc, 0, &c.surface));
	share(ID, xf_surface_id(c.surface));
	pid_t child = proc_spawn(second_player, NULL);
	gpu_open(&gpu, NULL, domain);
	canvas_wrap(&gpu, &c);
	take_turns(&gpu, timeline, &c, 0);
	EXPECT(0, xf_timeline_wait(timeline, 2 * ROUNDS, PATIENCE));
	EXPECT(2 * ROUNDS, canvas_pixel(&c));
	EXPECT(0, proc_wait(child, 30000));
	canvas_close(&c);
	gpu_close(&gpu);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

/* An abandoned timeline fails the queue; what was behind it is not submitted. */
static void an_abandoned_wait(void)
{
	struct xf_domain *domain = publish();
	struct gpu gpu;
	struct canvas c;
	gpu_open(&gpu, NULL, domain);
	canvas_make(&gpu, domain, 0, &c);
	struct xf_timeline *owned = make_timeline(domain, XF_TIMELINE_OWNED), *ours;
	EXPECT(0, xf_timeline_create(domain, 0, XF_TIMELINE_OWNED, "ours", &ours));
	EXPECT(0, xf_queue_signal(gpu.queue, ours, 1));
	EXPECT(0, xf_queue_wait(gpu.queue, owned, 1));
	EXPECT(0,
		gpu_submit(&gpu, NULL, 0, 0, gpu_fill(&gpu, c.image, &c.desc, 9), VK_NULL_HANDLE));
	EXPECT(0, xf_queue_signal(gpu.queue, ours, 2));
	EXPECT(0, xf_timeline_wait(ours, 1, PATIENCE));
	EXPECT(0, xf_timeline_abandon(owned));
	EXPECT(XF_ABANDONED, xf_timeline_wait(ours, 2, PATIENCE)); /* passed on */
	EXPECT(XF_ABANDONED, xf_queue_finish(gpu.queue, PATIENCE));
	EXPECT(XF_ABANDONED, xf_queue_call(gpu.queue, note, NULL));
	EXPECT(XF_ABANDONED, gpu_submit(&gpu, NULL, 0, 0, NULL, VK_NULL_HANDLE));
	CHECK(canvas_pixel(&c) == 0);
	canvas_close(&c);
	gpu_close(&gpu);
	xf_timeline_close(ours);
	xf_timeline_close(owned);
	xf_domain_leave(domain);
}

/* A wait that never comes ends with the queue. */
static void destroyed_while_it_waits(void)
{
	struct xf_domain *domain = publish();
	struct gpu gpu;
	struct canvas c;
	gpu_open(&gpu, NULL, domain);
	canvas_make(&gpu, domain, XF_SURFACE_KEYED, &c);
	struct xf_timeline *never = make_timeline(domain, 0);
	struct xf_keyed_mutex *mutex;
	EXPECT(0, xf_surface_mutex(c.surface, &mutex));
	EXPECT(0, xf_queue_wait(gpu.queue, never, 1));
	EXPECT(0, gpu_submit(&gpu, c.surface, 0, 1, gpu_fill(&gpu, c.image, &c.desc, 9),
			  VK_NULL_HANDLE));
	xf_queue_destroy(gpu.queue);
	gpu.queue = NULL;
	EXPECT(XF_ABANDONED, xf_keyed_mutex_acquire(mutex, 1, PATIENCE, NULL));
	xf_timeline_close(never);
	canvas_close(&c);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

struct second {
	struct xf_vulkan *vulkan;
	VkQueue vk_queue;
	struct xf_queue *queue;
	_Atomic bool has_it;
};

static void *lock_it(void *arg)
{
	struct second *second = arg;
	EXPECT(0, xf_vulkan_lock(second->vulkan, second->vk_queue));
	second->has_it = true;
	EXPECT(0, xf_vulkan_unlock(second->vulkan, second->vk_queue));
	for (int i = 0; i < 200; i++) {
		const struct xf_vulkan_submission nothing = { .size = sizeof(nothing) };
		EXPECT(0, xf_vulkan_submit(second->queue, &nothing));
	}
	return NULL;
}

/*
 * Two objects on one device, as two libraries make them in one program: one lock for its VkQueue.
 * The validation layer would say that two threads use it.
 */
static void two_of_one_device(void)
{
	struct second second = { .vulkan = NULL };
	struct gpu gpu;
	pthread_t thread;
	gpu_open(&gpu, NULL, NULL);
	const struct xf_vulkan_params params = { .size = sizeof(params),
		.get_instance_proc_addr = gpu.h.get_instance_proc_addr,
		.instance = gpu.h.instance,
		.physical_device = gpu.h.physical_device,
		.device = gpu.h.device };
	EXPECT(0, xf_vulkan_create(&params, &second.vulkan));
	second.vk_queue = gpu.h.queue;
	EXPECT(0, xf_queue_create_vulkan(second.vulkan, gpu.h.queue, NULL, &second.queue));
	EXPECT(0, xf_vulkan_lock(gpu.vulkan, gpu.h.queue));
	CHECK(pthread_create(&thread, NULL, lock_it, &second) == 0);
	for (int i = 0; i < 20; i++) {
		proc_pause();
		CHECK(!second.has_it);
	}
	EXPECT(0, xf_vulkan_unlock(gpu.vulkan, gpu.h.queue));
	for (int i = 0; i < 200; i++)
		EXPECT(0, gpu_submit(&gpu, NULL, 0, 0, NULL, VK_NULL_HANDLE));
	CHECK(pthread_join(thread, NULL) == 0 && second.has_it);
	xf_queue_destroy(second.queue);
	xf_vulkan_destroy(second.vulkan);
	EXPECT(0, xf_vulkan_lock(gpu.vulkan, gpu.h.queue)); /* the first one's stays */
	EXPECT(0, xf_vulkan_unlock(gpu.vulkan, gpu.h.queue));
	gpu_close(&gpu);
}

static void touch_all(void *arg)
{
	struct gpu *gpu = arg;
	struct xf_queue *queue;
	struct xf_vulkan_handles h = { .size = sizeof(h) };
	EXPECT(-ECHILD, gpu_submit(gpu, NULL, 0, 0, NULL, VK_NULL_HANDLE));
	EXPECT(-ECHILD, xf_queue_call(gpu->queue, note, NULL));
	EXPECT(-ECHILD, xf_queue_finish(gpu->queue, 0));
	EXPECT(-ECHILD, xf_queue_create_vulkan(gpu->vulkan, NULL, NULL, &queue));
	EXPECT(-ECHILD, xf_vulkan_handles(gpu->vulkan, &h));
	xf_queue_destroy(gpu->queue);
	xf_vulkan_destroy(gpu->vulkan);
}

static void a_forked_child_has_nothing(void)
{
	struct gpu gpu;
	gpu_open(&gpu, NULL, NULL);
	EXPECT(0, proc_wait(proc_spawn(touch_all, &gpu), 20000));
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	gpu_close(&gpu);
}

static void touch_all_as_the_same(void *arg)
{
	EXPECT(1, getpid());
	touch_all(arg);
}

static void fork_another_first(void *arg)
{
	struct gpu gpu;
	(void)arg;
	EXPECT(1, getpid());
	gpu_open(&gpu, NULL, NULL);
	EXPECT(0, proc_wait(first_spawn(0, touch_all_as_the_same, &gpu), 30000));
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	gpu_close(&gpu);
}

/* Nor has one that has the number of its parent. */
static void nor_one_of_the_same_number(void)
{
	first_of_its_namespace(fork_another_first);
}

static const struct proc_test tests[] = {
	{ "in_order", in_order, 120 },
	{ "finished_at_once", finished_at_once, 120 },
	{ "signals_below_the_counter", signals_below_the_counter, 120 },
	{ "beside_the_application", beside_the_application, 120 },
	{ "before_signal", before_signal, 120 },
	{ "there_and_back", there_and_back, 180 },
	{ "an_abandoned_wait", an_abandoned_wait, 120 },
	{ "destroyed_while_it_waits", destroyed_while_it_waits, 120 },
	{ "two_of_one_device", two_of_one_device, 120 },
	{ "a_forked_child_has_nothing", a_forked_child_has_nothing, 120 },
	{ "nor_one_of_the_same_number", nor_one_of_the_same_number, 120 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
