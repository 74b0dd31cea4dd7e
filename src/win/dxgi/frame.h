/* SPDX-License-Identifier: MIT */
/* The picture of a texture as a frame of a stream. Thread-safety: the device's lock is held. */
#ifndef XFI_WIN_FRAME_H
#define XFI_WIN_FRAME_H

#include "win/dxgi/resource.h"
#include "win/dxgi/screen.h"

/* By the CPU, which waits for what was promised before. */
int xfi_frame_by_cpu(
	struct xfi_resource *resource, struct xfi_screen *screen, const struct xf_frame *frame);

#endif
