/* SPDX-License-Identifier: MIT */
/*
 * Shared textures of Direct3D 12: the same ones as Direct3D 11's, by NT handle. Their pixels are a
 * surface's of the domain, which both kinds of device see without a copy. Of one mip level and one
 * layer, R8G8B8A8_UNORM or B8G8R8A8_UNORM.
 */
#ifndef XFI_WIN_MF_SHARED_TEXTURE_H
#define XFI_WIN_MF_SHARED_TEXTURE_H

#include "win/mf/proxy.h"

/* Can a committed resource of this kind be made so that others may open it? */
bool xfi_shared_texture_fits(
	D3D12_HEAP_FLAGS flags, const D3D12_RESOURCE_DESC *desc, D3D12_RESOURCE_STATES state);
HRESULT xfi_shared_texture_create(
	ID3D12Device *device, const D3D12_RESOURCE_DESC *desc, REFIID riid, void **ret_resource);

/* -EINVAL: not such a texture; -EEXIST: the name is taken. */
int xfi_shared_texture_share(
	ID3D12DeviceChild *object, DWORD access, const WCHAR *name, HANDLE *ret_handle);

/* E_INVALIDARG: no such handle, or of what is no such texture. */
HRESULT xfi_shared_texture_open(
	ID3D12Device *device, HANDLE handle, REFIID riid, void **ret_resource);

#endif
