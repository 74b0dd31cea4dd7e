/* SPDX-License-Identifier: MIT */
/* What a view shows, as Vulkan's. Thread-safety: needs the device's lock. */
#ifndef XFI_WIN_VIEW_GPU_H
#define XFI_WIN_VIEW_GPU_H

#include "win/dxgi/view.h"
#include "win/gpu/image.h"

/* Of a texture that has its images. */
int xfi_view_image(struct xfi_gpu *gpu, struct xfi_view *view, VkImageView *ret_view);

/* The format that it has there. */
struct xfi_gpu_format xfi_view_format(const struct xfi_view *view);

enum xfi_dimension xfi_view_dimension(const struct xfi_view *view);

/* Levels that the view shows. */
UINT xfi_view_levels(const struct xfi_view *view);

/* Do they show the same pixels, if only some? */
bool xfi_view_overlaps(const struct xfi_view *a, const struct xfi_view *b);

#endif
