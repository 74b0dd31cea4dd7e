/* SPDX-License-Identifier: MIT */
/*
 * What Vulkan surfaces and queues between two processes cost, each row beside the bare primitive in
 * the same run. vulkan_bench ROW [COUNT]
 *
 *	trips    two queues in two processes, each waiting for the other: no work, and
 *		 8 MB of fill; bare: one exported timeline semaphore; a surface; a timeline
 *	frames   1920x1080 RGBA: a queue fills, another copies, with 1 and 4 surfaces;
 *		 bare: timeline semaphores, exported where the driver does that, else in
 *		 one process
 *	asleep   the same, with no wait of the driver's, in which some hardly sleep: every
 *		 eighth frame looks whether the sixteenth before it is done, and sleeps until
 *		 it is; bare likewise
 *	host     two threads of two processes, each waiting for the other: an exported timeline
 *		 semaphore that they signal; a timeline
 *
 * XF_DEVICE: part of the device's name. The processes are forked before anything is started.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <crossfence/crossfence.h>
#include <crossfence/vulkan.h>

#define FOREVER	 xf_deadline(INT64_C(60000000000))
#define WIDTH	 1920
#define HEIGHT	 1080
#define BYTES	 (WIDTH * HEIGHT * 4)
#define WORK	 (8u << 20)
#define SURFACES 4
#define AHEAD	 16 /* frames or trips that a process hands over before it looks what is done */
#define NAP_US	 200 /* between looks, where it sleeps itself */

#define CALLS(F)                                                                                   \
	F(CreateCommandPool)                                                                       \
	F(AllocateCommandBuffers)                                                                  \
	F(BeginCommandBuffer)                                                                      \
	F(EndCommandBuffer)                                                                        \
	F(CmdFillBuffer)                                                                           \
	F(CmdCopyBuffer)                                                                           \
	F(CmdPipelineBarrier)                                                                      \
	F(CreateSemaphore)                                                                         \
	F(CreateFence)                                                                             \
	F(WaitForFences)                                                                           \
	F(GetFenceStatus)                                                                          \
	F(ResetFences)                                                                             \
	F(SignalSemaphore)                                                                         \
	F(GetSemaphoreCounterValue)                                                                \
	F(WaitSemaphores)                                                                          \
	F(QueueSubmit)                                                                             \
	F(DeviceWaitIdle)

struct side {
	struct xf_domain *domain;
	struct xf_vulkan *vulkan;
	struct xf_vulkan_handles h;
	struct xf_queue *queue;
	VkCommandPool pool;
	VkFence fences[AHEAD]; /* of what was handed over last */
	bool exports; /* timeline semaphores */
	PFN_vkGetSemaphoreFdKHR GetSemaphoreFdKHR;
	PFN_vkImportSemaphoreFdKHR ImportSemaphoreFdKHR;
#define MEMBER(name) PFN_vk##name name;
	CALLS(MEMBER)
#undef MEMBER
};

static struct board {
	_Atomic uint64_t ready[32];
	_Atomic uint64_t ids[8];
	double cpu_s[2], sleeps[2]; /* of each process in a row */
	_Atomic bool exports;
} * board;
static int pair[2];
static bool asleep; /* no wait of the driver's */

static void fail(int line, const char *what, int r)
{
	fprintf(stderr, "line %d: %s: %d, %s\n", line, what, r, xf_last_message(r));
	_exit(1);
}
#define MUST(call)                                                                                 \
	do {                                                                                       \
		int r_ = (call);                                                                   \
		if (r_)                                                                            \
			fail(__LINE__, #call, r_);                                                 \
	} while (0)

/* Both come here before either goes on. */
static void meet(int where)
{
	atomic_fetch_add(&board->ready[where], 1);
	while (atomic_load(&board->ready[where]) < 2)
		usleep(100);
}

static double seconds(void)
{
	return (double)xf_now() / 1e9;
}

static double cpu_seconds(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* How often threads of this process went to sleep: each time one has to be woken. */
static double sleeps(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_nvcsw;
}

static bool can_export(struct side *s)
{
	PFN_vkGetPhysicalDeviceExternalSemaphoreProperties get =
		(PFN_vkGetPhysicalDeviceExternalSemaphoreProperties)s->h.get_instance_proc_addr(
			s->h.instance, "vkGetPhysicalDeviceExternalSemaphoreProperties");
	const VkSemaphoreTypeCreateInfo type = {
		.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
		.semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE
	};
	const VkPhysicalDeviceExternalSemaphoreInfo info = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_SEMAPHORE_INFO,
		.pNext = &type,
		.handleType = VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT
	};
	VkExternalSemaphoreProperties p = {
		.sType = VK_STRUCTURE_TYPE_EXTERNAL_SEMAPHORE_PROPERTIES
	};
	get(s->h.physical_device, &info, &p);
	return p.externalSemaphoreFeatures & VK_EXTERNAL_SEMAPHORE_FEATURE_EXPORTABLE_BIT;
}

/* A device of our own, as an application has it, with what the bare rows need besides. */
static void make_device(struct side *s, struct xf_vulkan_params *params)
{
	struct xf_vulkan *first;
	struct xf_vulkan_requirements needs = { .size = sizeof(needs) };
	const char *names[XF_VULKAN_EXTENSIONS_MAX];
	const float priority = 1;
	MUST(xf_vulkan_create(params, &first)); /* stays, for its instance */
	s->h.size = sizeof(s->h);
	MUST(xf_vulkan_handles(first, &s->h));
	s->exports = can_export(s);
	params->get_instance_proc_addr = s->h.get_instance_proc_addr;
	params->instance = s->h.instance;
	params->physical_device = s->h.physical_device;
	MUST(xf_vulkan_requirements(params, &needs));
	memcpy(names, needs.extensions,
		sizeof(needs.extensions)); /* those the bare rows need too */
	const VkDeviceQueueCreateInfo queue = { .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
		.queueFamilyIndex = s->h.queue_family,
		.queueCount = 1,
		.pQueuePriorities = &priority };
	const VkPhysicalDeviceTimelineSemaphoreFeatures timelines = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES,
		.timelineSemaphore = VK_TRUE
	};
	const VkDeviceCreateInfo info = { .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
		.pNext = &timelines,
		.queueCreateInfoCount = 1,
		.pQueueCreateInfos = &queue,
		.enabledExtensionCount = needs.n_extensions,
		.ppEnabledExtensionNames = names };
	PFN_vkCreateDevice create =
		(PFN_vkCreateDevice)s->h.get_instance_proc_addr(s->h.instance, "vkCreateDevice");
	MUST(create(s->h.physical_device, &info, NULL, &params->device));
	params->extensions = names;
	params->n_extensions = needs.n_extensions;
	MUST(xf_vulkan_create(params, &s->vulkan));
}

static void open_side(struct side *s, int who)
{
	struct xf_vulkan_params params = { .size = sizeof(params),
		.device_name = getenv("XF_DEVICE") };
	memset(s, 0, sizeof(*s));
	if (who == 0)
		MUST(xf_domain_open_or_create("vulkan-bench", NULL, &s->domain));
	else
		MUST(xf_domain_open("vulkan-bench", 0, FOREVER, &s->domain));
	make_device(s, &params);
	uint32_t family = s->h.queue_family;
	s->h.device = params.device;
	PFN_vkGetDeviceProcAddr get = (PFN_vkGetDeviceProcAddr)s->h.get_instance_proc_addr(
		s->h.instance, "vkGetDeviceProcAddr");
#define FIND(name) s->name = (PFN_vk##name)get(s->h.device, "vk" #name);
	CALLS(FIND)
#undef FIND
	s->GetSemaphoreFdKHR = (PFN_vkGetSemaphoreFdKHR)get(s->h.device, "vkGetSemaphoreFdKHR");
	s->ImportSemaphoreFdKHR =
		(PFN_vkImportSemaphoreFdKHR)get(s->h.device, "vkImportSemaphoreFdKHR");
	((PFN_vkGetDeviceQueue)get(s->h.device, "vkGetDeviceQueue"))(
		s->h.device, family, 0, &s->h.queue);
	const VkCommandPoolCreateInfo pool = { .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
		.queueFamilyIndex = family };
	MUST(s->CreateCommandPool(s->h.device, &pool, NULL, &s->pool));
	for (int i = 0; i < AHEAD; i++) {
		const VkFenceCreateInfo fence = { .sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO,
			.flags = VK_FENCE_CREATE_SIGNALED_BIT };
		MUST(s->CreateFence(s->h.device, &fence, NULL, &s->fences[i]));
	}
	MUST(xf_queue_create_vulkan(s->vulkan, s->h.queue, s->domain, &s->queue));
	board->exports = s->exports;
}

static VkCommandBuffer begin(struct side *s)
{
	const VkCommandBufferAllocateInfo info = {
		.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
		.commandPool = s->pool,
		.commandBufferCount = 1
	};
	const VkCommandBufferBeginInfo how = { .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
		.flags = VK_COMMAND_BUFFER_USAGE_SIMULTANEOUS_USE_BIT };
	VkCommandBuffer commands;
	MUST(s->AllocateCommandBuffers(s->h.device, &info, &commands));
	MUST(s->BeginCommandBuffer(commands, &how));
	return commands;
}

static struct xf_vulkan_access transfer(struct side *s, bool writes)
{
	return (struct xf_vulkan_access){ .size = sizeof(struct xf_vulkan_access),
		.stages = VK_PIPELINE_STAGE_TRANSFER_BIT,
		.access = writes ? VK_ACCESS_TRANSFER_WRITE_BIT : VK_ACCESS_TRANSFER_READ_BIT,
		.queue_family = s->h.queue_family };
}

static struct xf_vulkan_image *image_of(struct side *s, struct xf_surface *surface)
{
	struct xf_vulkan_image *image;
	MUST(xf_vulkan_image_open(s->vulkan, surface, 0, &image));
	return image;
}

static struct xf_surface *make_surface(struct side *s, uint32_t bytes, uint32_t flags)
{
	const struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = 4096,
		.height_px = (bytes + 4095) / 4096,
		.fourcc = XF_FORMAT_R8 };
	struct xf_surface *surface;
	MUST(xf_vulkan_surface_create(s->vulkan, s->domain, &desc, flags, &surface));
	return surface;
}

static VkCommandBuffer record_fill(struct side *s, struct xf_vulkan_image *image)
{
	VkCommandBuffer commands = begin(s);
	struct xf_vulkan_access access = transfer(s, true);
	MUST(xf_vulkan_cmd_acquire(commands, image, &access));
	s->CmdFillBuffer(commands, xf_vulkan_image_buffer(image), 0, VK_WHOLE_SIZE, 0x55);
	MUST(xf_vulkan_cmd_release(commands, image, &access));
	MUST(s->EndCommandBuffer(commands));
	return commands;
}

static VkCommandBuffer record_copy(
	struct side *s, struct xf_vulkan_image *from, struct xf_vulkan_image *to)
{
	VkCommandBuffer commands = begin(s);
	struct xf_vulkan_access reads = transfer(s, false);
	const VkMemoryBarrier before = { .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
		.srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT,
		.dstAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT };
	MUST(xf_vulkan_cmd_acquire(commands, from, &reads));
	s->CmdPipelineBarrier(commands, VK_PIPELINE_STAGE_TRANSFER_BIT,
		VK_PIPELINE_STAGE_TRANSFER_BIT, 0, 1, &before, 0, NULL, 0, NULL);
	s->CmdCopyBuffer(commands, xf_vulkan_image_buffer(from), xf_vulkan_image_buffer(to), 1,
		&(VkBufferCopy){ .size = BYTES });
	MUST(xf_vulkan_cmd_release(commands, from, &reads));
	MUST(s->EndCommandBuffer(commands));
	return commands;
}

/* Bare: one process makes it, the other gets it over the socket; without export both are ours. */
static VkSemaphore make_semaphore(struct side *s, bool shared)
{
	const VkExportSemaphoreCreateInfo export = {
		.sType = VK_STRUCTURE_TYPE_EXPORT_SEMAPHORE_CREATE_INFO,
		.handleTypes = VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT
	};
	const VkSemaphoreTypeCreateInfo type = {
		.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
		.pNext = shared ? &export : NULL,
		.semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE
	};
	const VkSemaphoreCreateInfo info = { .sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO,
		.pNext = &type };
	VkSemaphore semaphore;
	MUST(s->CreateSemaphore(s->h.device, &info, NULL, &semaphore));
	return semaphore;
}

static VkSemaphore share_semaphore(struct side *s, int who)
{
	VkSemaphore semaphore = make_semaphore(s, true);
	char control[CMSG_SPACE(sizeof(int))] = { 0 }, byte = 0;
	struct iovec io = { &byte, 1 };
	struct msghdr message = { .msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);
	int fd = -1;
	if (who == 0) {
		const VkSemaphoreGetFdInfoKHR get = {
			.sType = VK_STRUCTURE_TYPE_SEMAPHORE_GET_FD_INFO_KHR,
			.semaphore = semaphore,
			.handleType = VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT
		};
		MUST(s->GetSemaphoreFdKHR(s->h.device, &get, &fd));
		*c = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
		MUST(sendmsg(pair[0], &message, 0) != 1);
		close(fd);
		return semaphore;
	}
	MUST(recvmsg(pair[1], &message, 0) != 1);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	const VkImportSemaphoreFdInfoKHR import = {
		.sType = VK_STRUCTURE_TYPE_IMPORT_SEMAPHORE_FD_INFO_KHR,
		.semaphore = semaphore,
		.handleType = VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT,
		.fd = fd
	};
	MUST(s->ImportSemaphoreFdKHR(s->h.device, &import));
	return semaphore;
}

static void bare_submit(struct side *s, VkSemaphore wait, uint64_t from, VkCommandBuffer commands,
	VkSemaphore signal, uint64_t to)
{
	const VkPipelineStageFlags stage = VK_PIPELINE_STAGE_ALL_COMMANDS_BIT;
	const VkTimelineSemaphoreSubmitInfo values = {
		.sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO,
		.waitSemaphoreValueCount = 1,
		.pWaitSemaphoreValues = &from,
		.signalSemaphoreValueCount = 1,
		.pSignalSemaphoreValues = &to
	};
	const VkSubmitInfo info = { .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
		.pNext = &values,
		.waitSemaphoreCount = 1,
		.pWaitSemaphores = &wait,
		.pWaitDstStageMask = &stage,
		.commandBufferCount = commands != NULL,
		.pCommandBuffers = &commands,
		.signalSemaphoreCount = 1,
		.pSignalSemaphores = &signal };
	MUST(s->QueueSubmit(s->h.queue, 1, &info, VK_NULL_HANDLE));
}

static void bare_wait(struct side *s, VkSemaphore semaphore, uint64_t value)
{
	const VkSemaphoreWaitInfo info = { .sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO,
		.semaphoreCount = 1,
		.pSemaphores = &semaphore,
		.pValues = &value };
	MUST(s->WaitSemaphores(s->h.device, &info, UINT64_MAX));
}

static void bare_sleep(struct side *s, VkSemaphore semaphore, uint64_t value)
{
	uint64_t now;
	MUST(s->GetSemaphoreCounterValue(s->h.device, semaphore, &now));
	while (now < value) {
		usleep(NAP_US);
		MUST(s->GetSemaphoreCounterValue(s->h.device, semaphore, &now));
	}
}

/* Of frames, where it is looked what is done. */
static bool looks(uint64_t i)
{
	return !asleep || i % (AHEAD / 2) == 0;
}

/* Microseconds a round trip. */
static double trips_bare(struct side *s, int who, VkCommandBuffer work, unsigned n)
{
	static int round;
	VkSemaphore semaphore = share_semaphore(s, who);
	meet(8 + round++);
	double began = seconds();
	for (uint64_t i = 0; i < n; i++) {
		uint64_t turn = 2 * i + (uint64_t)who;
		bare_submit(s, semaphore, turn, work, semaphore, turn + 1);
		if (i >= AHEAD)
			bare_wait(s, semaphore, turn - 2 * AHEAD);
	}
	bare_wait(s, semaphore, 2 * n);
	return (seconds() - began) / n * 1e6;
}

static void wait_for_fence(struct side *s, VkFence fence)
{
	while (asleep && s->GetFenceStatus(s->h.device, fence) == VK_NOT_READY)
		usleep(NAP_US);
	MUST(s->WaitForFences(s->h.device, 1, &fence, VK_TRUE, UINT64_MAX));
}

/* Free when what was handed over AHEAD submissions ago is done. */
static VkFence next_fence(struct side *s, uint64_t i)
{
	VkFence *fence = &s->fences[i % AHEAD];
	wait_for_fence(s, *fence);
	MUST(s->ResetFences(s->h.device, 1, fence));
	return *fence;
}

/* A surface is handed on and back, for which nobody but the queues waits. */
static double trips_ours(struct side *s, int who, VkCommandBuffer work, unsigned n)
{
	static int round;
	struct xf_surface *surface;
	if (who == 0) {
		surface = make_surface(s, 4096, XF_SURFACE_KEYED);
		board->ids[round] = xf_surface_id(surface);
	}
	meet(12 + 2 * round);
	if (who == 1)
		MUST(xf_surface_open(s->domain, board->ids[round], &surface));
	meet(13 + 2 * round++);
	const struct xf_vulkan_acquire acquire = { surface, (uint64_t)who, FOREVER };
	const struct xf_vulkan_release release = { surface, (uint64_t)!who };
	struct xf_vulkan_submission submission = { .size = sizeof(submission),
		.acquires = &acquire,
		.n_acquires = 1,
		.releases = &release,
		.n_releases = 1,
		.command_buffers = &work,
		.n_command_buffers = work != NULL };
	double began = seconds();
	for (uint64_t i = 0; i < n; i++) {
		submission.fence = next_fence(s, i);
		MUST(xf_vulkan_submit(s->queue, &submission));
	}
	MUST(xf_queue_finish(s->queue, FOREVER));
	return (seconds() - began) / n * 1e6;
}

/* A timeline that anybody may signal, also a CPU: so a CPU stands between. */
static double trips_by_timeline(struct side *s, int who, VkCommandBuffer work, unsigned n)
{
	static int round;
	struct xf_timeline *timeline;
	const struct xf_vulkan_submission submission = { .size = sizeof(submission),
		.command_buffers = &work,
		.n_command_buffers = work != NULL };
	if (who == 0) {
		MUST(xf_timeline_create(s->domain, 0, 0, NULL, &timeline));
		board->ids[4 + round] = xf_timeline_id(timeline);
	}
	meet(20 + 2 * round);
	if (who == 1)
		MUST(xf_timeline_open(s->domain, board->ids[4 + round], &timeline));
	meet(21 + 2 * round++);
	double began = seconds();
	for (uint64_t i = 0; i < n; i++) {
		uint64_t turn = 2 * i + (uint64_t)who;
		MUST(xf_queue_wait(s->queue, timeline, turn));
		if (work)
			MUST(xf_vulkan_submit(s->queue, &submission));
		MUST(xf_queue_signal(s->queue, timeline, turn + 1));
		if (i >= AHEAD)
			MUST(xf_timeline_wait(timeline, turn - 2 * AHEAD, FOREVER));
	}
	MUST(xf_timeline_wait(timeline, 2 * n, FOREVER));
	return (seconds() - began) / n * 1e6;
}

static void trips(struct side *s, int who, unsigned n)
{
	struct xf_vulkan_image *image = image_of(s, make_surface(s, WORK, 0));
	VkCommandBuffer works[] = { NULL, record_fill(s, image) };
	const char *names[] = { "no work", "8 MB of fill on each side" };
	for (int i = 0; i < 2; i++) {
		double bare = board->exports ? trips_bare(s, who, works[i], n) : 0;
		double ours = trips_ours(s, who, works[i], n);
		double timeline = trips_by_timeline(s, who, works[i], n);
		if (who == 0 && bare > 0)
			printf("round trip, %s: bare %.1f -> surface %.1f us, %.2f x; timeline "
			       "%.1f us, %.2f x\n",
				names[i], bare, ours, ours / bare, timeline, timeline / bare);
		else if (who == 0)
			printf("round trip, %s: surface %.1f us, timeline %.1f us (the driver "
			       "exports no timelines)\n",
				names[i], ours, timeline);
	}
}

/* The other side of a frame: 0 fills, 1 copies. */
static double frames_bare(
	struct side *s, int who, VkCommandBuffer *works, VkSemaphore *sems, unsigned n, unsigned k)
{
	double began = seconds();
	for (uint64_t i = 0; i < n; i++) {
		if (who != 1)
			bare_submit(
				s, sems[1], i >= k ? i - k + 1 : 0, works[i % k], sems[0], i + 1);
		if (who != 0)
			bare_submit(s, sems[0], i + 1, works[SURFACES + i % k], sems[1], i + 1);
		if (i >= AHEAD && looks(i))
			(asleep ? bare_sleep : bare_wait)(s, sems[who == 0 ? 0 : 1], i - AHEAD);
	}
	(asleep ? bare_sleep : bare_wait)(s, sems[1], n);
	return n / (seconds() - began);
}

static double frames_ours(struct side *s, int who, struct xf_surface **surfaces,
	VkCommandBuffer *works, unsigned n, unsigned k)
{
	double began = seconds();
	for (uint64_t i = 0; i < n; i++) {
		const struct xf_vulkan_acquire acquire = { surfaces[i % k], (uint64_t)who,
			FOREVER };
		const struct xf_vulkan_release release = { surfaces[i % k], (uint64_t)!who };
		const struct xf_vulkan_submission submission = { .size = sizeof(submission),
			.acquires = &acquire,
			.n_acquires = 1,
			.releases = &release,
			.n_releases = 1,
			.command_buffers = &works[(who ? SURFACES : 0) + i % k],
			.n_command_buffers = 1,
			.fence = looks(i) || i == n - 1 ? next_fence(s, i) : VK_NULL_HANDLE };
		MUST(xf_vulkan_submit(s->queue, &submission));
	}
	wait_for_fence(s, s->fences[(n - 1) % AHEAD]);
	MUST(xf_queue_finish(s->queue, FOREVER));
	return n / (seconds() - began);
}

static void open_frames(
	struct side *s, int who, struct xf_surface **surfaces, VkCommandBuffer *works)
{
	struct xf_vulkan_image *own = image_of(s, make_surface(s, BYTES, 0));
	for (int i = 0; i < SURFACES; i++) {
		if (who == 0) {
			surfaces[i] = make_surface(s, BYTES, XF_SURFACE_KEYED);
			board->ids[i] = xf_surface_id(surfaces[i]);
		}
	}
	meet(0);
	for (int i = 0; i < SURFACES; i++) {
		if (who == 1)
			MUST(xf_surface_open(s->domain, board->ids[i], &surfaces[i]));
		struct xf_vulkan_image *image = image_of(s, surfaces[i]);
		works[i] = record_fill(s, image);
		works[SURFACES + i] = record_copy(s, image, own);
	}
}

static double run_bare(struct side *s, int who, VkCommandBuffer *works, unsigned n, unsigned k)
{
	VkSemaphore sems[2];
	static int round;
	double rate = 0;
	for (int i = 0; i < 2; i++)
		sems[i] = board->exports ? share_semaphore(s, who) : make_semaphore(s, false);
	meet(4 + round);
	if (board->exports)
		rate = frames_bare(s, who, works, sems, n, k);
	else if (who == 0)
		rate = frames_bare(s, 2, works, sems, n, k); /* both in one process */
	meet(6 + round++);
	return rate;
}

static void frames(struct side *s, int who, unsigned n)
{
	struct xf_surface *surfaces[SURFACES];
	VkCommandBuffer works[2 * SURFACES];
	double bare[2], ours[2], cpu[2], slept[2];
	open_frames(s, who, surfaces, works);
	for (int i = 0; i < 2; i++) {
		unsigned k = i ? SURFACES : 1;
		for (int mine = 0; mine < 2; mine++) {
			meet(16 + 4 * i + 2 * mine);
			double before = cpu_seconds(), began = seconds(), awake = sleeps();
			if (mine)
				ours[i] = frames_ours(s, who, surfaces, works, n, k);
			else
				bare[i] = run_bare(s, who, works, n, k);
			board->cpu_s[who] = cpu_seconds() - before;
			board->sleeps[who] = sleeps() - awake;
			meet(17 + 4 * i + 2 * mine);
			slept[mine] = (board->sleeps[0] + board->sleeps[1]) / n;
			cpu[mine] = (board->cpu_s[0] + board->cpu_s[1]) / (seconds() - began);
		}
		if (who == 0)
			printf("1080p frames%s, %u in flight: bare%s %.0f -> ours %.0f /s, %.2f x; "
			       "CPU of both processes: bare %.0f %% -> ours %.0f %%; sleeps of "
			       "their threads a frame: bare %.1f -> ours %.1f\n",
				asleep ? ", asleep" : "", k, board->exports ? "" : " (one process)",
				bare[i], ours[i], ours[i] / bare[i], cpu[0] * 100, cpu[1] * 100,
				slept[0], slept[1]);
	}
	if (who == 0)
		printf("4 in flight over 1: %.2f x\n", ours[1] / ours[0]);
}

static double host_bare(struct side *s, int who, unsigned n)
{
	VkSemaphoreSignalInfo info = { .sType = VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO,
		.semaphore = share_semaphore(s, who) };
	meet(8);
	double began = seconds();
	for (uint64_t i = 0; i < n; i++) {
		uint64_t turn = 2 * i + (uint64_t)who;
		bare_wait(s, info.semaphore, turn);
		info.value = turn + 1;
		MUST(s->SignalSemaphore(s->h.device, &info));
	}
	bare_wait(s, info.semaphore, 2 * n);
	return (seconds() - began) / n * 1e6;
}

static double host_ours(struct side *s, int who, unsigned n)
{
	struct xf_timeline *timeline;
	if (who == 0) {
		MUST(xf_timeline_create(s->domain, 0, 0, NULL, &timeline));
		board->ids[4] = xf_timeline_id(timeline);
	}
	meet(9);
	if (who == 1)
		MUST(xf_timeline_open(s->domain, board->ids[4], &timeline));
	meet(10);
	double began = seconds();
	for (uint64_t i = 0; i < n; i++) {
		uint64_t turn = 2 * i + (uint64_t)who;
		MUST(xf_timeline_wait(timeline, turn, FOREVER));
		MUST(xf_timeline_signal(timeline, turn + 1));
	}
	MUST(xf_timeline_wait(timeline, 2 * n, FOREVER));
	return (seconds() - began) / n * 1e6;
}

static void host(struct side *s, int who, unsigned n)
{
	double bare = board->exports ? host_bare(s, who, n) : 0;
	double ours = host_ours(s, who, n);
	if (who == 0 && bare > 0)
		printf("round trip of two hosts: bare %.1f -> timeline %.1f us, %.2f x\n", bare,
			ours, ours / bare);
	else if (who == 0)
		printf("round trip of two hosts: timeline %.1f us (the driver exports no "
		       "timelines)\n",
			ours);
}

static void run(int who, const char *row, unsigned n)
{
	struct side s;
	open_side(&s, who);
	if (who == 0)
		printf("%s\n", s.h.name);
	if (strcmp(row, "trips") == 0)
		trips(&s, who, n);
	else if (strcmp(row, "host") == 0)
		host(&s, who, n);
	else
		frames(&s, who, n);
	fflush(stdout);
	meet(31);
	xf_queue_destroy(s.queue);
	MUST(s.DeviceWaitIdle(s.h.device));
	_exit(0); /* what is left ends with the process */
}

int main(int argc, char **argv)
{
	const char *row = argc > 1 ? argv[1] : "";
	unsigned n = argc > 2 ? (unsigned)atoi(argv[2]) : 1000;
	int status;
	asleep = strcmp(row, "asleep") == 0;
	if (strcmp(row, "trips") && strcmp(row, "frames") && !asleep && strcmp(row, "host")) {
		fprintf(stderr, "vulkan_bench trips|frames|asleep|host [COUNT]\n");
		return 2;
	}
	board = mmap(
		NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	pid_t child = fork();
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		run(1, row, n);
	}
	pid_t first = fork();
	if (!first) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		run(0, row, n);
	}
	MUST(waitpid(first, &status, 0) != first || status);
	MUST(waitpid(child, &status, 0) != child || status);
	return 0;
}
