/* SPDX-License-Identifier: MIT */
/* Handles closed before a Vulkan queue has come to what it was told of them. */
#include "closed.h"
#include "gpu.h"

static struct gpu gpu;

static struct xf_queue *make(struct xf_domain *domain)
{
	if (!gpu.vulkan)
		gpu_open(&gpu, NULL, domain);
	else
		EXPECT(0, xf_queue_create_vulkan(gpu.vulkan, NULL, domain, &gpu.queue));
	return gpu.queue;
}

static void end(struct xf_queue *queue)
{
	xf_queue_destroy(queue);
	gpu.queue = NULL;
}

static void leave(void)
{
	gpu_close(&gpu);
}

int main(int argc, char **argv)
{
	return closed_main(argc, argv,
		&(const struct closed_kind){ .make = make, .end = end, .leave = leave });
}
