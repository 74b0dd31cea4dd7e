/* SPDX-License-Identifier: MIT */
/*
 * A device's way to the GPU. It is started by the first command that draws; a device that never
 * draws loads no Vulkan.
 *
 * Thread-safety: all calls need the device's lock, but xfi_render_is_removed().
 */
#ifndef XFI_WIN_RENDER_H
#define XFI_WIN_RENDER_H

#include "win/dxgi/device.h"

struct xfi_resource;

/* The GPU; starts it. NULL: there is none, or the device is removed; xf_last_message() says why. */
struct xfi_gpu *xfi_render_start(struct xfi_device *device);

/* Takes notice of a failed call: -EIO removes the device. Returns `r`. */
int xfi_render_note(struct xfi_device *device, int r);

/* Hands what is recorded to the GPU, and shared textures without a mutex to whoever looks. */
void xfi_render_flush(struct xfi_device *device);

/* The same, once much is recorded. */
void xfi_render_flush_if_many(struct xfi_device *device);

/* The same, and waits until the GPU has done it. */
void xfi_render_finish(struct xfi_device *device);

/* DXGI_ERROR_DEVICE_REMOVED, or S_OK. */
HRESULT xfi_render_removed(const struct xfi_device *device);

/* With the device. */
void xfi_render_end(struct xfi_device *device);

#endif
