/* SPDX-License-Identifier: MIT */
/* A D3D12 device's way to hand things to other devices and processes, and to take them. */
#ifndef XFI_WIN_MF_DEVICE_SHARE_H
#define XFI_WIN_MF_DEVICE_SHARE_H

#include "win/mf/proxy.h"

HRESULT xfi_device_create_shared_fence(
	ID3D12Device *device, UINT64 value, REFIID riid, void **ret_fence);

HRESULT WINAPI xfi_device_CreateSharedHandle(ID3D12Device *iface, ID3D12DeviceChild *object,
	const SECURITY_ATTRIBUTES *attributes, DWORD access, const WCHAR *name, HANDLE *ret_handle);
HRESULT WINAPI xfi_device_OpenSharedHandle(
	ID3D12Device *iface, HANDLE handle, REFIID riid, void **ret_object);
HRESULT WINAPI xfi_device_OpenSharedHandleByName(
	ID3D12Device *iface, const WCHAR *name, DWORD access, HANDLE *ret_handle);

#endif
