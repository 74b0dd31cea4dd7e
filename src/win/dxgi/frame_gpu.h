/* SPDX-License-Identifier: MIT */
/*
 * The picture of a texture as a frame of a stream, by the GPU. Thread-safety: the device's lock is
 * held.
 */
#ifndef XFI_WIN_FRAME_GPU_H
#define XFI_WIN_FRAME_GPU_H

#include "win/dxgi/resource.h"
#include "win/dxgi/screen.h"

struct xf_vulkan_image;

/* The frames of a stream as the device's GPU has them, by their slots. */
struct xfi_frames_gpu {
	struct {
		struct xf_surface *surface;
		struct xf_vulkan_image *image;
	} frames[XF_POOL_MAX];
};

/*
 * Records the copy. XFI_NOT_BY_GPU: the picture is not there, or frames cannot be. Errors as
 * win/gpu/gpu.h.
 */
#define XFI_NOT_BY_GPU 1
int xfi_frame_by_gpu(
	struct xfi_frames_gpu *gpu, struct xfi_resource *resource, const struct xf_frame *frame);

/*
 * Hands all that is recorded to the GPU, which will raise the screen's fence after it to what is
 * promised then. XFI_NOT_BY_GPU: there is no GPU, and nothing is promised. Never blocks for the GPU
 * unless it fails.
 */
int xfi_frame_promise(struct xfi_device *device, struct xfi_screen *screen);

/* Before the stream's surfaces end, or its fence: waits for the GPU. */
void xfi_frames_gpu_end(struct xfi_frames_gpu *gpu, struct xfi_device *device);

#endif
