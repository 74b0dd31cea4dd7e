/* SPDX-License-Identifier: MIT */
/* ID3D11DeviceContext4 of a device. */
#ifndef XFI_WIN_CONTEXT_H
#define XFI_WIN_CONTEXT_H

#include "win/dxgi/device.h"

void xfi_device_init_context(struct xfi_device *device);

/*
 * The program's references to the context are counted apart; all of them together hold the device.
 */
ULONG xfi_context_addref(struct xfi_device *device);

#endif
