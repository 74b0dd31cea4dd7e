/* SPDX-License-Identifier: MIT */
#include "win/mf/device_share.h"

#include "win/kmt/share.h"
#include "win/kmt/sync_share.h"
#include "win/mf/device.h"
#include "win/mf/shared_fence.h"
#include "win/mf/shared_texture.h"
#include "win/nt/codes.h"
#include "win/nt/handle.h"

/* Takes `sync`. */
static HRESULT wrap_fence(
	ID3D12Device *device, struct xfi_kmt_sync *sync, REFIID riid, void **ret_fence)
{
	ID3D12Fence *inner = NULL, *fence = NULL;
	HRESULT hr = ID3D12Device_CreateFence(xfi_device12_inner(device), 0, D3D12_FENCE_FLAG_NONE,
		&IID_ID3D12Fence, (void **)&inner);
	if (SUCCEEDED(hr))
		hr = xfi_shared_fence_wrap(inner, sync, device, &fence);
	if (FAILED(hr)) {
		if (inner)
			ID3D12Fence_Release(inner);
		xfi_object_unref(&sync->base);
		return hr;
	}
	hr = ID3D12Fence_QueryInterface(fence, riid, ret_fence);
	ID3D12Fence_Release(fence);
	return hr;
}

HRESULT xfi_device_create_shared_fence(
	ID3D12Device *device, UINT64 value, REFIID riid, void **ret_fence)
{
	struct xfi_kmt_sync *sync;
	int r = xfi_kmt_sync_create_shared(value, &sync);
	return r ? xfi_hresult(r) : wrap_fence(device, sync, riid, ret_fence);
}

HRESULT WINAPI xfi_device_CreateSharedHandle(ID3D12Device *iface, ID3D12DeviceChild *object,
	const SECURITY_ATTRIBUTES *attributes, DWORD access, const WCHAR *name, HANDLE *ret_handle)
{
	if (!ret_handle)
		return E_INVALIDARG;
	*ret_handle = NULL;
	if (!object)
		return E_INVALIDARG;
	struct xfi_kmt_sync *sync = xfi_shared_fence_sync(object);
	int r = sync ? xfi_kmt_sync_share(sync, access, name, ret_handle)
		     : xfi_shared_texture_share(object, access, name, ret_handle);
	return xfi_hresult(r);
}

HRESULT WINAPI xfi_device_OpenSharedHandle(
	ID3D12Device *iface, HANDLE handle, REFIID riid, void **ret_object)
{
	struct xfi_kmt_sync *sync;
	if (!ret_object || !riid)
		return E_INVALIDARG;
	*ret_object = NULL;
	int r = xfi_kmt_sync_open_shared(handle, &sync);
	if (r == -EINVAL)
		return xfi_shared_texture_open(iface, handle, riid, ret_object);
	return r ? xfi_hresult(r) : wrap_fence(iface, sync, riid, ret_object);
}

HRESULT WINAPI xfi_device_OpenSharedHandleByName(
	ID3D12Device *iface, const WCHAR *text, DWORD access, HANDLE *ret_handle)
{
	struct xfi_share *share;
	struct xfi_name name;
	if (!text || !ret_handle)
		return E_INVALIDARG;
	*ret_handle = NULL;
	int r = xfi_name_from_wide(text, xfi_wide_length(text), &name);
	if (!r)
		r = xfi_share_open_name(&name, false, &share);
	if (r)
		return xfi_hresult(r);
	r = xfi_nt_handle_create(&share->base, access, ret_handle);
	xfi_object_unref(&share->base);
	return xfi_hresult(r);
}
