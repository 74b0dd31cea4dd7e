/* SPDX-License-Identifier: MIT */
/*
 * Stand-in: an image that a command draws to, or writes unordered, in place of what Vulkan can make
 * no such view of: a buffer, and some slices of a volume. What it stands for is copied there before
 * the command and back afterwards.
 *
 * Drivers with VK_EXT_image_sliced_view_of_3d could do without for volumes; this is right on all.
 */
#ifndef XFI_WIN_STAND_IN_H
#define XFI_WIN_STAND_IN_H

#include "win/dxgi/drawing.h"
#include "win/dxgi/view_gpu.h"

bool xfi_stand_in_is_needed(const struct xfi_view *view);

/* Pixels of a buffer that is drawn to: as many as an image has in a row. */
UINT xfi_stand_in_width(const struct xfi_gpu *gpu, const struct xfi_view *view);

/* Before the command. */
int xfi_stand_in_bring(struct xfi_drawing *drawing, struct xfi_view *view, VkImageView *ret_view);

/* After it: all that were brought. */
void xfi_stand_in_take_back(struct xfi_drawing *drawing);

#endif
