/* SPDX-License-Identifier: MIT */
/* The methods of a D3D12 device that take resources: libvkd3d knows its own only. */
#ifndef XFI_WIN_MF_DEVICE_VIEW_H
#define XFI_WIN_MF_DEVICE_VIEW_H

#include "win/mf/proxy.h"

void xfi_device_fill_views(ID3D12DeviceVtbl *vtbl);

#endif
