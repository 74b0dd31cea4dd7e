/* SPDX-License-Identifier: MIT */
#ifndef XFI_WIN_CLEAR_GPU_H
#define XFI_WIN_CLEAR_GPU_H

#include "win/dxgi/view.h"

/*
 * Clears of what has been drawn with, by the GPU. False: that is for the CPU. Thread-safety: the
 * device's lock is held.
 */
bool xfi_clear_colour_gpu(struct xfi_view *view, const FLOAT colour[4]);
bool xfi_clear_depth_gpu(struct xfi_view *view, UINT flags, FLOAT depth, UINT8 stencil);

#endif
