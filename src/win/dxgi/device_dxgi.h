/* SPDX-License-Identifier: MIT */
/* IDXGIDevice2 of a device. */
#ifndef XFI_WIN_DEVICE_DXGI_H
#define XFI_WIN_DEVICE_DXGI_H

#include "win/dxgi/device.h"

void xfi_device_init_dxgi(struct xfi_device *device);

#endif
