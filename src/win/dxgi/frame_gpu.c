/* SPDX-License-Identifier: MIT */
#include "win/dxgi/frame_gpu.h"

#include "win/dxgi/payload.h"
#include "win/dxgi/render.h"

static int open_image(struct xfi_frames_gpu *gpu, struct xfi_card *card,
	const struct xf_frame *frame, struct xf_vulkan_image **ret_image)
{
	const uint32_t slot = frame->slot % XF_POOL_MAX;
	if (gpu->frames[slot].surface == frame->surface) {
		*ret_image = gpu->frames[slot].image;
		return *ret_image ? 0 : XFI_NOT_BY_GPU;
	}
	/* A frame of another format: xfi_frames_gpu_end() came before, so that nothing is here. */
	gpu->frames[slot].surface = frame->surface;
	int r = xf_vulkan_image_open(card->vulkan, frame->surface, 0, &gpu->frames[slot].image);
	*ret_image = gpu->frames[slot].image;
	return !r || r == -ENOMEM ? r : XFI_NOT_BY_GPU;
}

int xfi_frame_by_gpu(
	struct xfi_frames_gpu *gpu, struct xfi_resource *resource, const struct xf_frame *frame)
{
	struct xfi_device *device = resource->child.device;
	struct xf_vulkan_image *image;
	if (!device->gpu || !resource->gpu.newest_on_gpu || !device->gpu->card->has_memory_host)
		return XFI_NOT_BY_GPU;
	int r = open_image(gpu, device->gpu->card, frame, &image);
	if (!r)
		r = xfi_payload_copy(device->gpu, resource, image);
	return r > 0 ? r : xfi_render_note(device, r);
}

static int promise(struct xfi_gpu *gpu, struct xfi_screen *screen)
{
	if (screen->fence && xf_timeline_wait(screen->fence, screen->promised, 0) == XF_ABANDONED)
		xfi_gpu_settle(gpu); /* the queue that was to signal it borrows it no more */
	int r = gpu->lost ? gpu->lost : xfi_screen_fence(screen);
	if (!r)
		r = xf_queue_signal(gpu->queue, screen->fence, screen->promised + 1);
	screen->promised += !r;
	return r == XF_ABANDONED ? -ECANCELED : r;
}

int xfi_frame_promise(struct xfi_device *device, struct xfi_screen *screen)
{
	if (!device->gpu)
		return XFI_NOT_BY_GPU;
	xfi_render_flush(device);
	return xfi_render_note(device, promise(device->gpu, screen));
}

void xfi_frames_gpu_end(struct xfi_frames_gpu *gpu, struct xfi_device *device)
{
	if (device->gpu)
		xfi_gpu_settle(device->gpu);
	for (int i = 0; i < XF_POOL_MAX; i++)
		xf_vulkan_image_close(gpu->frames[i].image);
	*gpu = (struct xfi_frames_gpu){ 0 };
}
