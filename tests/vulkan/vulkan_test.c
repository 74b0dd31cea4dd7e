/* SPDX-License-Identifier: MIT */
/*
 * Vulkan surfaces and queues between processes: what a reader sees of what another's device wrote,
 * in every kind of memory; who waits for whom; who is told of a death.
 */
#include "vulkan_fixture.h"

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
	EXPECT(0, xf_vulkan_describe(gpu->vulkan, &desc));
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

static void pictures_by_key(void)
{
	struct xf_domain *domain = publish();
	struct gpu gpu;
	pid_t child = proc_spawn(reader, NULL);
	gpu_open(&gpu, NULL, domain);
	for (size_t k = 0; k < KINDS; k++) {
		struct xf_surface_desc desc;
		struct xf_surface *surface = make_surface(&gpu, domain, &kinds[k]);
		struct xf_vulkan_image *image = open_image(&gpu, surface, &kinds[k], &desc);
		share(ID, xf_surface_id(surface));
		proc_tell(GO);
		for (int i = 1; i <= TURNS; i++) {
			VkCommandBuffer commands = gpu_fill(&gpu, image, &desc, (uint8_t)(40 * i));
			EXPECT(0, gpu_submit(&gpu, surface, 0, 1, commands, VK_NULL_HANDLE));
		}
		proc_await(SEEN, (uint32_t)k + 1, 60000);
		EXPECT(0, xf_queue_finish(gpu.queue, PATIENCE));
		xf_vulkan_image_close(image);
		xf_surface_close(surface);
	}
	EXPECT(0, proc_wait(child, 60000));
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

static const struct proc_test tests[] = {
	{ "pictures_by_key", pictures_by_key, 180 },
};

int main(int argc, char **argv)
{
	return proc_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
