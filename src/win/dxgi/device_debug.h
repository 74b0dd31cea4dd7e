/* SPDX-License-Identifier: MIT */
/* ID3D11InfoQueue and ID3D11Debug of a device that has a debug layer. */
#ifndef XFI_WIN_DEVICE_DEBUG_H
#define XFI_WIN_DEVICE_DEBUG_H

#include "win/dxgi/device.h"
#include "win/dxgi/info_queue.h"

/* False: no memory. */
bool xfi_device_init_debug(struct xfi_device *device);
void xfi_device_finish_debug(struct xfi_device *device);

#endif
