/* SPDX-License-Identifier: MIT */
/* IDXGIDevice2 of a device. */
#ifndef XFI_WIN_DEVICE_DXGI_H
#define XFI_WIN_DEVICE_DXGI_H

#include "win/dxgi/device.h"

void xfi_device_init_dxgi(struct xfi_device *device);

/* The device that an interface belongs to, not counted; NULL: it is not one of ours, or NULL. */
struct xfi_device *xfi_device_of(IUnknown *unknown);

#endif
