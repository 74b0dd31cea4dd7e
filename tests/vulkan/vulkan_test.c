/* SPDX-License-Identifier: MIT */
/*
 * Vulkan surfaces and queues between processes: what a reader sees of what another's device wrote,
 * in every kind of memory; who waits for whom; who is told of a death.
 */
#include "vulkan_fixture.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* The kinds of surfaces there are. */
static const struct kind {
	uint32_t fourcc;
	bool device;
	uint64_t modifier;
	VkImageUsageFlags usage;
} kinds[] = {
	{ XF_FORMAT_ABGR8888, false, XF_MODIFIER_LINEAR, 0 },
	{ XF_FORMAT_ABGR8888, false, XF_MODIFIER_LINEAR,
		VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT },
	{ XF_FORMAT_NV12, false, XF_MODIFIER_LINEAR,
		VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT },
	{ XF_FORMAT_ABGR8888, true, XF_MODIFIER_LINEAR, 0 },
	{ XF_FORMAT_ARGB8888, true, XF_MODIFIER_LINEAR,
		VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT },
	{ XF_FORMAT_ABGR8888, true, XF_MODIFIER_DRIVER,
		VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT |
			VK_IMAGE_USAGE_SAMPLED_BIT },
	{ XF_FORMAT_NV12, true, XF_MODIFIER_DRIVER,
		VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* NULL: the driver has no such images of host memory, and says so; Debian's has. */
static struct xf_surface *make_surface(
	struct gpu *gpu, struct xf_domain *domain, const struct kind *kind)
{
	struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = SIZE,
		.height_px = SIZE,
		.fourcc = kind->fourcc,
		.modifier = kind->modifier,
		.usage = kind->usage };
	struct xf_surface *surface;
	if (kind->device) {
		EXPECT(0, xf_vulkan_surface_create(
				  gpu->vulkan, domain, &desc, XF_SURFACE_KEYED, &surface));
		return surface;
	}
	int r = xf_vulkan_describe(gpu->vulkan, &desc);
	if (r == -EOPNOTSUPP && !strstr(gpu->h.name, "llvmpipe")) {
		printf("# left out: %s\n", xf_last_message(r));
		return NULL;
	}
	EXPECT(0, r);
	EXPECT(0, desc.usage);
	EXPECT(0, xf_surface_create(domain, &desc, XF_SURFACE_KEYED, &surface));
	return surface;
}

static struct xf_vulkan_image *open_image(struct gpu *gpu, struct xf_surface *surface,
	const struct kind *kind, struct xf_surface_desc *ret_desc)
{
	struct xf_vulkan_image *image;
	ret_desc->size = sizeof(*ret_desc);
	EXPECT(0, xf_surface_desc(surface, ret_desc, NULL));
	EXPECT(0,
		xf_vulkan_image_open(gpu->vulkan, surface, kind->device ? 0 : kind->usage, &image));
	return image;
}

/* Something to read results from, by CPU. */
static struct xf_surface *make_target(
	struct gpu *gpu, struct xf_domain *domain, struct xf_vulkan_image **ret_image)
{
	struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = SIZE,
		.height_px = SIZE,
		.fourcc = XF_FORMAT_ABGR8888 };
	struct xf_surface *target;
	EXPECT(0, xf_surface_create(domain, &desc, 0, &target));
	EXPECT(0, xf_vulkan_image_open(gpu->vulkan, target, 0, ret_image));
	return target;
}

static uint32_t bytes_of(const struct xf_surface_desc *desc)
{
	return SIZE * SIZE * (desc->fourcc == XF_FORMAT_NV12 ? 3 : 8) / 2;
}

static void check_target(struct xf_surface *target, uint32_t bytes, uint8_t value)
{
	uint8_t *data;
	EXPECT(0, xf_surface_begin(target, XF_ACCESS_READ, (void **)&data));
	for (uint32_t i = 0; i < bytes; i++)
		if (data[i] != value)
			proc_fail(__FILE__, __LINE__, "byte %u is %u, not %u", i, data[i], value);
	EXPECT(0, xf_surface_end(target));
}

/* Three times the same surface, so that it comes back, too. */
#define TURNS 3

static void read_kind(struct gpu *gpu, struct xf_domain *domain, const struct kind *kind)
{
	struct xf_surface_desc desc;
	struct xf_surface *surface;
	struct xf_vulkan_image *to;
	if (!shared(ID))
		return; /* left out */
	EXPECT(0, xf_surface_open(domain, shared(ID), &surface));
	struct xf_vulkan_image *image = open_image(gpu, surface, kind, &desc);
	struct xf_surface *target = make_target(gpu, domain, &to);
	for (int i = 1; i <= TURNS; i++) {
		VkCommandBuffer commands = gpu_copy(gpu, image, &desc, to);
		EXPECT(0, gpu_submit(gpu, surface, 1, 0, commands, VK_NULL_HANDLE));
		EXPECT(0, xf_queue_finish(gpu->queue, PATIENCE));
		check_target(target, bytes_of(&desc), (uint8_t)(40 * i));
	}
	xf_vulkan_image_close(to);
	xf_vulkan_image_close(image);
	xf_surface_close(target);
	xf_surface_close(surface);
}

static void reader(void *arg)
{
	struct xf_domain *domain = join();
	struct gpu gpu;
	(void)arg;
	gpu_open(&gpu, NULL, domain);
	for (size_t i = 0; i < KINDS; i++) {
		proc_await(GO, (uint32_t)i + 1, 60000);
		read_kind(&gpu, domain, &kinds[i]);
		proc_tell(SEEN);
	}
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

static void write_kind(struct gpu *gpu, struct xf_surface *surface, const struct kind *kind)
{
	struct xf_surface_desc desc;
	struct xf_vulkan_image *image = open_image(gpu, surface, kind, &desc);
	for (int i = 1; i <= TURNS; i++) {
		VkCommandBuffer commands = gpu_fill(gpu, image, &desc, (uint8_t)(40 * i));
		EXPECT(0, gpu_submit(gpu, surface, 0, 1, commands, VK_NULL_HANDLE));
	}
	EXPECT(0, xf_queue_finish(gpu->queue, PATIENCE));
	xf_vulkan_image_close(image);
}

static void pictures_by_key(void)
{
	struct xf_domain *domain = publish();
	struct gpu gpu;
	pid_t child = proc_spawn(reader, NULL);
	gpu_open(&gpu, NULL, domain);
	for (size_t k = 0; k < KINDS; k++) {
		struct xf_surface *surface = make_surface(&gpu, domain, &kinds[k]);
		share(ID, surface ? xf_surface_id(surface) : 0);
		proc_tell(GO);
		if (surface)
			write_kind(&gpu, surface, &kinds[k]);
		proc_await(SEEN, (uint32_t)k + 1, 60000);
		xf_surface_close(surface);
	}
	EXPECT(0, proc_wait(child, 60000));
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

static struct xf_pool *make_pool(struct gpu *gpu, struct xf_domain *domain, uint32_t flags)
{
	struct xf_surface_desc desc = picture();
	struct xf_pool *pool;
	EXPECT(0, xf_vulkan_pool_create(gpu->vulkan, domain, &desc, 4, flags, "pool", &pool));
	return pool;
}

static void open_images(struct gpu *gpu, struct xf_pool *pool, struct canvas *canvases)
{
	for (uint32_t i = 0; i < xf_pool_count(pool); i++) {
		canvases[i].surface = xf_pool_surface(pool, i);
		canvas_wrap(gpu, &canvases[i]);
	}
}

static void close_images(struct xf_pool *pool, struct canvas *canvases)
{
	for (uint32_t i = 0; i < xf_pool_count(pool); i++)
		xf_vulkan_image_close(canvases[i].image);
}

/* Streams of frames with fences, over a pool of the device's memory. */
#define FRAMES 30

static uint32_t index_of(struct canvas *canvases, struct xf_surface *surface)
{
	uint32_t i = 0;
	while (i < 4 && xf_surface_id(canvases[i].surface) != xf_surface_id(surface))
		i++;
	CHECK(i < 4);
	return i;
}

static void read_frames(void *arg)
{
	struct xf_domain *domain = join();
	struct xf_frame frame = { .size = sizeof(frame) };
	struct canvas canvases[4];
	struct xf_vulkan_image *to;
	struct xf_stream *stream;
	struct xf_pool *pool;
	struct gpu gpu;
	xf_id id;
	(void)arg;
	gpu_open(&gpu, NULL, domain);
	EXPECT(0, xf_stream_open(domain, "frames", PATIENCE, &stream));
	EXPECT(0, xf_domain_find(domain, XF_POOL, "pool", &id));
	EXPECT(0, xf_pool_open(domain, id, &pool));
	open_images(&gpu, pool, canvases);
	struct xf_surface *target = make_target(&gpu, domain, &to);
	struct xf_timeline *fence = open_timeline(domain);
	EXPECT(0, xf_stream_subscribe(stream, XF_STREAM_EVERY, 1));
	proc_tell(READY);
	for (int i = 1; i <= FRAMES; i++) {
		EXPECT(0, xf_stream_next(stream, PATIENCE, &frame));
		EXPECT(0, xf_queue_wait(gpu.queue, fence, frame.info->fence_value));
		struct canvas *c = &canvases[index_of(canvases, frame.surface)];
		EXPECT(0, gpu_submit(&gpu, NULL, 0, 0, gpu_copy(&gpu, c->image, &c->desc, to),
				  VK_NULL_HANDLE));
		EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
		check_target(target, SIZE * SIZE * 4, (uint8_t)i);
		EXPECT(0, xf_stream_done(stream, &frame));
	}
	xf_timeline_close(fence);
	xf_vulkan_image_close(to);
	xf_surface_close(target);
	close_images(pool, canvases);
	xf_pool_close(pool);
	xf_stream_close(stream);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

static void frames_in_order(void)
{
	struct xf_domain *domain = publish();
	struct canvas canvases[4];
	struct gpu gpu;
	pid_t child = proc_spawn(read_frames, NULL);
	gpu_open(&gpu, NULL, domain);
	struct xf_timeline *fence = make_timeline(domain, XF_TIMELINE_OWNED);
	struct xf_pool *pool = make_pool(&gpu, domain, 0);
	open_images(&gpu, pool, canvases);
	struct xf_stream_format format = { .size = sizeof(format), .desc = &canvases[0].desc };
	struct xf_stream_params params = {
		.size = sizeof(params), .format = &format, .frames = 4, .pool = pool
	};
	struct xf_frame frame = { .size = sizeof(frame) };
	struct xf_frame_info info = { .size = sizeof(info), .fence = xf_timeline_id(fence) };
	struct xf_stream *stream;
	EXPECT(0, xf_stream_create(domain, &params, "frames", &stream));
	proc_await(READY, 1, 60000);
	for (int i = 1; i <= FRAMES; i++) {
		EXPECT(0, xf_stream_hold(stream, PATIENCE, &frame));
		struct canvas *c = &canvases[index_of(canvases, frame.surface)];
		EXPECT(0, gpu_submit(&gpu, NULL, 0, 0,
				  gpu_fill(&gpu, c->image, &c->desc, (uint8_t)i), VK_NULL_HANDLE));
		info.fence_value = (uint64_t)i;
		EXPECT(0, xf_queue_signal(gpu.queue, fence, info.fence_value));
		EXPECT(0, xf_stream_publish(stream, &frame, &info));
	}
	EXPECT(0, proc_wait(child, 60000));
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	close_images(pool, canvases);
	xf_pool_close(pool);
	xf_stream_close(stream);
	xf_timeline_close(fence);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

/* The sync object, as it is: ready and release by queues; a pool that recycles by it. */
static void use_pool(void *arg)
{
	struct xf_domain *domain = join();
	struct canvas canvases[4];
	struct xf_vulkan_image *to;
	struct xf_pool *pool;
	struct xf_sync *sync;
	struct gpu gpu;
	(void)arg;
	proc_await(GO, 1, 60000);
	gpu_open(&gpu, NULL, domain);
	EXPECT(0, xf_pool_open(domain, shared(ID), &pool));
	open_images(&gpu, pool, canvases);
	struct xf_surface *target = make_target(&gpu, domain, &to);
	EXPECT(0, xf_surface_sync(canvases[0].surface, &sync));
	EXPECT(0, xf_sync_subscribe(sync));
	proc_tell(READY);
	for (int i = 1; i <= FRAMES; i++) {
		EXPECT(0, xf_sync_ready_wait(sync, gpu.queue, 0));
		VkCommandBuffer copy = gpu_copy(&gpu, canvases[0].image, &canvases[0].desc, to);
		EXPECT(0, gpu_submit(&gpu, NULL, 0, 0, copy, VK_NULL_HANDLE));
		EXPECT(0, xf_sync_release(sync, gpu.queue));
		EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
		check_target(target, SIZE * SIZE * 4, (uint8_t)i);
	}
	xf_vulkan_image_close(to);
	xf_surface_close(target);
	close_images(pool, canvases);
	xf_pool_close(pool);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

static void sync_objects(void)
{
	struct xf_domain *domain = publish();
	struct canvas canvases[4];
	struct xf_event *released;
	struct xf_sync *sync;
	struct gpu gpu;
	pid_t child = proc_spawn(use_pool, NULL);
	gpu_open(&gpu, NULL, domain);
	struct xf_pool *pool = make_pool(&gpu, domain, XF_SURFACE_SYNC);
	open_images(&gpu, pool, canvases);
	EXPECT(0, xf_event_create(domain, 0, NULL, &released));
	EXPECT(0, xf_surface_sync(canvases[0].surface, &sync));
	share(ID, xf_pool_id(pool));
	proc_tell(GO);
	proc_await(READY, 1, 60000);
	for (int i = 1; i <= FRAMES; i++) {
		VkCommandBuffer fill =
			gpu_fill(&gpu, canvases[0].image, &canvases[0].desc, (uint8_t)i);
		EXPECT(0, gpu_submit(&gpu, NULL, 0, 0, fill, VK_NULL_HANDLE));
		EXPECT(0, xf_sync_ready(sync, gpu.queue));
		EXPECT(0, xf_sync_on_final_release(sync, released));
		EXPECT(0, xf_event_wait(released, PATIENCE));
		EXPECT(0, xf_sync_reset(sync));
	}
	EXPECT(0, proc_wait(child, 60000));
	EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
	xf_event_close(released);
	close_images(pool, canvases);
	xf_pool_close(pool);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

static const struct proc_test tests[] = {
	{ "pictures_by_key", pictures_by_key, 180 },
	{ "frames_in_order", frames_in_order, 180 },
	{ "sync_objects", sync_objects, 180 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
