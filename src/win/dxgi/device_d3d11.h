/* SPDX-License-Identifier: MIT */
/* ID3D11Device5 and both Multithread interfaces of a device. */
#ifndef XFI_WIN_DEVICE_D3D11_H
#define XFI_WIN_DEVICE_D3D11_H

#include "win/dxgi/device.h"

void xfi_device_init_d3d11(struct xfi_device *device);

#endif
