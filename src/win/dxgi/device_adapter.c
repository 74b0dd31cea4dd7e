/* SPDX-License-Identifier: MIT */
#include "win/dxgi/device_adapter.h"

#include "win/dxgi/adapter.h"
#include "win/dxgi/factory.h"

HRESULT xfi_device_set_adapter(struct xfi_device *device, IDXGIAdapter *adapter, bool software)
{
	if (!adapter && software)
		device->what = xfi_adapter_software();
	if (!adapter)
		return S_OK;
	device->what = xfi_adapter_meant(adapter);
	if (!device->what)
		return E_INVALIDARG;
	device->adapter = adapter;
	IDXGIAdapter_AddRef(adapter);
	return S_OK;
}

const struct xfi_adapter *xfi_device_what(struct xfi_device *device)
{
	const struct xfi_adapter *list;
	xfi_device_lock(device);
	if (!device->what) {
		(void)xfi_adapters(&list);
		device->what = &list[0];
	}
	xfi_device_unlock(device);
	return device->what;
}

IDXGIAdapter *xfi_device_adapter(struct xfi_device *device)
{
	const struct xfi_adapter *what = xfi_device_what(device);
	xfi_device_lock(device);
	if (!device->adapter)
		device->adapter = xfi_factory_adapter(what);
	xfi_device_unlock(device);
	return device->adapter;
}
