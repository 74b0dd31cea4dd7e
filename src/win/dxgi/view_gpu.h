/* SPDX-License-Identifier: MIT */
/* What a view shows, as Vulkan's. Thread-safety: needs the device's lock. */
#ifndef XFI_WIN_VIEW_GPU_H
#define XFI_WIN_VIEW_GPU_H

#include "win/dxgi/view_range.h"
#include "win/gpu/image.h"

/* Of a texture that has its images. */
int xfi_view_image(struct xfi_gpu *gpu, struct xfi_view *view, VkImageView *ret_view);

/* The same of an image that stands for what the view shows, and nothing else; see stand_in.h. */
int xfi_view_image_of(struct xfi_gpu *gpu, const struct xfi_view *view, struct xfi_gpu_image *image,
	VkImageView *ret_view);

/* The format that it has there. */
struct xfi_gpu_format xfi_view_format(const struct xfi_view *view);

#endif
