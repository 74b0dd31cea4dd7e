/* SPDX-License-Identifier: MIT */
/* Where a draw goes; for draw.c. */
#ifndef XFI_WIN_DRAW_TARGET_H
#define XFI_WIN_DRAW_TARGET_H

#include "win/dxgi/drawing.h"

/* Fills in targets, and their part of the state. */
int xfi_draw_targets(struct xfi_drawing *drawing);

/* A view's image, with what is in it. */
int xfi_draw_image(struct xfi_drawing *drawing, struct xfi_view *view, VkImageView *ret_view);

/* What was drawn to is newest on the GPU. */
void xfi_draw_targets_written(struct xfi_drawing *drawing);

/* The view that is bound in a slot; NULL: nothing. */
struct xfi_view *xfi_draw_view(const struct xfi_pipeline *bound, unsigned slot);

#endif
