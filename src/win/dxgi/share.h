/* SPDX-License-Identifier: MIT */
/* Handing resources to other devices and processes, and taking them. */
#ifndef XFI_WIN_DXGI_SHARE_H
#define XFI_WIN_DXGI_SHARE_H

#include "win/dxgi/resource.h"

HRESULT xfi_get_shared_handle(struct xfi_resource *resource, HANDLE *ret_handle);
HRESULT xfi_create_shared_handle(
	struct xfi_resource *resource, DWORD access, const WCHAR *name, HANDLE *ret_handle);

/* By KMT handle, by NT handle, by name. Each makes a new resource of `device`. */
HRESULT xfi_open_kmt(struct xfi_device *device, HANDLE handle, REFIID riid, void **ret_object);
HRESULT xfi_open_nt(struct xfi_device *device, HANDLE handle, REFIID riid, void **ret_object);
HRESULT xfi_open_name(
	struct xfi_device *device, const WCHAR *name, DWORD access, REFIID riid, void **ret_object);

#endif
