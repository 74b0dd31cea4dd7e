/* SPDX-License-Identifier: MIT */
/* ID3D10Device1 of a device. */
#ifndef XFI_WIN_DEVICE_D3D10_H
#define XFI_WIN_DEVICE_D3D10_H

#include "win/dxgi/device.h"

void xfi_device_init_d3d10(struct xfi_device *device);

#endif
