/* SPDX-License-Identifier: MIT */
/*
 * Which adapter a device is on. A program that names none is on the first there is, which is looked
 * for when it matters: a device that neither draws nor shares loads no Vulkan.
 */
#ifndef XFI_WIN_DEVICE_ADAPTER_H
#define XFI_WIN_DEVICE_ADAPTER_H

#include "win/adapters/adapters.h"
#include "win/dxgi/device.h"

/* Before the device is used by anybody. `adapter`: referenced here, or NULL. E_INVALIDARG: none. */
HRESULT xfi_device_set_adapter(struct xfi_device *device, IDXGIAdapter *adapter, bool software);

const struct xfi_adapter *xfi_device_what(struct xfi_device *device);

/* The same as an object, the device's own. NULL: no memory. */
IDXGIAdapter *xfi_device_adapter(struct xfi_device *device);

#endif
