/* SPDX-License-Identifier: MIT */
/*
 * What the validation layer must complain about: two writes to the same bytes with nothing between
 * them, and a semaphore that is left over. Run by `validated`, to know that it would tell.
 */
#include "gpu.h"

static void write_twice(void)
{
	struct xf_surface_desc desc = {
		.size = sizeof(desc), .width_px = 64, .height_px = 64, .fourcc = XF_FORMAT_R8
	};
	struct xf_domain *domain;
	struct xf_surface *surface;
	struct xf_vulkan_image *image;
	struct gpu gpu;
	EXPECT(0, xf_domain_create(NULL, &domain));
	gpu_open(&gpu, NULL, NULL);
	EXPECT(0, xf_surface_create(domain, &desc, 0, &surface));
	EXPECT(0, xf_vulkan_image_open(gpu.vulkan, surface, 0, &image));
	VkCommandBuffer commands = gpu_begin(&gpu);
	for (uint32_t i = 0; i < 2; i++)
		gpu.CmdFillBuffer(commands, xf_vulkan_image_buffer(image), 0, VK_WHOLE_SIZE, i);
	gpu_end(&gpu, commands);
	(void)gpu_timeline(&gpu);
	xf_vulkan_image_close(image);
	xf_surface_close(surface);
	gpu_close(&gpu);
	xf_domain_leave(domain);
}

int main(int argc, char **argv)
{
	const struct proc_test tests[] = { { "write_twice", write_twice, 60 } };
	return proc_main(argc, argv, tests, 1);
}
