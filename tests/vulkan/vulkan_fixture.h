/* SPDX-License-Identifier: MIT */
/* A domain found by name, ids on the board, and surfaces to read by CPU. */
#ifndef TESTS_VULKAN_VULKAN_FIXTURE_H
#define TESTS_VULKAN_VULKAN_FIXTURE_H

#include "gpu.h"
#include "meet.h"

#define SIZE 64

static inline struct xf_surface_desc picture(void)
{
	return (struct xf_surface_desc){ .size = sizeof(struct xf_surface_desc),
		.width_px = SIZE,
		.height_px = SIZE,
		.fourcc = XF_FORMAT_ABGR8888 };
}

/* Of host memory, as a buffer. */
struct canvas {
	struct xf_surface *surface;
	struct xf_vulkan_image *image;
	struct xf_surface_desc desc;
};

static inline void canvas_wrap(struct gpu *gpu, struct canvas *c)
{
	c->desc.size = sizeof(c->desc);
	EXPECT(0, xf_surface_desc(c->surface, &c->desc, NULL));
	EXPECT(0, xf_vulkan_image_open(gpu->vulkan, c->surface, 0, &c->image));
}

static inline void canvas_make(
	struct gpu *gpu, struct xf_domain *domain, uint32_t flags, struct canvas *c)
{
	struct xf_surface_desc desc = picture();
	EXPECT(0, xf_surface_create(domain, &desc, flags, &c->surface));
	canvas_wrap(gpu, c);
}

static inline void canvas_open(
	struct gpu *gpu, struct xf_domain *domain, xf_id id, struct canvas *c)
{
	EXPECT(0, xf_surface_open(domain, id, &c->surface));
	canvas_wrap(gpu, c);
}

static inline void canvas_close(struct canvas *c)
{
	xf_vulkan_image_close(c->image);
	xf_surface_close(c->surface);
}

/* Of an unkeyed surface, or one that this handle owns. */
static inline uint8_t canvas_pixel(struct canvas *c)
{
	uint8_t *data, first;
	EXPECT(0, xf_surface_begin(c->surface, XF_ACCESS_READ, (void **)&data));
	first = data[0];
	for (uint32_t i = 0; i < SIZE * SIZE * 4; i++)
		if (data[i] != first)
			proc_fail(__FILE__, __LINE__, "byte %u is %u, not %u", i, data[i], first);
	EXPECT(0, xf_surface_end(c->surface));
	return first;
}

/* Lets go of what waits for the gate. */
static inline void open_gate(struct gpu *gpu, VkSemaphore gate)
{
	const VkSemaphoreSignalInfo info = {
		.sType = VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO, .semaphore = gate, .value = 1
	};
	CHECK(gpu->SignalSemaphore(gpu->h.device, &info) == 0);
}

#endif
