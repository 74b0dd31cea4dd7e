/* SPDX-License-Identifier: MIT */
/*
 * Members that lie about their queues. What they say of objects may be spoilt; a VkQueue, which
 * others use as well, is held up no longer than the header says.
 */
#include "layer_find.h"
#include "vulkan_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../nasty/nasty.h"
#include "../nasty/unanswered.h"
#include "base/pass_fd.h"
#include "impostor.h"
#include "shm/folder.h"
#include "shm/park.h"
#include "sync/keyed_mutex.h"
#include "sync/timeline.h"

#define KEYED XF_SURFACE_KEYED

enum { STOPPED = 16, KIND = 28 }; /* first values of the board */

static struct xf_keyed_mutex *mutex_of(struct canvas *c)
{
	struct xf_keyed_mutex *mutex;
	EXPECT(0, xf_surface_mutex(c->surface, &mutex));
	return mutex;
}

/* What timelines' twins are of, on this device: both UUIDs. */
static void kind_of(struct gpu *gpu, struct xf_domain *domain, uint8_t kind[XF_TIMELINE_TWIN_KIND])
{
	struct xf_surface_desc desc = picture();
	struct xf_surface *surface;
	EXPECT(0, xf_vulkan_surface_create(gpu->vulkan, domain, &desc, 0, &surface));
	desc = (struct xf_surface_desc){ .size = sizeof(desc) };
	EXPECT(0, xf_surface_desc(surface, &desc, NULL));
	xf_surface_close(surface);
	memcpy(kind, desc.device_uuid, 16);
	memcpy(kind + 16, desc.driver_uuid, 16);
}

/* The descriptor of a real queue's semaphore, which comes to 1 and no further. */
static int unrelated_twin(
	struct gpu *other, struct xf_domain *domain, const uint8_t kind[XF_TIMELINE_TWIN_KIND])
{
	struct xf_timeline *timeline;
	struct canvas c;
	uint64_t value;
	xf_id id;
	int fd;
	canvas_make(other, domain, KEYED, &c);
	EXPECT(0, gpu_submit(other, c.surface, 0, 1, NULL, VK_NULL_HANDLE));
	EXPECT(0, xf_queue_finish(other->queue, PATIENCE));
	EXPECT(0, xf_keyed_mutex_acquire(mutex_of(&c), 1, PATIENCE, NULL));
	EXPECT(0, xf_keyed_mutex_fence(mutex_of(&c), &id, &value));
	EXPECT(0, xf_timeline_open(domain, id, &timeline));
	EXPECT(0, xf_timeline_twin(timeline, kind, &fd));
	xf_timeline_close(timeline);
	EXPECT(0, xf_keyed_mutex_release(mutex_of(&c), 0, 0));
	canvas_close(&c);
	return fd;
}

/* Hands on by `timeline`, as a queue does whose work becomes done with `value`. */
static void hand_on(struct canvas *c, uint64_t key, struct xf_timeline *timeline, uint64_t value)
{
	EXPECT(0, xf_keyed_mutex_acquire(mutex_of(c), key, PATIENCE, NULL));
	EXPECT(0, xf_keyed_mutex_release_after(mutex_of(c), key + 1, timeline, value));
}

static int fill_and_hand_on(struct gpu *gpu, struct canvas *c, uint8_t value)
{
	return gpu_submit(
		gpu, c->surface, 1, 2, gpu_fill(gpu, c->image, &c->desc, value), VK_NULL_HANDLE);
}

/* Of what fill_and_hand_on() has handed on. */
static uint8_t pixel_when_done(struct xf_domain *domain, struct canvas *c)
{
	struct xf_timeline *timeline;
	uint64_t value;
	xf_id id;
	EXPECT(0, xf_keyed_mutex_acquire(mutex_of(c), 2, PATIENCE, NULL));
	EXPECT(0, xf_keyed_mutex_fence(mutex_of(c), &id, &value));
	EXPECT(0, xf_timeline_open(domain, id, &timeline));
	EXPECT(0, xf_timeline_wait(timeline, value, PATIENCE));
	xf_timeline_close(timeline);
	uint8_t pixel = canvas_pixel(c);
	EXPECT(0, xf_keyed_mutex_release(mutex_of(c), 0, 0));
	return pixel;
}

/* Is what was given to the VkQueue done, by whatever queue? */
static int finish_beside(struct xf_queue *beside, int64_t deadline_ns)
{
	const struct xf_vulkan_submission nothing = { .size = sizeof(nothing) };
	EXPECT(0, xf_vulkan_submit(beside, &nothing));
	return xf_queue_finish(beside, deadline_ns);
}

/* One frame behind `value` of a timeline; does the VkQueue wait for that? */
static bool holds_up(struct gpu *gpu, struct xf_domain *domain, struct xf_queue *beside,
	struct xf_timeline *timeline, uint64_t value)
{
	struct canvas c;
	canvas_make(gpu, domain, KEYED, &c);
	hand_on(&c, 0, timeline, value);
	EXPECT(0, fill_and_hand_on(gpu, &c, (uint8_t)value));
	int r = finish_beside(beside, xf_deadline(2000 * MS));
	EXPECT(0, xf_timeline_signal(timeline, value));
	EXPECT((uint8_t)value, pixel_when_done(domain, &c));
	canvas_close(&c);
	CHECK(r == 0 || r == XF_TIMEOUT);
	return r;
}

/*
 * What came as a timeline's semaphore is another one, which nobody signals: from somebody who was
 * quicker to answer than its owner, say. The timeline tells, and the device goes on.
 */
static void another_semaphore(void)
{
	struct xf_domain *domain = publish();
	struct xf_timeline *timeline = make_timeline(domain, XF_TIMELINE_OWNED);
	uint8_t kind[XF_TIMELINE_TWIN_KIND];
	struct gpu gpu, other;
	struct canvas c[2];
	struct xf_queue *beside;
	uint64_t value = 102;
	if (!getenv("XF_TEST_LAYER_SHARES"))
		proc_skip("this device shares no semaphores");
	gpu_open(&gpu, NULL, domain);
	gpu_open(&other, NULL, domain);
	EXPECT(0, xf_queue_create_vulkan(gpu.vulkan, NULL, domain, &beside));
	kind_of(&gpu, domain, kind);
	int fd = unrelated_twin(&other, domain, kind);
	EXPECT(0, xf_timeline_offer_twin(timeline, kind, fd));
	close(fd);
	/* Two that wait together. */
	for (uint64_t i = 0; i < 2; i++) {
		canvas_make(&gpu, domain, KEYED, &c[i]);
		hand_on(&c[i], 0, timeline, 100 + i);
		EXPECT(0, fill_and_hand_on(&gpu, &c[i], (uint8_t)(7 + i)));
	}
	EXPECT(XF_TIMEOUT, xf_queue_finish(gpu.queue, xf_deadline(20 * MS)));
	for (uint64_t i = 0; i < 2; i++) {
		EXPECT(0, xf_timeline_signal(timeline, 100 + i));
		EXPECT((int)(7 + i), pixel_when_done(domain, &c[i]));
		canvas_close(&c[i]);
	}
	/* When the lie is known, which may be later where the answer was, nothing is held up. */
	while (holds_up(&gpu, domain, beside, timeline, value++))
		CHECK(value < 110);
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	xf_queue_destroy(beside);
	xf_timeline_close(timeline);
	gpu_close(&other);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/* Hands `c` on by the timeline of the queue itself; what it is, and the value that it has reached.
 */
static struct xf_timeline *own_timeline(struct gpu *gpu, struct xf_domain *domain, struct canvas *c)
{
	struct xf_timeline *timeline;
	uint64_t value;
	xf_id id;
	EXPECT(0, gpu_submit(gpu, c->surface, 0, 1, NULL, VK_NULL_HANDLE));
	EXPECT(0, xf_queue_finish(gpu->queue, PATIENCE));
	EXPECT(0, xf_keyed_mutex_acquire(mutex_of(c), 1, PATIENCE, NULL));
	EXPECT(0, xf_keyed_mutex_fence(mutex_of(c), &id, &value));
	EXPECT(0, xf_timeline_open(domain, id, &timeline));
	EXPECT(0, xf_keyed_mutex_release(mutex_of(c), 0, 0));
	return timeline;
}

/* Refused; nothing is taken by that, and the VkQueue waits for nothing. */
static void refuses(struct gpu *gpu, struct canvas *c)
{
	EXPECT(-EPROTO, gpu_submit(gpu, c->surface, 1, 2, NULL, VK_NULL_HANDLE));
	EXPECT(0, gpu_submit(gpu, NULL, 0, 0, NULL, VK_NULL_HANDLE));
	EXPECT(0, xf_queue_finish(gpu->queue, PATIENCE));
	EXPECT(0, xf_keyed_mutex_acquire(mutex_of(c), 1, 0, NULL));
	EXPECT(0, xf_keyed_mutex_release(mutex_of(c), 0, 0));
}

/*
 * Fences of work that there is not: a number that the queue which is to wait never gave, of its own
 * timeline; and one that no queue's number comes to, written where the others are.
 */
static void work_that_there_is_not(void)
{
	struct xf_domain *domain = publish();
	struct xf_timeline *timeline = make_timeline(domain, XF_TIMELINE_OWNED);
	const uint64_t values[] = { XF_TIMELINE_RELEASED, UINT64_MAX };
	struct gpu gpu;
	struct canvas c;
	gpu_open(&gpu, NULL, domain);
	canvas_make(&gpu, domain, KEYED, &c);
	struct xf_timeline *own = own_timeline(&gpu, domain, &c);
	hand_on(&c, 0, own, 1000);
	refuses(&gpu, &c);
	for (size_t i = 0; i < 2; i++) {
		hand_on(&c, 0, timeline, 1);
		mutex_of(&c)->base.slot->hot.keyed.fence = values[i];
		refuses(&gpu, &c);
		hand_on(&c, 0, own, 1);
		mutex_of(&c)->base.slot->hot.keyed.fence = values[i];
		refuses(&gpu, &c);
	}
	xf_timeline_close(own);
	xf_timeline_close(timeline);
	canvas_close(&c);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/*
 * A member writes to the queue's own timeline that more is done than was handed over. Others are
 * deceived; the queue is not ended by it.
 */
static void said_to_be_further(void)
{
	struct xf_domain *domain = publish();
	struct gpu gpu;
	struct canvas c;
	gpu_open(&gpu, NULL, domain);
	canvas_make(&gpu, domain, KEYED, &c);
	struct xf_timeline *own = own_timeline(&gpu, domain, &c);
	own->base.slot->hot.timeline.counter = 1000;
	EXPECT(0, gpu_submit(&gpu, c.surface, 0, 1, NULL, VK_NULL_HANDLE));
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	EXPECT(0, gpu_submit(&gpu, c.surface, 1, 2, NULL, VK_NULL_HANDLE));
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	EXPECT(0, xf_keyed_mutex_acquire(mutex_of(&c), 2, 0, NULL));
	xf_timeline_close(own);
	canvas_close(&c);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

#define TRIES 8

/* Hands on at once, and never gets done. */
static void never_done(void *arg)
{
	struct xf_domain *domain = join();
	struct gpu gpu;
	struct canvas c;
	(void)arg;
	proc_await(GO, 1, 30000);
	gpu_open(&gpu, NULL, domain);
	VkSemaphore gate = gpu_timeline(&gpu);
	for (int i = 0; i < TRIES; i++) {
		canvas_open(&gpu, domain, shared(STOPPED + i), &c);
		EXPECT(0, gpu_submit(&gpu, c.surface, 0, 1, NULL, i ? VK_NULL_HANDLE : gate));
	}
	proc_tell(READY);
	for (;;)
		pause();
}

/* The timeline that the last submission with `c` waits for. */
static struct xf_timeline *fence_of(struct xf_domain *domain, struct canvas *c)
{
	struct xf_timeline *timeline;
	uint64_t value;
	xf_id id;
	EXPECT(0, xf_keyed_mutex_fence(mutex_of(c), &id, &value));
	EXPECT(0, xf_timeline_open(domain, id, &timeline));
	return timeline;
}

static int acquire_by(struct xf_queue *queue, struct canvas *c)
{
	const struct xf_vulkan_acquire one = { c->surface, 1, PATIENCE };
	const struct xf_vulkan_submission submission = {
		.size = sizeof(submission), .acquires = &one, .n_acquires = 1
	};
	return xf_vulkan_submit(queue, &submission);
}

/*
 * Somebody writes that the owner of a timeline has died, and that its device still works: so nobody
 * ever says that it is settled. The device is let go all the same. Queues are made until one waits
 * on the device: on a busy machine an answer may take too long for that.
 */
static void said_to_be_dying(void)
{
	struct xf_domain *domain = publish();
	struct xf_queue *queues[TRIES], *beside;
	struct canvas c[TRIES];
	struct gpu gpu;
	int tried = 0;
	if (!getenv("XF_TEST_LAYER_SHARES"))
		proc_skip("this device shares no semaphores");
	pid_t child = proc_spawn(never_done, NULL); /* before there is a driver in here */
	gpu_open(&gpu, NULL, domain);
	EXPECT(0, xf_queue_create_vulkan(gpu.vulkan, NULL, domain, &beside));
	for (int i = 0; i < TRIES; i++) {
		canvas_make(&gpu, domain, KEYED, &c[i]);
		share(STOPPED + i, xf_surface_id(c[i].surface));
	}
	proc_tell(GO);
	proc_await(READY, 1, 60000);
	do {
		EXPECT(0, xf_queue_create_vulkan(gpu.vulkan, NULL, domain, &queues[tried]));
		EXPECT(0, acquire_by(queues[tried], &c[tried]));
		tried++;
	} while (finish_beside(beside, xf_deadline(300 * MS)) == 0 && tried < TRIES);
	struct xf_timeline *timeline = fence_of(domain, &c[0]);
	struct xfi_timeline_hot *hot = &timeline->base.slot->hot.timeline;
	hot->devices |= UINT64_C(1) << 40;
	hot->owner = 41;
	hot->abandoned = XFI_TIMELINE_OWNER_DIED;
	xfi_unpark_everywhere(domain, UINT32_MAX);
	EXPECT(0, finish_beside(beside, PATIENCE));
	while (tried)
		xf_queue_destroy(queues[--tried]);
	xf_queue_destroy(beside);
	proc_kill(child);
	xf_timeline_close(timeline);
	for (int i = 0; i < TRIES; i++)
		canvas_close(&c[i]);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/*
 * A fence so far ahead of its timeline that the device could not be told to wait for it. Where an
 * answer takes too long the submission waits by CPU; then the value is signalled, and the next one
 * is as far ahead of the semaphore, which no longer follows.
 */
static void too_far_ahead(void)
{
	struct xf_domain *domain = publish();
	struct xf_timeline *timeline = make_timeline(domain, XF_TIMELINE_OWNED);
	uint8_t kind[XF_TIMELINE_TWIN_KIND];
	struct gpu gpu, other;
	struct canvas c;
	int tried = 0, r;
	if (!getenv("XF_TEST_LAYER_SHARES"))
		proc_skip("this device shares no semaphores");
	gpu_open(&gpu, NULL, domain);
	gpu_open(&other, NULL, domain);
	kind_of(&gpu, domain, kind);
	int fd = unrelated_twin(&other, domain, kind);
	EXPECT(0, xf_timeline_offer_twin(timeline, kind, fd));
	close(fd);
	do {
		uint64_t value = (UINT64_C(1) << 32) + (uint64_t)tried;
		canvas_make(&gpu, domain, KEYED, &c);
		hand_on(&c, 0, timeline, value);
		r = gpu_submit(&gpu, c.surface, 1, 2, NULL, VK_NULL_HANDLE);
		if (r == -EPROTO) {
			CHECK(strstr(xf_last_message(r), "ahead"));
			refuses(&gpu, &c);
		} else {
			EXPECT(0, r);
			EXPECT(0, xf_timeline_signal(timeline, value));
		}
		EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
		canvas_close(&c);
	} while (!r && ++tried < TRIES);
	EXPECT(-EPROTO, r);
	xf_timeline_close(timeline);
	gpu_close(&other);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/*
 * What an owner said of its work never comes, though its device was done, which is also how it
 * looks when a member lowers the word. The queue that waited for that device ends all the same, and
 * what it handed on is abandoned. Here the owner's thread is kept from hearing of its device.
 */
static void never_said_to_be_done(void)
{
	struct xf_domain *domain = publish();
	struct gpu gpu, other;
	struct canvas theirs, ours;
	if (!getenv("XF_TEST_LAYER_SHARES"))
		proc_skip("this device shares no semaphores");
	gpu_open(&gpu, NULL, domain);
	gpu_open(&other, NULL, domain);
	layer_find()->spared = gpu.h.device;
	layer_find()->stalled = true;
	int tried = 0, r;
	do {
		canvas_make(&other, domain, KEYED, &theirs);
		canvas_open(&gpu, domain, xf_surface_id(theirs.surface), &ours);
		EXPECT(0, gpu_submit(&other, theirs.surface, 0, 1, NULL, VK_NULL_HANDLE));
		EXPECT(0, gpu_submit(&gpu, ours.surface, 1, 2, NULL, VK_NULL_HANDLE));
		r = xf_queue_finish(gpu.queue, xf_deadline(200 * MS)); /* never so by CPU */
		EXPECT(XF_TIMEOUT, r);
		canvas_close(&ours);
		canvas_close(&theirs);
	} while (++tried < 2);
	int64_t began = xf_now();
	xf_queue_destroy(gpu.queue);
	printf("# ended after %d ms\n", (int)((xf_now() - began) / MS));
	layer_find()->stalled = false;
	gpu.queue = NULL;
	gpu_close(&gpu);
	gpu_close(&other);
	xf_domain_leave(domain);
}

/* Answers for one who is stopped: that its device is lost, say. */
static void say_that_it_failed(void *arg)
{
	const struct xfi_answer answer = { XFI_ANSWER, XFI_ANSWER_VERSION, -EIO, 0 };
	struct xf_domain *domain = join();
	(void)arg;
	proc_await(GO, 2, 60000); /* the other one is stopped */
	int folder, watch;
	EXPECT(0, xfi_folder_open(false, &folder));
	EXPECT(0, xfi_answer_watch(folder, &watch));
	proc_tell(READY);
	for (;;) {
		int asker = next_asker(folder, watch);
		(void)xfi_send_fd(asker, NULL, 0, &answer, sizeof(answer), -1, 0);
		close(asker);
		proc_tell(SEEN);
	}
	xf_domain_leave(domain);
}

/* Has what is asked for, and does not answer. */
static void have_and_be_stopped(void *arg)
{
	struct xf_domain *domain = join();
	uint8_t kind[XF_TIMELINE_TWIN_KIND];
	struct canvas c;
	(void)arg;
	proc_await(GO, 1, 60000);
	for (int i = 0; i < XF_TIMELINE_TWIN_KIND; i++)
		kind[i] = (uint8_t)shared(KIND + i);
	struct xf_timeline *timeline = make_timeline(domain, XF_TIMELINE_OWNED);
	int fd = memfd_create("a semaphore", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	CHECK(fd >= 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) == 0);
	EXPECT(0, xf_timeline_offer_twin(timeline, kind, fd));
	EXPECT(0, xf_surface_open(domain, shared(ID), &c.surface));
	hand_on(&c, 0, timeline, 1);
	raise(SIGSTOP);
	for (;;)
		pause();
}

/* Who answers may be anybody, and what he says of a device is not said of ours. */
static void an_impostor(void)
{
	struct xf_domain *domain = publish();
	uint8_t kind[XF_TIMELINE_TWIN_KIND];
	struct gpu gpu;
	struct canvas c;
	if (!getenv("XF_TEST_LAYER_SHARES"))
		proc_skip("this device shares no semaphores");
	pid_t owner = proc_spawn(have_and_be_stopped, NULL); /* before there is a driver in here */
	pid_t impostor = proc_spawn(say_that_it_failed, NULL);
	gpu_open(&gpu, NULL, domain);
	canvas_make(&gpu, domain, KEYED, &c);
	share(ID, xf_surface_id(c.surface));
	kind_of(&gpu, domain, kind);
	for (int i = 0; i < XF_TIMELINE_TWIN_KIND; i++)
		share(KIND + i, kind[i]);
	proc_tell(GO);
	proc_wait_stopped(owner, 30000);
	proc_tell(GO);
	proc_await(READY, 1, 60000);
	EXPECT(0, fill_and_hand_on(&gpu, &c, 9));
	proc_await(SEEN, 1, 60000);
	struct xf_timeline *timeline = open_timeline(domain);
	EXPECT(0, xf_timeline_signal(timeline, 1));
	EXPECT(9, pixel_when_done(domain, &c));
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	EXPECT(0, gpu_submit(&gpu, NULL, 0, 0, NULL, VK_NULL_HANDLE)); /* not failed */
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	xf_timeline_close(timeline);
	proc_kill(impostor);
	proc_kill(owner);
	canvas_close(&c);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

#define QUEUES 6

static int hand_on_by(struct xf_queue *queue, struct canvas *c, uint64_t key, VkSemaphore gate)
{
	const struct xf_vulkan_acquire acquire = { c->surface, key, PATIENCE };
	const struct xf_vulkan_release release = { c->surface, key + 1 };
	const struct xf_vulkan_semaphore wait = { gate, 1, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT };
	const struct xf_vulkan_submission submission = { .size = sizeof(submission),
		.acquires = &acquire,
		.releases = &release,
		.wait_semaphores = &wait,
		.n_acquires = 1,
		.n_releases = 1,
		.n_wait_semaphores = gate != VK_NULL_HANDLE };
	return xf_vulkan_submit(queue, &submission);
}

/* Hands on by several queues, none of which is done, and is stopped; then all go on. */
static void stop_in_the_middle(void *arg)
{
	struct xf_domain *domain = join();
	struct xf_queue *queues[QUEUES];
	struct canvas c[QUEUES];
	struct gpu gpu;
	(void)arg;
	proc_await(GO, 1, 30000);
	gpu_open(&gpu, NULL, domain);
	VkSemaphore gate = gpu_timeline(&gpu);
	for (int i = 0; i < QUEUES; i++) {
		EXPECT(0, xf_queue_create_vulkan(gpu.vulkan, NULL, domain, &queues[i]));
		canvas_open(&gpu, domain, shared(STOPPED + i), &c[i]);
		EXPECT(0, hand_on_by(queues[i], &c[i], 0, i ? VK_NULL_HANDLE : gate));
	}
	proc_tell(READY);
	raise(SIGSTOP);
	proc_await(SEEN, 1, 60000);
	open_gate(&gpu, gate);
	for (int i = 0; i < QUEUES; i++) {
		EXPECT(0, xf_queue_finish(queues[i], PATIENCE));
		xf_queue_destroy(queues[i]);
		canvas_close(&c[i]);
	}
	gpu.DestroySemaphore(gpu.h.device, gate, NULL);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/*
 * A process that is stopped answers nobody. Submissions that come behind its work are not held up
 * for it; when it goes on its semaphores are used.
 */
static void a_stopped_process(void)
{
	struct xf_domain *domain = publish();
	struct canvas c[QUEUES];
	struct gpu gpu;
	pid_t child = proc_spawn(stop_in_the_middle, NULL); /* before there is a driver in here */
	gpu_open(&gpu, NULL, domain);
	for (int i = 0; i < QUEUES; i++) {
		canvas_make(&gpu, domain, KEYED, &c[i]);
		share(STOPPED + i, xf_surface_id(c[i].surface));
	}
	proc_tell(GO);
	proc_wait_stopped(child, 30000);
	layer_find()->kind = LAYER_ImportSemaphoreFdKHR;
	int64_t began = xf_now();
	for (int i = 0; i < QUEUES; i++)
		EXPECT(0, hand_on_by(gpu.queue, &c[i], 1, VK_NULL_HANDLE));
	printf("# %d ms for all\n", (int)((xf_now() - began) / MS));
	CHECK(xf_now() - began < 4000 * MS); /* held up, it is a second for each */
	EXPECT(0, kill(child, SIGCONT));
	if (layer_find()->shares)
		EVENTUALLY(30000, layer_find()->calls > 0);
	proc_tell(SEEN);
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	EXPECT(0, proc_wait(child, 30000));
	for (int i = 0; i < QUEUES; i++)
		canvas_close(&c[i]);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/* Each kind of descriptor that nobody expects, as the semaphore of a timeline. */
static void offer_each_kind(void *arg)
{
	struct xf_domain *domain = join();
	uint8_t kind[XF_TIMELINE_TWIN_KIND];
	struct canvas c;
	(void)arg;
	proc_await(GO, 1, 30000);
	for (int i = 0; i < XF_TIMELINE_TWIN_KIND; i++)
		kind[i] = (uint8_t)shared(KIND + i);
	for (uint32_t i = 0; i < nasty_count; i++) {
		struct xf_timeline *timeline;
		int fd = nasty_kinds[i].make();
		EXPECT(0, xf_surface_open(domain, shared(ID), &c.surface));
		EXPECT(0, xf_timeline_create(domain, 0, XF_TIMELINE_OWNED, NULL, &timeline));
		(void)xf_timeline_offer_twin(timeline, kind, fd);
		hand_on(&c, 2 * i, timeline, 1);
		proc_tell(READY);
		proc_await(SEEN, i + 1, 60000);
		EXPECT(0, xf_timeline_signal(timeline, 1));
		xf_surface_close(c.surface);
	}
	nasty_unanswered_end();
	_exit(0);
}

static void each_kind_as_a_semaphore(void)
{
	struct xf_domain *domain = publish();
	uint8_t kind[XF_TIMELINE_TWIN_KIND];
	struct canvas c;
	struct gpu gpu;
	pid_t child = proc_spawn(offer_each_kind, NULL); /* before there is a driver in here */
	gpu_open(&gpu, NULL, domain);
	canvas_make(&gpu, domain, KEYED, &c);
	share(ID, xf_surface_id(c.surface));
	kind_of(&gpu, domain, kind);
	for (int i = 0; i < XF_TIMELINE_TWIN_KIND; i++)
		share(KIND + i, kind[i]);
	proc_tell(GO);
	for (uint32_t i = 0; i < nasty_count; i++) {
		proc_await(READY, i + 1, 60000);
		int64_t began = xf_now();
		EXPECT(0, hand_on_by(gpu.queue, &c, 2 * i + 1, VK_NULL_HANDLE));
		if (xf_now() - began > 5000 * MS)
			proc_fail(__FILE__, __LINE__, "a %s holds up", nasty_kinds[i].name);
		proc_tell(SEEN);
		EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	}
	canvas_close(&c);
	gpu_close(&gpu);
	EXPECT(0, proc_wait(child, 60000));
	xf_domain_leave(domain);
	EVENTUALLY(10000, waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD); /* a file's server */
}

static const struct proc_test tests[] = {
	{ "work_that_there_is_not", work_that_there_is_not, 60 },
	{ "said_to_be_further", said_to_be_further, 60 },
	{ "said_to_be_dying", said_to_be_dying, 60 },
	{ "each_kind_as_a_semaphore", each_kind_as_a_semaphore, 120 },
	{ "a_stopped_process", a_stopped_process, 120 },
	{ "another_semaphore", another_semaphore, 60 },
	{ "too_far_ahead", too_far_ahead, 60 },
	{ "never_said_to_be_done", never_said_to_be_done, 60 },
	{ "an_impostor", an_impostor, 60 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
