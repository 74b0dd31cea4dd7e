/* SPDX-License-Identifier: MIT */
/*
 * The methods that every DXGI interface of a resource begins with: IUnknown, IDXGIObject and
 * IDXGIDeviceSubObject. `impl` turns the interface into its resource.
 */
#ifndef XFI_WIN_DXGI_OBJECT_H
#define XFI_WIN_DXGI_OBJECT_H

#include "win/dxgi/resource.h"

#define XFI_SUB_OBJECT(name, I, impl)                                                              \
	static HRESULT WINAPI name##_QueryInterface(I *iface, REFIID riid, void **ret_object)      \
	{                                                                                          \
		return xfi_child_query(&impl(iface)->child, riid, ret_object);                     \
	}                                                                                          \
	static ULONG WINAPI name##_AddRef(I *iface)                                                \
	{                                                                                          \
		return xfi_child_addref(&impl(iface)->child);                                      \
	}                                                                                          \
	static ULONG WINAPI name##_Release(I *iface)                                               \
	{                                                                                          \
		return xfi_child_release(&impl(iface)->child);                                     \
	}                                                                                          \
	static HRESULT WINAPI name##_SetPrivateData(                                               \
		I *iface, REFGUID guid, UINT size, const void *bytes)                              \
	{                                                                                          \
		return xfi_child_set_data(&impl(iface)->child, guid, size, bytes);                 \
	}                                                                                          \
	static HRESULT WINAPI name##_SetPrivateDataInterface(                                      \
		I *iface, REFGUID guid, const IUnknown *object)                                    \
	{                                                                                          \
		return xfi_child_set_interface(&impl(iface)->child, guid, object);                 \
	}                                                                                          \
	static HRESULT WINAPI name##_GetPrivateData(                                               \
		I *iface, REFGUID guid, UINT *size, void *bytes)                                   \
	{                                                                                          \
		return xfi_child_get_data(&impl(iface)->child, guid, size, bytes);                 \
	}                                                                                          \
	static HRESULT WINAPI name##_GetParent(I *iface, REFIID riid, void **ret_parent)           \
	{                                                                                          \
		return xfi_device_query(impl(iface)->child.device, riid, ret_parent);              \
	}                                                                                          \
	static HRESULT WINAPI name##_GetDevice(I *iface, REFIID riid, void **ret_device)           \
	{                                                                                          \
		return xfi_device_query(impl(iface)->child.device, riid, ret_device);              \
	}

#define XFI_SUB_OBJECT_METHODS(name)                                                               \
	.QueryInterface = name##_QueryInterface, .AddRef = name##_AddRef,                          \
	.Release = name##_Release, .SetPrivateData = name##_SetPrivateData,                        \
	.SetPrivateDataInterface = name##_SetPrivateDataInterface,                                 \
	.GetPrivateData = name##_GetPrivateData, .GetParent = name##_GetParent,                    \
	.GetDevice = name##_GetDevice

#endif
