/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stddef.h>

#include "memory.h"
#include "rows.h"
#include "surfaces.h"

#define USAGE VK_IMAGE_USAGE_STORAGE_BIT

int gpu_surfaces_create(void *arg, struct xf_domain *domain, uint32_t count, const char *label,
	struct xf_pool **ret_pool)
{
	struct gpu *gpu = arg;
	struct xf_surface_desc desc = { .size = sizeof(desc),
		.width_px = ROW_STAMP_PX + FRAME_WIDTH_PX,
		.height_px = FRAME_HEIGHT_PX,
		.fourcc = XF_FORMAT_ABGR8888,
		.usage = USAGE };
	if (gpu->h.memories & 1u << XF_MEMORY_VULKAN) {
		desc.modifier = XF_MODIFIER_DRIVER;
		return xf_vulkan_pool_create(
			gpu->vulkan, domain, &desc, count, XF_SURFACE_KEYED, label, ret_pool);
	}
	int r = xf_vulkan_describe(gpu->vulkan, &desc);
	return r ? r : xf_pool_create(domain, &desc, count, XF_SURFACE_KEYED, label, ret_pool);
}

static int open_one(struct gpu *gpu, struct xf_pool *pool, struct gpu_surfaces *s, uint32_t i)
{
	struct xf_surface *surface = xf_pool_surface(pool, i);
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	int r = xf_surface_desc(surface, &desc, NULL);
	if (!r)
		r = xf_vulkan_image_open(gpu->vulkan, surface,
			desc.memory == XF_MEMORY_VULKAN ? 0 : USAGE, &s->images[i]);
	return r ? r : gpu_view_make(gpu, xf_vulkan_image_plane(s->images[i], 0), &s->views[i]);
}

int gpu_surfaces_open(struct gpu *gpu, struct xf_pool *pool, struct gpu_surfaces *ret_surfaces)
{
	int r = 0;
	*ret_surfaces = (struct gpu_surfaces){ .count = xf_pool_count(pool) };
	if (ret_surfaces->count > STAGE_SURFACES_MAX)
		return -EPROTO;
	for (uint32_t i = 0; !r && i < ret_surfaces->count; i++)
		r = open_one(gpu, pool, ret_surfaces, i);
	return r;
}

/* One is written, and one the newest. */
uint32_t gpu_surfaces_of_reader(const struct gpu_surfaces *surfaces)
{
	return surfaces->count < 8 ? 1 : (surfaces->count - 2) / 3;
}

void gpu_surfaces_close(struct gpu *gpu, struct gpu_surfaces *surfaces)
{
	for (uint32_t i = 0; i < STAGE_SURFACES_MAX; i++) {
		if (surfaces->views[i])
			gpu->DestroyImageView(gpu->h.device, surfaces->views[i], NULL);
		xf_vulkan_image_close(surfaces->images[i]);
	}
	*surfaces = (struct gpu_surfaces){ 0 };
}

static struct xf_vulkan_access access_of(
	const struct gpu *gpu, VkPipelineStageFlags stages, bool writes)
{
	return (struct xf_vulkan_access){ .size = sizeof(struct xf_vulkan_access),
		.stages = stages,
		.access = writes ? VK_ACCESS_SHADER_WRITE_BIT : VK_ACCESS_SHADER_READ_BIT,
		.layout = VK_IMAGE_LAYOUT_GENERAL,
		.queue_family = gpu->h.queue_family };
}

int gpu_surface_begin(struct gpu *gpu, const struct gpu_surfaces *surfaces, uint32_t index,
	VkPipelineStageFlags stages, bool writes)
{
	struct xf_vulkan_access access = access_of(gpu, stages, writes);
	access.flags = writes ? XF_VULKAN_DISCARD : 0;
	return xf_vulkan_cmd_acquire(gpu->commands, surfaces->images[index], &access);
}

int gpu_surface_end(struct gpu *gpu, const struct gpu_surfaces *surfaces, uint32_t index,
	VkPipelineStageFlags stages, bool writes)
{
	struct xf_vulkan_access access = access_of(gpu, stages, writes);
	return xf_vulkan_cmd_release(gpu->commands, surfaces->images[index], &access);
}
