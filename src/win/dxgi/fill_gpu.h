/* SPDX-License-Identifier: MIT */
#ifndef XFI_WIN_FILL_GPU_H
#define XFI_WIN_FILL_GPU_H

#include "win/dxgi/copy.h"
#include "win/dxgi/view.h"

/*
 * Fills rectangles of a view that the GPU has with a pixel, in the order of what is drawn; in each
 * slice that the view shows. False: that is for the CPU. Thread-safety: the device's lock is held.
 * Does not wait for the GPU.
 */
bool xfi_fill_gpu(
	struct xfi_view *view, const D3D11_RECT *rects, UINT count, const struct xfi_ink *ink);

#endif
