/* SPDX-License-Identifier: MIT */
/*
 * CUDA surfaces and streams between processes, over the stand-in: what a reader sees, who waits for
 * whom, who is told of a death, and what is left over.
 */
#include "cuda_fixture.h"
#include "first.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static struct xf_surface *make_surface(struct xf_domain *domain, int device)
{
	struct xf_surface_desc desc = picture();
	struct xf_surface *surface;
	EXPECT(0, xf_cuda_surface_create(domain, &desc, 0, device, &surface));
	share(ID, xf_surface_id(surface));
	return surface;
}

static xf_cuda_ptr map(struct xf_surface *surface, int device)
{
	xf_cuda_ptr ptr;
	EXPECT(0, xf_cuda_map(surface, device, &ptr));
	return ptr;
}

/* Waits on its stream for a value that nobody has signalled yet, and reads the picture. */
static void reader(void *arg)
{
	struct xf_domain *domain = join();
	CUstream stream = make_stream(0);
	struct xf_queue *queue = make_queue(stream);
	struct xf_timeline *timeline = open_timeline(domain);
	struct xf_surface *surface;
	EXPECT(0, xf_surface_open(domain, shared(ID), &surface));
	xf_cuda_ptr ptr = map(surface, 0);
	EXPECT(0, xf_queue_wait(queue, timeline, 1));
	proc_tell(READY);
	check_picture(ptr, 0x5a, stream);
	EXPECT(0, xf_queue_signal(queue, timeline, 2));
	EXPECT(0, xf_queue_finish(queue, PATIENCE));
	end_queue(queue, stream);
	xf_timeline_close(timeline);
	xf_surface_close(surface);
	xf_domain_leave(domain);
	CHECK(fake_cuda_counts().mappings == 0 && fake_cuda_counts().registered == 0);
	CHECK(fake_cuda_counts().handles == 0 && fake_cuda_counts().pushed == 0);
}

static void a_picture_by_name(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface *surface = make_surface(domain, 0);
	struct xf_timeline *timeline = make_timeline(domain, 0);
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	EXPECT(0, xf_surface_desc(surface, &desc, NULL));
	EXPECT(XF_MEMORY_CUDA, desc.memory);
	EXPECT(2 << 20, desc.memory_bytes);
	CHECK(desc.device_uuid[0] == 0xfa && desc.device_uuid[15] == 0);
	pid_t child = proc_spawn(reader, NULL);
	proc_await(READY, 1, 20000);
	CUstream stream = make_stream(0);
	struct xf_queue *queue = make_queue(stream);
	EXPECT(0, strcmp(xf_queue_kind(queue), "cuda"));
	CHECK(fake_cuda_work(stream, 20000) == 0);
	CHECK(cuMemsetD8Async(map(surface, 0), 0x5a, BYTES, stream) == 0);
	EXPECT(0, xf_queue_signal(queue, timeline, 1));
	EXPECT(0, xf_timeline_wait(timeline, 2, PATIENCE));
	EXPECT(0, proc_wait(child, 20000));
	EXPECT(0, xf_queue_finish(queue, PATIENCE));
	EXPECT(-EINVAL, xf_queue_signal(queue, timeline, 1));
	EXPECT(-EINVAL, xf_queue_signal(queue, timeline, XF_TIMELINE_RELEASED));
	EXPECT(-EINVAL, xf_queue_wait(queue, timeline, UINT64_MAX));
	end_queue(queue, stream);
	xf_timeline_close(timeline);
	xf_surface_close(surface);
	xf_domain_leave(domain);
}

static void make_and_pause(void *arg)
{
	struct xf_domain *domain = publish();
	struct xf_surface *surface = make_surface(domain, 0);
	CUstream stream = make_stream(0);
	CHECK(cuMemsetD8Async(map(surface, 0), 0x33, BYTES, stream) == 0);
	CHECK(cuStreamSynchronize(stream) == 0);
	proc_tell(SEEN);
	for (;;)
		pause();
}

static void hand_on(void *arg)
{
	struct xf_domain *domain = join();
	struct xf_surface *surface;
	EXPECT(0, xf_surface_open(domain, shared(ID), &surface));
	proc_tell(READY);
	proc_await(GO, 1, 20000);
	xf_surface_close(surface);
	xf_domain_leave(domain);
}

/* The maker is dead; the picture is there for those who come later. */
static void outlives_its_maker(void)
{
	struct xf_surface *surface;
	pid_t maker = proc_spawn(make_and_pause, NULL);
	proc_await(SEEN, 1, 20000);
	pid_t second = proc_spawn(hand_on, NULL);
	proc_await(READY, 1, 20000);
	proc_kill(maker);
	struct xf_domain *domain = join();
	EXPECT(0, xf_surface_open(domain, shared(ID), &surface));
	CUstream stream = make_stream(0);
	check_picture(map(surface, -1), 0x33, stream);
	proc_tell(GO);
	EXPECT(0, proc_wait(second, 20000));
	check_picture(map(surface, -1), 0x33, stream);
	CHECK(cuStreamDestroy_v2(stream) == 0);
	xf_surface_close(surface);
	xf_domain_leave(domain);
}

/* Once for all handles of a process, until the last one is closed. */
static void mapped_once(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface *a = make_surface(domain, 0), *b;
	EXPECT(0, xf_surface_open(domain, xf_surface_id(a), &b));
	CHECK(map(a, 0) == map(b, 0) && map(a, 1) == map(a, -1));
	CHECK(fake_cuda_counts().mappings == 1 && fake_cuda_counts().handles == 0);
	xf_surface_close(a);
	CHECK(fake_cuda_counts().mappings == 1);
	xf_surface_close(b);
	CHECK(fake_cuda_counts().mappings == 0);
	xf_domain_leave(domain);
}

/* Where one device cannot reach another's memory, or does not see it: a sentence, no copy. */
static void out_of_reach(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface *surface = make_surface(domain, 1), *host;
	struct xf_surface_desc desc = picture();
	xf_cuda_ptr ptr = 7;
	setenv("FAKE_CUDA_PEERS", "0", 1);
	EXPECT(-EXDEV, xf_cuda_map(surface, 0, &ptr));
	CHECK(strstr(xf_last_message(-EXDEV), "peer"));
	EXPECT(0, xf_cuda_map(surface, 1, &ptr));
	EXPECT(-ENODEV, xf_cuda_map(surface, 2, &ptr));
	xf_surface_close(surface);
	surface = make_surface(domain, 1);
	setenv("FAKE_CUDA_HIDE", "1", 1);
	EXPECT(-EXDEV, xf_cuda_map(surface, 0, &ptr));
	CHECK(strstr(xf_last_message(-EXDEV), "CUDA_VISIBLE_DEVICES"));
	xf_surface_close(surface);
	EXPECT(0, xf_surface_create(domain, &desc, 0, &host));
	EXPECT(-EINVAL, xf_cuda_map(host, 0, &ptr));
	xf_surface_close(host);
	EXPECT(-ENODEV, xf_cuda_surface_create(domain, &desc, 0, 9, &host));
	xf_domain_leave(domain);
}

static void reads_what_vulkan_made(void *arg)
{
	struct xf_domain *domain = join();
	struct xf_surface *surface;
	CUstream stream = make_stream(1);
	struct fake_cuda_counts before = fake_cuda_counts();
	(void)arg;
	EXPECT(0, xf_surface_open(domain, shared(ID), &surface));
	check_picture(map(surface, 1), 0x51, stream);
	CHECK(fake_cuda_counts().external == 1 && fake_cuda_counts().mappings == 1);
	CHECK(fake_cuda_counts().pushed == 0);
	xf_surface_close(surface);
	struct fake_cuda_counts after = fake_cuda_counts();
	CHECK(memcmp(&before, &after, sizeof(before)) == 0);
	CHECK(cuStreamDestroy_v2(stream) == 0);
	xf_domain_leave(domain);
}

static void vulkan_renders(void)
{
	struct xf_domain *domain = publish();
	unsigned char bytes[BYTES];
	int fd;
	struct xf_surface *surface =
		make_vulkan_surface(domain, 1, XF_MODIFIER_LINEAR, VULKAN_BYTES, &fd);
	memset(bytes, 0x51, sizeof(bytes));
	CHECK(pwrite(fd, bytes, sizeof(bytes), 0) == sizeof(bytes));
	share(ID, xf_surface_id(surface));
	EXPECT(0, proc_wait(proc_spawn(reads_what_vulkan_made, NULL), 20000));
	close(fd);
	xf_surface_close(surface);
	xf_domain_leave(domain);
}

static void refuses_other_memory_of_vulkans(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface *linear =
		make_vulkan_surface(domain, 1, XF_MODIFIER_LINEAR, VULKAN_BYTES, NULL);
	struct xf_surface *tiled =
		make_vulkan_surface(domain, 1, XF_MODIFIER_DRIVER, VULKAN_BYTES, NULL);
	struct xf_surface *other =
		make_vulkan_surface(domain, 9, XF_MODIFIER_LINEAR, VULKAN_BYTES, NULL);
	xf_cuda_ptr ptr = 7;
	EXPECT(-EXDEV, xf_cuda_map(linear, 0, &ptr)); /* a peer */
	CHECK(strstr(xf_last_message(-EXDEV), "Vulkan"));
	EXPECT(0, xf_cuda_map(linear, -1, &ptr));
	xf_surface_close(linear);
	linear = make_vulkan_surface(domain, 1, XF_MODIFIER_LINEAR, VULKAN_BYTES, NULL);
	fake_cuda_fail("cuImportExternalMemory", 1, 1); /* as of what is something else */
	EXPECT(-EPROTO, xf_cuda_map(linear, 1, &ptr));
	EXPECT(0, xf_cuda_map(linear, 1, &ptr));
	EXPECT(-EOPNOTSUPP, xf_cuda_map(tiled, 1, &ptr));
	EXPECT(-EXDEV, xf_cuda_map(other, 1, &ptr));
	CHECK(fake_cuda_counts().external == 1);
	xf_surface_close(linear);
	xf_surface_close(tiled);
	xf_surface_close(other);
	struct fake_cuda_counts counts = fake_cuda_counts();
	CHECK(!counts.external && !counts.mappings && !counts.retained && !counts.pushed);
	xf_domain_leave(domain);
}

/* A stream of frames: written by one process' stream, read by another's, each in its turn. */
#define FRAMES 60

static void read_frames(void *arg)
{
	struct xf_domain *domain = join();
	CUstream cuda = make_stream(1);
	struct xf_queue *queue = make_queue(cuda);
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_stream *stream;
	struct xf_timeline *fence = open_timeline(domain);
	EXPECT(0, xf_stream_open(domain, "frames", PATIENCE, &stream));
	EXPECT(0, xf_stream_subscribe(stream, XF_STREAM_EVERY, 1));
	proc_tell(READY);
	for (int i = 1; i <= FRAMES; i++) {
		EXPECT(0, xf_stream_next(stream, PATIENCE, &frame));
		CHECK(frame.info->fence == xf_timeline_id(fence));
		EXPECT(0, xf_queue_wait(queue, fence, frame.info->fence_value));
		check_picture(map(frame.surface, 1), (unsigned char)i, cuda);
		EXPECT(0, xf_stream_done(stream, &frame));
	}
	end_queue(queue, cuda);
	xf_timeline_close(fence);
	xf_stream_close(stream);
	xf_domain_leave(domain);
}

static void frames_in_order(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface_desc desc = picture();
	struct xf_pool *pool;
	EXPECT(0, xf_cuda_pool_create(domain, &desc, 4, 0, NULL, 0, &pool));
	desc.size = sizeof(desc);
	EXPECT(0, xf_surface_desc(xf_pool_surface(pool, 0), &desc, NULL));
	struct xf_stream_format format = { .size = sizeof(format), .desc = &desc };
	struct xf_stream_params params = {
		.size = sizeof(params), .format = &format, .frames = 4, .pool = pool
	};
	struct xf_stream *stream;
	EXPECT(0, xf_stream_create(domain, &params, "frames", &stream));
	xf_pool_close(pool);
	struct xf_timeline *fence = make_timeline(domain, XF_TIMELINE_OWNED);
	pid_t child = proc_spawn(read_frames, NULL);
	proc_await(READY, 1, 20000);
	CUstream cuda = make_stream(0);
	struct xf_queue *queue = make_queue(cuda);
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_frame_info info = { .size = sizeof(info), .fence = xf_timeline_id(fence) };
	for (uint64_t i = 1; i <= FRAMES; i++) {
		EXPECT(0, xf_stream_hold(stream, PATIENCE, &frame));
		CHECK(fake_cuda_work(cuda, 300) == 0);
		CHECK(cuMemsetD8Async(map(frame.surface, 0), (unsigned char)i, BYTES, cuda) == 0);
		EXPECT(0, xf_queue_signal(queue, fence, i));
		info.fence_value = i;
		EXPECT(0, xf_stream_publish(stream, &frame, &info));
	}
	EXPECT(0, proc_wait(child, 60000));
	EXPECT(0, xf_queue_finish(queue, PATIENCE));
	end_queue(queue, cuda);
	xf_timeline_close(fence);
	xf_stream_close(stream);
	xf_domain_leave(domain);
}

/* The sync object, as it is: ready and release by streams; a pool that recycles by it. */
static void use_pool(void *arg)
{
	struct xf_domain *domain = join();
	CUstream cuda = make_stream(0);
	struct xf_queue *queue = make_queue(cuda);
	struct xf_pool *pool;
	struct xf_sync *sync;
	xf_id id;
	EXPECT(0, xf_domain_find(domain, XF_POOL, "pool", &id));
	EXPECT(0, xf_pool_open(domain, id, &pool));
	EXPECT(0, xf_pool_subscribe(pool));
	proc_tell(READY);
	for (int i = 1; i <= 20; i++) {
		EXPECT(0, xf_surface_sync(xf_pool_surface(pool, 0), &sync));
		EXPECT(0, xf_sync_ready_wait(sync, queue, 0));
		check_picture(map(xf_pool_surface(pool, 0), 0), (unsigned char)i, cuda);
		EXPECT(0, xf_sync_release(sync, queue));
	}
	EXPECT(0, xf_queue_finish(queue, PATIENCE));
	end_queue(queue, cuda);
	xf_pool_close(pool);
	xf_domain_leave(domain);
}

static void sync_objects(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface_desc desc = picture();
	struct xf_pool *pool;
	struct xf_sync *sync;
	uint32_t index;
	EXPECT(0, xf_cuda_pool_create(domain, &desc, 1, XF_SURFACE_SYNC, "pool", 0, &pool));
	/* The first use has begun before anybody waits for it. */
	EXPECT(0, xf_pool_hold(pool, PATIENCE, &index));
	pid_t child = proc_spawn(use_pool, NULL);
	proc_await(READY, 1, 20000);
	CUstream cuda = make_stream(0);
	struct xf_queue *queue = make_queue(cuda);
	for (int i = 1; i <= 20; i++) {
		if (i > 1)
			EXPECT(0, xf_pool_hold(pool, PATIENCE, &index));
		EXPECT(0, xf_surface_sync(xf_pool_surface(pool, index), &sync));
		CHECK(fake_cuda_work(cuda, 300) == 0);
		CHECK(cuMemsetD8Async(map(xf_pool_surface(pool, index), 0), (unsigned char)i, BYTES,
			      cuda) == 0);
		EXPECT(0, xf_sync_ready(sync, queue));
	}
	EXPECT(0, proc_wait(child, 60000));
	EXPECT(0, xf_queue_finish(queue, PATIENCE));
	end_queue(queue, cuda);
	xf_pool_close(pool);
	xf_domain_leave(domain);
}

/* CPUs of another process wait for what a GPU writes: as threads, for any of several, to poll. */
#define SIGNALS 30

static void *block(void *arg)
{
	for (uint64_t i = 1; i <= 3 * SIGNALS; i++)
		EXPECT(0, xf_timeline_wait(arg, i, PATIENCE));
	return NULL;
}

static void wait_with_cpus(void *arg)
{
	struct xf_domain *domain = join();
	struct xf_timeline *timeline = open_timeline(domain), *polled = open_timeline(domain);
	pthread_t thread;
	/* Asleep before the first device comes near it: is told that nobody will wake it. */
	CHECK(pthread_create(&thread, NULL, block, timeline) == 0);
	proc_tell(READY);
	for (uint64_t i = 1; i <= 2 * SIGNALS; i++) {
		struct xf_wait_item item = { .type = XF_TIMELINE, .object = timeline, .value = i };
		uint32_t which;
		EXPECT(0, xf_wait_any(&item, 1, PATIENCE, &which));
	}
	for (uint64_t i = 2 * SIGNALS; i <= 3 * SIGNALS; i++) {
		struct pollfd fd = { .events = POLLIN };
		EXPECT(0, xf_timeline_fd(polled, i, &fd.fd));
		do
			CHECK(poll(&fd, 1, 20000) == 1);
		while (xf_timeline_wait(polled, i, 0) == XF_TIMEOUT);
	}
	pthread_join(thread, NULL);
	xf_timeline_close(timeline);
	xf_timeline_close(polled);
	xf_domain_leave(domain);
}

static void view(void *arg)
{
	struct xf_domain *domain;
	EXPECT(0, xf_domain_open(NAME, XF_OPEN_READ_ONLY, PATIENCE, &domain));
	struct xf_timeline *timeline = open_timeline(domain);
	uint64_t *word;
	proc_tell(READY);
	for (uint64_t i = 1; i <= 3 * SIGNALS; i++)
		EXPECT(0, xf_timeline_wait(timeline, i, PATIENCE));
	EXPECT(-EACCES, xf_timeline_word(timeline, XF_TIMELINE_DEVICE_WAITS, &word, &domain));
	xf_timeline_close(timeline);
}

static void cpus_wait(void)
{
	struct xf_domain *domain = publish();
	struct xf_timeline *timeline = make_timeline(domain, 0);
	pid_t waiter = proc_spawn(wait_with_cpus, NULL), viewer = proc_spawn(view, NULL);
	proc_await(READY, 2, 20000);
	usleep(20000); /* most are asleep by now; any order is right */
	CUstream cuda = make_stream(0);
	struct xf_queue *queue = make_queue(cuda);
	for (uint64_t i = 1; i <= 3 * SIGNALS; i++) {
		CHECK(fake_cuda_work(cuda, i % 3 ? 2000 : 0) == 0);
		EXPECT(0, xf_queue_signal(queue, timeline, i));
	}
	EXPECT(0, proc_wait(waiter, 60000));
	EXPECT(0, proc_wait(viewer, 60000));
	EXPECT(0, xf_queue_finish(queue, PATIENCE));
	end_queue(queue, cuda);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

static int64_t cpu_ns(void)
{
	struct timespec time;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (int64_t)time.tv_sec * 1000 * MS + time.tv_nsec;
}

/* Nobody looks while nobody waits; who waits looks at a small price. */
static void looks_cost_little(void)
{
	struct xf_domain *domain = publish();
	struct xf_timeline *timeline = make_timeline(domain, 0), *idle;
	CUstream cuda = make_stream(0);
	struct xf_queue *queue = make_queue(cuda);
	EXPECT(0, xf_timeline_create(domain, 0, 0, NULL, &idle));
	EXPECT(0, xf_queue_signal(queue, timeline, 1));
	EXPECT(0, xf_timeline_wait(timeline, 1, PATIENCE));
	EXPECT(XF_TIMEOUT, xf_timeline_wait(timeline, 2, xf_deadline(20 * MS)));
	EXPECT(0, xf_queue_finish(queue, PATIENCE));
	/* The price of a second of sleep: a look that went on would be at least a thousand. */
	struct rusage before, after;
	getrusage(RUSAGE_SELF, &before);
	EXPECT(XF_TIMEOUT, xf_timeline_wait(idle, 1, xf_deadline(1000 * MS)));
	getrusage(RUSAGE_SELF, &after);
	CHECK(after.ru_nvcsw - before.ru_nvcsw < 200);
	int64_t cpu = cpu_ns();
	EXPECT(XF_TIMEOUT, xf_timeline_wait(timeline, 2, xf_deadline(2000 * MS)));
	cpu = cpu_ns() - cpu;
	printf("# %.1f %% of a core while it waited\n", (double)cpu / 20e6);
	CHECK(cpu < 200 * MS); /* 10 %: the promise is 5, on a quiet machine */
	end_queue(queue, cuda);
	xf_timeline_close(timeline);
	xf_timeline_close(idle);
	xf_domain_leave(domain);
}

/* Waits that are alike are slept through, and what comes is still seen. */
#define BEATS 300

static void beat(void *arg)
{
	struct xf_domain *domain = join();
	struct xf_timeline *timeline = open_timeline(domain);
	CUstream cuda = make_stream(0);
	struct xf_queue *queue = make_queue(cuda);
	for (uint64_t i = 1; i <= BEATS; i++) {
		CHECK(fake_cuda_work(cuda, i < BEATS / 2 ? 3000 : 300) == 0);
		EXPECT(0, xf_queue_signal(queue, timeline, i));
	}
	EXPECT(0, xf_queue_finish(queue, PATIENCE));
	end_queue(queue, cuda);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

static void waits_alike(void)
{
	struct xf_domain *domain = publish();
	struct xf_timeline *timeline = make_timeline(domain, 0);
	pid_t child = proc_spawn(beat, NULL);
	EXPECT(0, xf_timeline_wait(timeline, 1, PATIENCE));
	int64_t cpu = cpu_ns(), since = xf_now();
	for (uint64_t i = 2; i <= BEATS; i++)
		EXPECT(0, xf_timeline_wait(timeline, i, PATIENCE));
	cpu = cpu_ns() - cpu;
	since = xf_now() - since;
	printf("# %.1f %% of a core\n", (double)cpu / (double)since * 100);
	CHECK(cpu <
		since / 4); /* the promise is 5 %, on a quiet machine; a spinning wait has 100 */
	EXPECT(0, proc_wait(child, 60000));
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

/* The owner of the fence is killed with its signal still to come. */
static void own_and_die(void *arg)
{
	struct xf_domain *domain = join();
	struct xf_timeline *timeline = make_timeline(domain, XF_TIMELINE_OWNED);
	CUstream cuda = make_stream(0);
	struct xf_queue *queue = make_queue(cuda);
	EXPECT(0, xf_queue_signal(queue, timeline, 1));
	CHECK(fake_cuda_work(cuda, 60000000) == 0);
	EXPECT(0, xf_queue_signal(queue, timeline, 2));
	proc_tell(READY);
	for (;;)
		pause();
}

static void count_call(void *arg)
{
	atomic_fetch_add((_Atomic int *)arg, 1);
}

static void owner_dies(void)
{
	static _Atomic int before, behind;
	struct xf_domain *domain = publish();
	pid_t owner = proc_spawn(own_and_die, NULL);
	proc_await(READY, 1, 20000);
	struct xf_timeline *timeline = open_timeline(domain);
	CUstream cuda = make_stream(0);
	struct xf_queue *queue = make_queue(cuda);
	uint64_t value;
	EXPECT(0, xf_queue_wait(queue, timeline, 1));
	EXPECT(0, xf_queue_call(queue, count_call, &before));
	EXPECT(0, xf_queue_wait(queue, timeline, 2));
	EXPECT(0, xf_queue_call(queue, count_call, &behind));
	EVENTUALLY(20000, before == 1);
	EXPECT(XF_TIMEOUT, xf_queue_finish(queue, xf_deadline(20 * MS)));
	proc_kill(owner);
	EXPECT(XF_ABANDONED, xf_timeline_wait(timeline, 2, PATIENCE));
	EXPECT(0, xf_timeline_wait(timeline, 1, 0));
	EXPECT(0, xf_timeline_value(timeline, &value));
	EXPECT(1, value);
	CHECK(cuStreamSynchronize(cuda) == 0); /* it goes on */
	EXPECT(XF_ABANDONED, xf_queue_finish(queue, PATIENCE));
	EXPECT(XF_ABANDONED, xf_queue_call(queue, count_call, &behind));
	EXPECT(XF_ABANDONED, xf_queue_signal(queue, timeline, 3));
	EXPECT(XF_ABANDONED, xf_queue_wait(queue, timeline, 1));
	EXPECT(0, behind);
	end_queue(queue, cuda);
	/* Another queue is told at once, and passed what was reached. */
	cuda = make_stream(0);
	queue = make_queue(cuda);
	EXPECT(0, xf_queue_wait(queue, timeline, 1));
	EXPECT(0, xf_queue_finish(queue, PATIENCE));
	EXPECT(0, xf_queue_wait(queue, timeline, 2));
	EXPECT(XF_ABANDONED, xf_queue_finish(queue, PATIENCE));
	end_queue(queue, cuda);
	xf_timeline_close(timeline);
	EVENTUALLY(20000, proc_members(domain) == 1 && proc_objects(domain) == 0);
	xf_domain_leave(domain);
}

/*
 * A device of the dead still writes, after the sweep, perhaps what it did after a wait that the
 * sweep ended: nobody takes that for a signal, and what waits is released once more.
 */
static void hold_and_exec(void *arg)
{
	struct xf_domain *domain = join();
	struct xf_timeline *timeline = make_timeline(domain, XF_TIMELINE_OWNED);
	uint64_t *word;
	EXPECT(0, xf_timeline_word(timeline, XF_TIMELINE_DEVICE_WAITS | XF_TIMELINE_DEVICE_SIGNALS,
			  &word, &domain));
	proc_tell(READY);
	proc_await(GO, 1, 20000);
	execlp("sleep", "sleep", "60", (char *)NULL);
}

static void writes_after_death(void)
{
	struct xf_domain *domain = publish(), *same;
	pid_t owner = proc_spawn(hold_and_exec, NULL);
	proc_await(READY, 1, 20000);
	struct xf_timeline *timeline = open_timeline(domain);
	CUstream cuda = make_stream(0);
	struct xf_queue *queue = make_queue(cuda);
	uint64_t *word, value;
	EXPECT(0, xf_queue_wait(queue, timeline, 5));
	proc_tell(GO);
	EXPECT(XF_ABANDONED, xf_timeline_wait(timeline, 9, PATIENCE));
	EXPECT(XF_ABANDONED, xf_timeline_word(timeline, XF_TIMELINE_DEVICE_WAITS, &word, &same));
	/* The word, as the dead one's device has it. */
	struct xf_timeline *probe;
	EXPECT(0, xf_timeline_create(domain, 0, 0, NULL, &probe));
	EXPECT(0, xf_timeline_word(probe, XF_TIMELINE_DEVICE_WAITS, &word, &same));
	int64_t slots = (int64_t)(xf_timeline_id(timeline) >> 32 & 0xffffff) -
			(int64_t)(xf_timeline_id(probe) >> 32 & 0xffffff);
	_Atomic uint64_t *theirs = (_Atomic uint64_t *)(word + slots * 16);
	EVENTUALLY(20000, atomic_load(theirs) == XF_TIMELINE_RELEASED); /* after the abandoning */
	atomic_store(theirs, 5);
	EXPECT(XF_ABANDONED, xf_timeline_wait(timeline, 5, 0));
	EXPECT(XF_ABANDONED, xf_queue_finish(queue, PATIENCE));
	end_queue(queue, cuda);
	EXPECT(0, xf_timeline_value(timeline, &value));
	EXPECT(0, value);
	EVENTUALLY(30000, atomic_load(theirs) == XF_TIMELINE_RELEASED);
	EXPECT(0, xf_timeline_value(timeline, &value));
	EXPECT(0, value);
	EXPECT(XF_ABANDONED, xf_timeline_wait(timeline, 1, 0));
	proc_kill(owner);
	xf_timeline_close(probe);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

/* An abandoned use of a sync object releases the stream that waits for it. */
static void begin_and_pause(void *arg)
{
	struct xf_domain *domain = join();
	struct xf_sync *sync;
	EXPECT(0, xf_sync_open(domain, shared(ID), &sync));
	EXPECT(0, xf_sync_begin(sync));
	proc_tell(READY);
	for (;;)
		pause();
}

static void producer_dies(void)
{
	struct xf_domain *domain = publish();
	struct xf_sync *sync;
	EXPECT(0, xf_sync_create(domain, NULL, &sync));
	share(ID, xf_sync_id(sync));
	pid_t producer = proc_spawn(begin_and_pause, NULL);
	proc_await(READY, 1, 20000);
	EXPECT(0, xf_sync_subscribe(sync));
	CUstream cuda = make_stream(0);
	struct xf_queue *queue = make_queue(cuda);
	EXPECT(0, xf_sync_ready_wait(sync, queue, 0));
	EXPECT(XF_TIMEOUT, xf_queue_finish(queue, xf_deadline(20 * MS)));
	proc_kill(producer);
	EXPECT(XF_ABANDONED, xf_queue_finish(queue, PATIENCE));
	end_queue(queue, cuda);
	xf_sync_close(sync);
	xf_domain_leave(domain);
}

/* What a wait that never comes holds back is dropped with the queue; what came before it is run. */
static void destroyed_in_a_wait(void)
{
	static _Atomic int before, behind;
	struct xf_domain *domain = publish();
	struct xf_timeline *timeline = make_timeline(domain, 0);
	CUstream cuda = make_stream(0);
	struct xf_queue *queue = make_queue(cuda);
	CHECK(fake_cuda_work(cuda, 20000) == 0);
	EXPECT(0, xf_queue_call(queue, count_call, &before));
	EXPECT(0, xf_queue_wait(queue, timeline, 1));
	EXPECT(0, xf_queue_call(queue, count_call, &behind));
	xf_queue_destroy(queue);
	EXPECT(1, before);
	CHECK(fake_cuda_counts().registered == 1); /* the stream still looks at the word */
	EXPECT(0, xf_timeline_signal(timeline, 1));
	CHECK(cuStreamSynchronize(cuda) == 0);
	EXPECT(0, behind);
	/* The page is known, and of use to the next one. */
	queue = make_queue(cuda);
	EXPECT(0, xf_queue_signal(queue, timeline, 2));
	EXPECT(0, xf_queue_finish(queue, PATIENCE));
	end_queue(queue, cuda);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

/* The driver calls the stream busy although all that it was given has come to pass. */
static void destroyed_while_busy(void)
{
	struct xf_domain *domain = publish();
	struct xf_timeline *timeline = make_timeline(domain, 0);
	CUstream cuda = make_stream(0);
	struct xf_queue *queue = make_queue(cuda);
	setenv("FAKE_CUDA_LINGER", "1", 1);
	CHECK(fake_cuda_work(cuda, 20000) == 0);
	EXPECT(0, xf_queue_signal(queue, timeline, 1));
	xf_queue_destroy(queue);
	CHECK(fake_cuda_counts().registered == 0);
	CHECK(cuStreamDestroy_v2(cuda) == 0);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

static void a_stream_that_fails(void)
{
	struct xf_domain *domain = publish();
	struct xf_timeline *timeline = make_timeline(domain, 0);
	CUstream cuda = make_stream(0);
	struct xf_queue *queue = make_queue(cuda);
	EXPECT(0, xf_queue_wait(queue, timeline, 1));
	fake_cuda_break(cuda);
	EXPECT(-EIO, xf_queue_finish(queue, PATIENCE));
	CHECK(*xf_last_message(-EIO));
	EXPECT(-EIO, xf_queue_signal(queue, timeline, 1));
	end_queue(queue, cuda);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

static void *break_it(void *stream)
{
	usleep(50000); /* in most cases somebody waits by now; any order is right */
	fake_cuda_break(stream);
	return NULL;
}

/* Of a stream that has failed no host function comes any more. */
static void a_stream_that_fails_while_one_waits(void)
{
	pthread_t thread;
	struct xf_domain *domain = publish();
	struct xf_timeline *timeline = make_timeline(domain, 0);
	CUstream cuda = make_stream(0);
	struct xf_queue *queue = make_queue(cuda);
	EXPECT(0, xf_queue_wait(queue, timeline, 1));
	CHECK(pthread_create(&thread, NULL, break_it, cuda) == 0);
	EXPECT(-EIO, xf_queue_finish(queue, PATIENCE));
	CHECK(pthread_join(thread, NULL) == 0);
	end_queue(queue, cuda);
	xf_timeline_close(timeline);
	xf_domain_leave(domain);
}

static void after_fork(void)
{
	struct xf_domain *domain = publish();
	struct xf_surface *surface = make_surface(domain, 0);
	struct xf_timeline *timeline = make_timeline(domain, 0);
	CUstream cuda = make_stream(0);
	struct xf_queue *queue = make_queue(cuda);
	xf_cuda_ptr ptr = map(surface, 0);
	pid_t child = fork();
	if (child == 0) {
		EXPECT(-ECHILD, xf_queue_signal(queue, timeline, 1));
		EXPECT(-ECHILD, xf_queue_finish(queue, 0));
		EXPECT(-ECHILD, xf_cuda_map(surface, 0, &ptr));
		xf_queue_destroy(queue);
		xf_surface_close(surface);
		_exit(fake_cuda_counts().mappings == 1 ? 0 : 1); /* not ours to end */
	}
	EXPECT(0, proc_wait(child, 20000));
	EXPECT(0, xf_queue_signal(queue, timeline, 1));
	EXPECT(0, xf_queue_finish(queue, PATIENCE));
	end_queue(queue, cuda);
	xf_timeline_close(timeline);
	xf_surface_close(surface);
	xf_domain_leave(domain);
}

static void use_as_the_same(void *arg)
{
	EXPECT(1, getpid());
	EXPECT(-ECHILD, xf_queue_finish(arg, 0));
	xf_queue_destroy(arg);
}

static void fork_another_first(void *arg)
{
	(void)arg;
	EXPECT(1, getpid());
	CUstream cuda = make_stream(0);
	struct xf_queue *queue = make_queue(cuda);
	EXPECT(0, proc_wait(first_spawn(0, use_as_the_same, queue), 30000));
	end_queue(queue, cuda);
}

static void after_fork_by_the_same_number(void)
{
	first_of_its_namespace(fork_another_first);
}

int main(int argc, char **argv)
{
	static const struct proc_test tests[] = {
		{ "a picture by name", a_picture_by_name, 60 },
		{ "outlives its maker", outlives_its_maker, 60 },
		{ "mapped once", mapped_once, 60 },
		{ "out of reach", out_of_reach, 60 },
		{ "Vulkan renders", vulkan_renders, 60 },
		{ "refuses other memory of Vulkan's", refuses_other_memory_of_vulkans, 60 },
		{ "frames in order", frames_in_order, 90 },
		{ "sync objects", sync_objects, 90 },
		{ "CPUs wait", cpus_wait, 90 },
		{ "looks cost little", looks_cost_little, 60 },
		{ "waits alike", waits_alike, 60 },
		{ "the owner dies", owner_dies, 90 },
		{ "writes after death", writes_after_death, 90 },
		{ "the producer dies", producer_dies, 60 },
		{ "destroyed in a wait", destroyed_in_a_wait, 60 },
		{ "destroyed while busy", destroyed_while_busy, 60 },
		{ "a stream that fails", a_stream_that_fails, 60 },
		{ "a stream that fails while one waits", a_stream_that_fails_while_one_waits, 60 },
		{ "after fork", after_fork, 60 },
		{ "after fork by the same number", after_fork_by_the_same_number, 60 },
	};
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
