/* SPDX-License-Identifier: MIT */
/*
 * Submissions around keyed mutexes: all or nothing, in whatever order, and what becomes of them
 * when a process dies with its work in flight.
 */
#include "vulkan_fixture.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEYED XF_SURFACE_KEYED

static struct xf_keyed_mutex *mutex_of(struct canvas *c)
{
	struct xf_keyed_mutex *mutex;
	EXPECT(0, xf_surface_mutex(c->surface, &mutex));
	return mutex;
}

/* Of up to two surfaces. */
static int submit(struct gpu *gpu, const struct xf_vulkan_acquire *acquires, uint32_t n_acquires,
	const struct xf_vulkan_release *releases, uint32_t n_releases, VkCommandBuffer commands)
{
	const struct xf_vulkan_submission submission = { .size = sizeof(submission),
		.acquires = acquires,
		.releases = releases,
		.command_buffers = &commands,
		.n_acquires = n_acquires,
		.n_releases = n_releases,
		.n_command_buffers = commands != NULL };
	return xf_vulkan_submit(gpu->queue, &submission);
}

static void all_or_nothing(void)
{
	struct xf_domain *domain = publish();
	struct gpu gpu;
	struct canvas a, b;
	xf_id id;
	uint64_t value;
	gpu_open(&gpu, NULL, domain);
	canvas_make(&gpu, domain, KEYED, &a);
	canvas_make(&gpu, domain, KEYED, &b);
	VkCommandBuffer fill = gpu_fill(&gpu, a.image, &a.desc, 5);
	/* Goes round once, so that it has a fence. */
	EXPECT(0, gpu_submit(&gpu, a.surface, 0, 3, NULL, VK_NULL_HANDLE));
	const struct xf_vulkan_acquire both[] = { { a.surface, 3, 0 },
		{ b.surface, 7, xf_deadline(30 * MS) } };
	const struct xf_vulkan_release on[] = { { a.surface, 4 }, { b.surface, 4 } };
	int64_t began = xf_now();
	EXPECT(XF_TIMEOUT, submit(&gpu, both, 2, on, 2, fill));
	CHECK(xf_now() - began >= 25 * MS);
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	/* Not owned, with its key and its fence, and nothing was filled. */
	EXPECT(0, xf_keyed_mutex_acquire(mutex_of(&a), 3, 0, NULL));
	EXPECT(0, xf_keyed_mutex_fence(mutex_of(&a), &id, &value));
	CHECK(id != 0 && value == 1);
	CHECK(canvas_pixel(&a) == 0);
	/* Owned by this very handle: told at once, and it still is. */
	EXPECT(-EDEADLK, submit(&gpu, both, 1, NULL, 0, fill));
	EXPECT(0, xf_keyed_mutex_release(mutex_of(&a), 0, 0));
	/* What is to be released must be owned, before anything is submitted. */
	EXPECT(-EPERM, submit(&gpu, NULL, 0, on, 1, fill));
	const struct xf_vulkan_acquire first = { a.surface, 0, 0 };
	EXPECT(-EPERM, submit(&gpu, &first, 1, on, 2, fill));
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	/* Kept, and released by a later one. */
	EXPECT(0, submit(&gpu, &first, 1, NULL, 0, fill));
	EXPECT(0, submit(&gpu, NULL, 0, on, 1, NULL));
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	EXPECT(0, xf_keyed_mutex_acquire(mutex_of(&a), 4, 0, NULL));
	CHECK(canvas_pixel(&a) == 5);
	EXPECT(0, xf_keyed_mutex_release(mutex_of(&a), 0, 0));
	canvas_close(&a);
	canvas_close(&b);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/* The message for `result` begins with the surface, and has this in it. */
static void expect_says(int result, struct canvas *c, const char *text)
{
	const char *message = xf_last_message(result);
	char begin[64];
	snprintf(begin, sizeof(begin), "surface 0x%016" PRIx64, xf_surface_id(c->surface));
	if (strncmp(message, begin, strlen(begin)) != 0 || !strstr(message, text))
		proc_fail(__FILE__, __LINE__, "no '%s ... %s' in '%s'", begin, text, message);
}

/* With `a` had and given back before: that has no words of its own. */
static void says_which_surface(void)
{
	struct xf_domain *domain = publish();
	struct gpu gpu;
	struct canvas a, b;
	struct xf_surface *again;
	struct xf_keyed_mutex *owner;
	char who[64];
	gpu_open(&gpu, NULL, domain);
	canvas_make(&gpu, domain, KEYED, &a);
	canvas_make(&gpu, domain, KEYED, &b);
	const struct xf_vulkan_acquire both[] = { { a.surface, 0, 0 }, { b.surface, 7, 0 } };
	const struct xf_vulkan_release on[] = { { a.surface, 0 }, { b.surface, 0 } };
	snprintf(who, sizeof(who), "(pid %d) owns it, acquired with key 0", getpid());
	EXPECT(-EPERM, submit(&gpu, both, 1, on, 2, NULL));
	expect_says(-EPERM, &b, "is not owned by this handle: nobody owns it");
	expect_says(-EPERM, &b, "acquire it first");
	EXPECT(0, xf_surface_open(domain, xf_surface_id(b.surface), &again));
	EXPECT(0, xf_surface_mutex(again, &owner));
	EXPECT(0, xf_keyed_mutex_acquire(owner, 0, 0, NULL));
	EXPECT(-EPERM, submit(&gpu, both, 1, on, 2, NULL));
	expect_says(-EPERM, &b, who);
	EXPECT(0, xf_keyed_mutex_release(owner, 7, 0));
	EXPECT(0, xf_keyed_mutex_acquire(mutex_of(&b), 7, 0, NULL));
	EXPECT(-EDEADLK, submit(&gpu, both, 2, NULL, 0, NULL));
	expect_says(-EDEADLK, &b, "owns its keyed mutex already; release it first");
	EXPECT(0, xf_keyed_mutex_release(mutex_of(&b), 7, 0));
	EXPECT(0, xf_keyed_mutex_acquire(owner, 7, 0, NULL));
	xf_surface_close(again); /* and it is abandoned */
	EXPECT(XF_ABANDONED, submit(&gpu, both, 2, NULL, 0, NULL));
	expect_says(XF_ABANDONED, &b, "is abandoned");
	EXPECT(XF_ABANDONED, submit(&gpu, both, 1, on, 2, NULL));
	expect_says(XF_ABANDONED, &b, "make a new one");
	EXPECT(0, submit(&gpu, both, 1, on, 1, NULL));
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	canvas_close(&a);
	canvas_close(&b);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/* What is owned already, and not waited for, waits for its last owner all the same. */
static void acquired_by_a_cpu(void)
{
	struct xf_domain *domain = publish();
	struct gpu gpu, next;
	struct canvas a, there, copy;
	gpu_open(&gpu, NULL, domain);
	gpu_open(&next, NULL, domain);
	canvas_make(&gpu, domain, KEYED, &a);
	canvas_open(&next, domain, xf_surface_id(a.surface), &there);
	canvas_make(&next, domain, 0, &copy);
	VkSemaphore gate = gpu_timeline(&gpu);
	EXPECT(0, gpu_submit(&gpu, a.surface, 0, 1, gpu_fill(&gpu, a.image, &a.desc, 7), gate));
	VkCommandBuffer commands = gpu_copy(&next, there.image, &there.desc, copy.image);
	const struct xf_vulkan_release on = { there.surface, 2 };
	struct xf_surface *const twice[] = { there.surface, there.surface };
	struct xf_vulkan_submission submission = { .size = sizeof(submission),
		.releases = &on,
		.command_buffers = &commands,
		.n_releases = 1,
		.n_command_buffers = 1,
		.owned = twice,
		.n_owned = 1 };
	EXPECT(-EPERM, xf_vulkan_submit(next.queue, &submission));
	expect_says(-EPERM, &there, "is not owned by this handle");
	EXPECT(0, xf_keyed_mutex_acquire(mutex_of(&there), 1, PATIENCE, NULL));
	submission.n_owned = 2;
	EXPECT(-EINVAL, xf_vulkan_submit(next.queue, &submission));
	submission.owned = NULL;
	EXPECT(-EINVAL, xf_vulkan_submit(next.queue, &submission));
	submission.owned = twice;
	submission.n_owned = 1;
	EXPECT(0, xf_vulkan_submit(next.queue, &submission));
	EXPECT(XF_TIMEOUT, xf_queue_finish(next.queue, xf_deadline(20 * MS)));
	CHECK(canvas_pixel(&copy) == 0);
	open_gate(&gpu, gate);
	EXPECT(0, xf_queue_finish(next.queue, PATIENCE));
	CHECK(canvas_pixel(&copy) == 7);
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	canvas_close(&copy);
	canvas_close(&there);
	canvas_close(&a);
	gpu.DestroySemaphore(gpu.h.device, gate, NULL);
	gpu_close(&next);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

static void what_is_refused(void)
{
	struct xf_domain *domain = publish(), *other;
	struct xf_surface_desc desc = picture();
	struct xf_vulkan_release on = { NULL, 0 };
	struct xf_queue *cpu, *without;
	struct gpu gpu;
	struct canvas a, plain;
	struct xf_surface *elsewhere;
	gpu_open(&gpu, NULL, domain);
	canvas_make(&gpu, domain, KEYED, &a);
	canvas_make(&gpu, domain, 0, &plain);
	EXPECT(0, xf_domain_create(NULL, &other));
	EXPECT(0, xf_surface_create(other, &desc, KEYED, &elsewhere));
	struct xf_vulkan_acquire twice[] = { { a.surface, 0, 0 }, { a.surface, 0, 0 } };
	EXPECT(-EINVAL, submit(&gpu, twice, 2, NULL, 0, NULL));
	EXPECT(-EINVAL, submit(&gpu, NULL, 1, NULL, 0, NULL));
	EXPECT(-EINVAL, submit(&gpu, twice, XF_VULKAN_SUBMIT_MAX + 1, NULL, 0, NULL));
	EXPECT(-EINVAL, submit(&gpu, NULL, 0, &on, 1, NULL));
	twice[0].surface = elsewhere;
	EXPECT(-EINVAL, submit(&gpu, twice, 1, NULL, 0, NULL));
	twice[0].surface = plain.surface;
	EXPECT(-ENOENT, submit(&gpu, twice, 1, NULL, 0, NULL));
	EXPECT(-EINVAL, xf_vulkan_submit(gpu.queue, NULL));
	const struct xf_vulkan_submission empty = { .size = sizeof(empty) };
	EXPECT(0, xf_queue_create_cpu(&cpu));
	EXPECT(-EINVAL, xf_vulkan_submit(cpu, &empty));
	EXPECT(-EINVAL, xf_vulkan_submit(NULL, &empty));
	EXPECT(0, xf_vulkan_submit(gpu.queue, &empty));
	EXPECT(0, xf_queue_create_vulkan(gpu.vulkan, NULL, NULL, &without));
	const struct xf_vulkan_submission needs = {
		.size = sizeof(needs), .acquires = &twice[1], .n_acquires = 1
	};
	EXPECT(-EINVAL, xf_vulkan_submit(without, &needs));
	struct xf_vulkan_access access = gpu_access(&gpu, true, true);
	EXPECT(-EINVAL, xf_vulkan_cmd_acquire(NULL, a.image, &access));
	EXPECT(-EINVAL, xf_vulkan_cmd_release(NULL, a.image, &access));
	VkCommandBuffer commands = gpu_begin(&gpu);
	EXPECT(-EINVAL, xf_vulkan_cmd_acquire(commands, NULL, &access));
	access.layout = VK_IMAGE_LAYOUT_UNDEFINED;
	EXPECT(xf_vulkan_image_plane(a.image, 0) ? -EINVAL : 0,
		xf_vulkan_cmd_acquire(commands, a.image, &access));
	gpu_end(&gpu, commands);
	EXPECT(0, xf_vulkan_submit(without, &empty));
	xf_queue_destroy(without);
	xf_queue_destroy(cpu);
	xf_surface_close(elsewhere);
	xf_domain_leave(other);
	canvas_close(&a);
	canvas_close(&plain);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/* Each wants both, in the other order, and to hold them until the other lets go of none. */
#define CROSSINGS 150

static void cross(struct xf_domain *domain, struct gpu *gpu, xf_id first, xf_id second)
{
	struct canvas a, b;
	canvas_open(gpu, domain, first, &a);
	canvas_open(gpu, domain, second, &b);
	proc_tell(READY);
	proc_await(READY, 2, 30000);
	for (int i = 0; i < CROSSINGS; i++) {
		const struct xf_vulkan_acquire both[] = { { a.surface, 0, PATIENCE },
			{ b.surface, 0, PATIENCE } };
		const struct xf_vulkan_release on[] = { { a.surface, 0 }, { b.surface, 0 } };
		EXPECT(0, submit(gpu, both, 2, on, 2, NULL));
	}
	EXPECT(0, xf_queue_finish(gpu->queue, PATIENCE));
	proc_tell(DONE);
	proc_await(DONE, 2, 30000);
	canvas_close(&a);
	canvas_close(&b);
}

static void cross_back(void *arg)
{
	struct xf_domain *domain = join();
	struct gpu gpu;
	(void)arg;
	gpu_open(&gpu, NULL, domain);
	cross(domain, &gpu, shared(SECOND), shared(ID));
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

static void crossing_each_other(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface_desc desc = picture();
	struct xf_surface *a, *b;
	struct gpu gpu;
	EXPECT(0, xf_surface_create(domain, &desc, KEYED, &a));
	EXPECT(0, xf_surface_create(domain, &desc, KEYED, &b));
	share(ID, xf_surface_id(a));
	share(SECOND, xf_surface_id(b));
	pid_t child = proc_spawn(cross_back, NULL);
	gpu_open(&gpu, NULL, domain);
	cross(domain, &gpu, shared(ID), shared(SECOND));
	EXPECT(0, proc_wait(child, 30000));
	gpu_close(&gpu);
	xf_surface_close(a);
	xf_surface_close(b);
	xf_domain_leave(domain);
}

/* Fills, hands on at once, and never gets done. */
static void never_done(void *arg)
{
	struct xf_domain *domain = join();
	struct gpu gpu;
	struct canvas c;
	(void)arg;
	proc_await(GO, 1, 30000);
	gpu_open(&gpu, NULL, domain);
	canvas_open(&gpu, domain, shared(ID), &c);
	VkSemaphore gate = gpu_timeline(&gpu);
	EXPECT(0, gpu_submit(&gpu, c.surface, 0, 1, gpu_fill(&gpu, c.image, &c.desc, 5), gate));
	proc_tell(READY);
	for (;;)
		pause();
}

/* Whoever asks later, by queue or by CPU, is told, and can go on with others. */
static void told_after_a_death(void)
{
	struct xf_domain *domain = publish();
	struct gpu gpu;
	struct canvas a, b;
	pid_t child = proc_spawn(never_done, NULL); /* before there is a driver in here */
	gpu_open(&gpu, NULL, domain);
	canvas_make(&gpu, domain, KEYED, &a);
	canvas_make(&gpu, domain, KEYED, &b);
	share(ID, xf_surface_id(a.surface));
	proc_tell(GO);
	proc_await(READY, 1, 30000);
	proc_kill(child);
	EVENTUALLY(10000, proc_members(domain) == 1);
	EXPECT(XF_ABANDONED, gpu_submit(&gpu, a.surface, 1, 0, NULL, VK_NULL_HANDLE));
	expect_says(XF_ABANDONED, &a, "is abandoned: its last owner died");
	EXPECT(XF_ABANDONED, xf_keyed_mutex_acquire(mutex_of(&a), 1, PATIENCE, NULL));
	VkCommandBuffer fill = gpu_fill(&gpu, b.image, &b.desc, 6);
	EXPECT(0, gpu_submit(&gpu, b.surface, 0, 1, fill, VK_NULL_HANDLE));
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	EXPECT(0, xf_keyed_mutex_acquire(mutex_of(&b), 1, 0, NULL));
	EXPECT(6, canvas_pixel(&b));
	EXPECT(0, xf_keyed_mutex_release(mutex_of(&b), 0, 0));
	canvas_close(&a);
	canvas_close(&b);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/* Work that waits for the dead one's is not submitted, and what was handed on for it is lost. */
static void waiting_for_the_dead(void)
{
	struct xf_domain *domain = publish();
	struct gpu gpu, other;
	struct canvas a, b;
	pid_t child = proc_spawn(never_done, NULL); /* before there is a driver in here */
	gpu_open(&gpu, NULL, domain);
	gpu_open(&other, NULL, domain);
	canvas_make(&gpu, domain, KEYED, &a);
	canvas_make(&gpu, domain, KEYED, &b);
	share(ID, xf_surface_id(a.surface));
	proc_tell(GO);
	proc_await(READY, 1, 30000);
	const struct xf_vulkan_acquire both[] = { { a.surface, 1, PATIENCE },
		{ b.surface, 0, PATIENCE } };
	const struct xf_vulkan_release on = { b.surface, 1 };
	VkCommandBuffer fill = gpu_fill(&gpu, b.image, &b.desc, 9);
	EXPECT(0, submit(&gpu, both, 2, &on, 1, fill));
	EXPECT(XF_TIMEOUT, xf_queue_finish(gpu.queue, xf_deadline(20 * MS)));
	/* A third one takes up what was handed on, and waits as well: in another queue. */
	EXPECT(0, gpu_submit(&other, b.surface, 1, 2, NULL, VK_NULL_HANDLE));
	proc_kill(child);
	EXPECT(XF_ABANDONED, xf_queue_finish(gpu.queue, PATIENCE));
	EXPECT(XF_ABANDONED, xf_queue_finish(other.queue, PATIENCE));
	EXPECT(XF_ABANDONED, xf_keyed_mutex_acquire(mutex_of(&b), 2, PATIENCE, NULL));
	EXPECT(XF_ABANDONED, xf_keyed_mutex_release(mutex_of(&a), 0, 0));
	uint8_t *data;
	EXPECT(-EPERM, xf_surface_begin(b.surface, XF_ACCESS_READ, (void **)&data));
	/* A new queue of the same device goes on. */
	xf_queue_destroy(gpu.queue);
	EXPECT(0, xf_queue_create_vulkan(gpu.vulkan, NULL, domain, &gpu.queue));
	EXPECT(0, gpu_submit(&gpu, NULL, 0, 0, NULL, VK_NULL_HANDLE));
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	canvas_close(&a);
	canvas_close(&b);
	gpu_close(&other);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/*
 * Any member may say that the dead one's work was done, and it was not: the device is let go all
 * the same, and the VkQueue goes on. The limit of the test is what would tell.
 */
static void said_to_be_done(void)
{
	struct xf_domain *domain = publish();
	struct xf_timeline *timeline;
	struct gpu gpu;
	struct canvas a;
	uint64_t value;
	xf_id id;
	pid_t child = proc_spawn(never_done, NULL); /* before there is a driver in here */
	gpu_open(&gpu, NULL, domain);
	canvas_make(&gpu, domain, KEYED, &a);
	share(ID, xf_surface_id(a.surface));
	proc_tell(GO);
	proc_await(READY, 1, 30000);
	const struct xf_vulkan_acquire one = { a.surface, 1, PATIENCE };
	EXPECT(0, submit(&gpu, &one, 1, NULL, 0, gpu_fill(&gpu, a.image, &a.desc, 9)));
	EXPECT(0, xf_keyed_mutex_fence(mutex_of(&a), &id, &value));
	EXPECT(0, xf_timeline_open(domain, id, &timeline));
	EXPECT(0, xf_timeline_signal(timeline, value));
	xf_timeline_close(timeline);
	proc_kill(child);
	xf_queue_destroy(gpu.queue);
	EXPECT(0, xf_queue_create_vulkan(gpu.vulkan, NULL, domain, &gpu.queue));
	EXPECT(0, gpu_submit(&gpu, NULL, 0, 0, NULL, VK_NULL_HANDLE));
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	canvas_close(&a);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/* What is held back is waited for by CPU: else the VkQueue that both use would wait for itself. */
static void behind_what_is_held_back(void)
{
	struct xf_domain *domain = publish();
	struct xf_timeline *timeline = make_timeline(domain, 0);
	struct xf_queue *other;
	struct gpu gpu;
	struct canvas c;
	gpu_open(&gpu, NULL, domain);
	EXPECT(0, xf_queue_create_vulkan(gpu.vulkan, NULL, domain, &other));
	canvas_make(&gpu, domain, KEYED, &c);
	const struct xf_vulkan_acquire second = { c.surface, 1, 0 };
	const struct xf_vulkan_release on = { c.surface, 2 };
	const struct xf_vulkan_submission behind = { .size = sizeof(behind),
		.acquires = &second,
		.n_acquires = 1,
		.releases = &on,
		.n_releases = 1 };
	EXPECT(0, xf_queue_wait(gpu.queue, timeline, 1));
	EXPECT(0, gpu_submit(&gpu, c.surface, 0, 1, gpu_fill(&gpu, c.image, &c.desc, 4),
			  VK_NULL_HANDLE));
	EXPECT(0, xf_vulkan_submit(other, &behind));
	EXPECT(XF_TIMEOUT, xf_queue_finish(other, xf_deadline(20 * MS)));
	EXPECT(0, xf_timeline_signal(timeline, 1));
	EXPECT(0, xf_queue_finish(other, PATIENCE));
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	EXPECT(0, xf_keyed_mutex_acquire(mutex_of(&c), 2, PATIENCE, NULL));
	EXPECT(4, canvas_pixel(&c));
	EXPECT(0, xf_keyed_mutex_release(mutex_of(&c), 0, 0));
	xf_queue_destroy(other);
	canvas_close(&c);
	gpu_close(&gpu);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

/* A CPU of another process reads what a queue wrote, once the fence is passed. */
static void read_by_cpu(void *arg)
{
	struct xf_domain *domain = join();
	struct xf_surface *surface;
	struct xf_timeline *work;
	struct canvas c = { .image = NULL };
	xf_id id;
	uint64_t value;
	(void)arg;
	EXPECT(0, xf_surface_open(domain, shared(ID), &surface));
	c.surface = surface;
	EXPECT(0, xf_keyed_mutex_acquire(mutex_of(&c), 1, PATIENCE, NULL));
	EXPECT(0, xf_keyed_mutex_fence(mutex_of(&c), &id, &value));
	EXPECT(0, xf_timeline_open(domain, id, &work));
	EXPECT(XF_TIMEOUT, xf_timeline_wait(work, value, xf_deadline(20 * MS)));
	proc_tell(GO);
	EXPECT(0, xf_timeline_wait(work, value, PATIENCE));
	EXPECT(11, canvas_pixel(&c));
	EXPECT(0, xf_keyed_mutex_release(mutex_of(&c), 0, 0));
	xf_timeline_close(work);
	xf_surface_close(surface);
	xf_domain_leave(domain);
}

static void cpus_and_queues(void)
{
	struct xf_domain *domain = publish();
	struct gpu gpu;
	struct canvas c;
	gpu_open(&gpu, NULL, domain);
	canvas_make(&gpu, domain, KEYED, &c);
	share(ID, xf_surface_id(c.surface));
	VkSemaphore gate = gpu_timeline(&gpu);
	pid_t child = proc_spawn(read_by_cpu, NULL);
	EXPECT(0, gpu_submit(&gpu, c.surface, 0, 1, gpu_fill(&gpu, c.image, &c.desc, 11), gate));
	proc_await(GO, 1, 30000);
	open_gate(&gpu, gate);
	EXPECT(0, proc_wait(child, 30000));
	EXPECT(0, gpu_submit(&gpu, c.surface, 0, 1, NULL, VK_NULL_HANDLE));
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	gpu.DestroySemaphore(gpu.h.device, gate, NULL);
	canvas_close(&c);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

enum { VICTIM = 8 }; /* a value of the board */

/* Kills, at any moment of what one does with a surface. */
static void use_until_killed(void *arg)
{
	struct xf_domain *domain = join();
	struct gpu gpu;
	struct canvas c;
	(void)arg;
	gpu_open(&gpu, NULL, domain);
	canvas_open(&gpu, domain, shared(ID), &c);
	atomic_store(&proc_board->value[VICTIM], (uint64_t)getpid());
	proc_tell(READY);
	for (;;) {
		VkCommandBuffer fill = gpu_fill(&gpu, c.image, &c.desc, 1);
		EXPECT(0, gpu_submit(&gpu, c.surface, 0, 1, fill, VK_NULL_HANDLE));
	}
}

/* Has no driver of its own, so that what it forks can have one. */
static void nursery(void *arg)
{
	int count = *(int *)arg;
	for (int i = 0; i < count; i++) {
		proc_await(GO, (uint32_t)i + 1, 120000);
		pid_t pid = proc_spawn(use_until_killed, NULL);
		EXPECT(-SIGKILL, proc_wait(pid, 120000));
		proc_tell(SEEN);
	}
}

/* 0, XF_TIMEOUT, XF_ABANDONED: by the submission, or by its queue. */
static int read_once(struct gpu *gpu, struct canvas *c)
{
	const struct xf_vulkan_acquire acquire = { c->surface, 1, xf_deadline(20 * MS) };
	const struct xf_vulkan_release release = { c->surface, 0 };
	int r = submit(gpu, &acquire, 1, &release, 1, NULL);
	return r ? r : xf_queue_finish(gpu->queue, PATIENCE);
}

/* Until it is told of the death; or the victim left the surface free, as if for itself. */
static int read_until_told(struct gpu *gpu, struct canvas *c, uint32_t dead, int64_t when_ns)
{
	bool killed = false;
	for (int turns = 0;; turns++) {
		if (!killed && xf_now() >= when_ns) {
			killed = true;
			kill((pid_t)atomic_load(&proc_board->value[VICTIM]), SIGKILL);
		}
		bool was_gone = atomic_load(&proc_board->step[SEEN]) == dead;
		int r = read_once(gpu, c);
		CHECK(r == 0 || r == XF_TIMEOUT || r == XF_ABANDONED);
		if (r == XF_ABANDONED || (was_gone && r == XF_TIMEOUT))
			return turns;
	}
}

static void others_go_on(struct gpu *gpu, struct xf_domain *domain, struct canvas *ours)
{
	if (xf_queue_finish(gpu->queue, PATIENCE)) {
		xf_queue_destroy(gpu->queue);
		EXPECT(0, xf_queue_create_vulkan(gpu->vulkan, NULL, domain, &gpu->queue));
	}
	EXPECT(0, gpu_submit(gpu, ours->surface, 0, 0, NULL, VK_NULL_HANDLE));
	EXPECT(0, xf_queue_finish(gpu->queue, PATIENCE));
}

/* What is asked for by somebody who is killed meanwhile may stay: a socket that nobody listens to.
 */
static void remove_questions(void)
{
	const char *folder = getenv("XDG_RUNTIME_DIR");
	DIR *dir = opendir(folder);
	CHECK(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		if (strncmp(entry->d_name, ".crossfence-", 12) == 0)
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
}

static void kills(void)
{
	struct xf_domain *domain = publish();
	const char *text = getenv("XF_VULKAN_KILLS");
	int count = text ? atoi(text) : 12, turns = 0;
	uint64_t random = 88172645463325252u;
	struct gpu gpu;
	struct canvas ours, c;
	pid_t parent = proc_spawn(nursery, &count);
	gpu_open(&gpu, NULL, domain);
	canvas_make(&gpu, domain, KEYED, &ours);
	for (int i = 0; i < count; i++) {
		canvas_make(&gpu, domain, KEYED, &c);
		share(ID, xf_surface_id(c.surface));
		proc_tell(GO);
		proc_await(READY, (uint32_t)i + 1, 60000);
		int64_t when = xf_now() + (int64_t)(proc_random(&random) % (8 * MS));
		turns += read_until_told(&gpu, &c, (uint32_t)i + 1, when);
		proc_await(SEEN, (uint32_t)i + 1, 60000);
		others_go_on(&gpu, domain, &ours);
		canvas_close(&c);
	}
	printf("# %d kills, %d turns\n", count, turns);
	EXPECT(0, proc_wait(parent, 60000));
	EVENTUALLY(20000, proc_members(domain) == 1);
	canvas_close(&ours);
	gpu_close(&gpu);
	EXPECT(0, proc_objects(domain));
	xf_domain_leave(domain);
	remove_questions();
}

static const struct proc_test tests[] = {
	{ "all_or_nothing", all_or_nothing, 120 },
	{ "says_which_surface", says_which_surface, 120 },
	{ "acquired_by_a_cpu", acquired_by_a_cpu, 120 },
	{ "what_is_refused", what_is_refused, 120 },
	{ "crossing_each_other", crossing_each_other, 180 },
	{ "told_after_a_death", told_after_a_death, 120 },
	{ "waiting_for_the_dead", waiting_for_the_dead, 120 },
	{ "said_to_be_done", said_to_be_done, 60 },
	{ "behind_what_is_held_back", behind_what_is_held_back, 120 },
	{ "cpus_and_queues", cpus_and_queues, 120 },
	{ "kills", kills, 600 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
