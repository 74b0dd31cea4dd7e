/* SPDX-License-Identifier: MIT */
#include "win/dxgi/payload.h"

#include "win/dxgi/fence_gpu.h"
#include "win/dxgi/transfer.h"

/* The payload's mapping; of others the memory. */
int xfi_host_begin(struct xfi_resource *resource, uint32_t access, uint8_t **ret_bytes)
{
	void *data = resource->memory;
	int r = !data ? xfi_fence_gpu_catch_up(resource->child.device) : 0;
	if (!r && !resource->memory)
		r = xf_surface_begin(resource->pixels, access, &data);
	*ret_bytes = data;
	return r;
}

void xfi_host_end(struct xfi_resource *resource)
{
	if (!resource->memory)
		(void)xf_surface_end(resource->pixels); /* the pair of a begin that succeeded */
}

/* What the last owner's device still does; the GPU's own queue waits by itself. */
int xfi_payload_wait(struct xfi_resource *resource)
{
	struct xfi_residence *at = &resource->gpu;
	if (!at->fence)
		return 0;
	int r = xf_timeline_wait(at->fence, at->fence_value, XF_NEVER);
	xf_timeline_close(at->fence);
	at->fence = NULL;
	return r;
}

/* The barriers that take a payload from other processes and give it back. */
static void hand(struct xfi_gpu *gpu, struct xf_vulkan_image *payload, bool acquire, uint32_t flags)
{
	const struct xf_vulkan_access access = { .size = sizeof(access),
		.stages = VK_PIPELINE_STAGE_TRANSFER_BIT,
		.access = VK_ACCESS_TRANSFER_READ_BIT | VK_ACCESS_TRANSFER_WRITE_BIT,
		.layout = VK_IMAGE_LAYOUT_GENERAL,
		.queue_family = gpu->card->family,
		.flags = flags };
	/* Between complete commands; both are right by what is passed. */
	if (acquire)
		(void)xf_vulkan_cmd_acquire(gpu->open->commands, payload, &access);
	else
		(void)xf_vulkan_cmd_release(gpu->open->commands, payload, &access);
}

static int move(struct xfi_gpu *gpu, struct xfi_resource *resource, struct xf_vulkan_image *payload,
	bool in, uint32_t flags)
{
	const VkBuffer buffer = xf_vulkan_image_buffer(payload);
	struct xfi_batch *batch;
	int r = xfi_batch_open(gpu, &batch);
	if (r)
		return r;
	xfi_batch_order(gpu, batch);
	hand(gpu, payload, true, flags);
	r = in ? xfi_transfer_in(gpu, resource, buffer, 0)
	       : xfi_transfer_out(gpu, resource, buffer, 0);
	xfi_batch_order(gpu, batch);
	hand(gpu, payload, false, 0);
	return r;
}

/* Copies between images and payload, on the GPU. */
int xfi_payload_move(struct xfi_gpu *gpu, struct xfi_resource *resource, bool in)
{
	return move(gpu, resource, resource->gpu.payload, in, 0);
}

int xfi_payload_copy(struct xfi_gpu *gpu, struct xfi_resource *resource, struct xf_vulkan_image *to)
{
	return move(gpu, resource, to, false, XF_VULKAN_DISCARD);
}
