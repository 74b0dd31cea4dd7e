/* SPDX-License-Identifier: MIT */
/*
 * A device whose GPU is lost: from then on it makes nothing any more, what it owned is abandoned,
 * and those are told who wanted to be.
 */
#ifndef XFI_WIN_REMOVED_H
#define XFI_WIN_REMOVED_H

#include "win/dxgi/device.h"

/* Done twice is fine. The device's lock is held. */
void xfi_device_remove(struct xfi_device *device);

/* The event is set when the device is removed, at once if it is. Thread-safe, as the next. */
HRESULT xfi_removed_register(struct xfi_device *device, HANDLE event, DWORD *ret_cookie);
void xfi_removed_unregister(struct xfi_device *device, DWORD cookie);

/* With the device. */
void xfi_removed_end(struct xfi_device *device);

#endif
