/* SPDX-License-Identifier: MIT */
/* Built without Vulkan's headers: all pictures are in host memory. */
#include "win/dxgi/frame_gpu.h"

int xfi_frame_by_gpu(
	struct xfi_frames_gpu *gpu, struct xfi_resource *resource, const struct xf_frame *frame)
{
	return XFI_NOT_BY_GPU;
}

int xfi_frame_promise(struct xfi_device *device, struct xfi_screen *screen)
{
	return XFI_NOT_BY_GPU;
}

void xfi_frames_gpu_end(struct xfi_frames_gpu *gpu, struct xfi_device *device)
{
}
