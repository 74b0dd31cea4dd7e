/* SPDX-License-Identifier: MIT */
/* ID3D11DeviceContext1 of a device. */
#ifndef XFI_WIN_CONTEXT_H
#define XFI_WIN_CONTEXT_H

#include "win/dxgi/device.h"

void xfi_device_init_context(struct xfi_device *device);

#endif
