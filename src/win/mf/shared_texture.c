/* SPDX-License-Identifier: MIT */
/*
 * They are made by a Direct3D 11 device, which lasts no longer than that and starts no driver: so
 * there is one way in which a shared texture lies in memory and is described to others.
 */
#include "win/mf/shared_texture.h"

#include <d3d11_1.h>
#include <dxgi1_2.h>

#include "win/kmt/resource.h"
#include "win/kmt/share.h"
#include "win/mf/device.h"
#include "win/mf/keyed_texture.h"
#include "win/mf/surface.h"
#include "win/nt/codes.h"
#include "win/nt/handle.h"

bool xfi_shared_texture_fits(
	D3D12_HEAP_FLAGS flags, const D3D12_RESOURCE_DESC *desc, D3D12_RESOURCE_STATES state)
{
	return flags & D3D12_HEAP_FLAG_SHARED && desc && state == D3D12_RESOURCE_STATE_COMMON &&
	       desc->Dimension == D3D12_RESOURCE_DIMENSION_TEXTURE2D && desc->Width &&
	       desc->Width <= D3D11_REQ_TEXTURE2D_U_OR_V_DIMENSION && desc->Height &&
	       desc->Height <= D3D11_REQ_TEXTURE2D_U_OR_V_DIMENSION &&
	       desc->DepthOrArraySize == 1 && desc->MipLevels == 1 && desc->SampleDesc.Count == 1 &&
	       (desc->Format == DXGI_FORMAT_R8G8B8A8_UNORM ||
		       desc->Format == DXGI_FORMAT_B8G8R8A8_UNORM);
}

static HRESULT share_texture(ID3D11Texture2D *texture, HANDLE *ret_handle)
{
	IDXGIResource1 *resource;
	HRESULT hr =
		ID3D11Texture2D_QueryInterface(texture, &IID_IDXGIResource1, (void **)&resource);
	if (FAILED(hr))
		return hr;
	hr = IDXGIResource1_CreateSharedHandle(resource, NULL,
		DXGI_SHARED_RESOURCE_READ | DXGI_SHARED_RESOURCE_WRITE, NULL, ret_handle);
	IDXGIResource1_Release(resource);
	return hr;
}

static HRESULT make_handle(const D3D12_RESOURCE_DESC *desc, HANDLE *ret_handle)
{
	const D3D11_TEXTURE2D_DESC same = { .Width = (UINT)desc->Width,
		.Height = desc->Height,
		.MipLevels = 1,
		.ArraySize = 1,
		.Format = desc->Format,
		.SampleDesc = { 1, 0 },
		.BindFlags = D3D11_BIND_RENDER_TARGET | D3D11_BIND_SHADER_RESOURCE,
		.MiscFlags = D3D11_RESOURCE_MISC_SHARED | D3D11_RESOURCE_MISC_SHARED_NTHANDLE };
	ID3D11Texture2D *texture;
	ID3D11Device *maker;
	HRESULT hr = D3D11CreateDevice(NULL, D3D_DRIVER_TYPE_HARDWARE, NULL, 0, NULL, 0,
		D3D11_SDK_VERSION, &maker, NULL, NULL);
	if (FAILED(hr))
		return hr;
	hr = ID3D11Device_CreateTexture2D(maker, &same, NULL, &texture);
	if (SUCCEEDED(hr)) {
		hr = share_texture(texture, ret_handle);
		ID3D11Texture2D_Release(texture);
	}
	ID3D11Device_Release(maker);
	return hr;
}

HRESULT xfi_shared_texture_create(
	ID3D12Device *device, const D3D12_RESOURCE_DESC *desc, REFIID riid, void **ret_resource)
{
	HANDLE handle;
	HRESULT hr = make_handle(desc, &handle);
	if (FAILED(hr))
		return hr;
	hr = xfi_shared_texture_open(device, handle, riid, ret_resource);
	(void)xfi_nt_handle_close(handle); /* we made it just now */
	return hr;
}

static int share(const struct xfi_kmt_resource *resource, DWORD access, const struct xfi_name *name,
	HANDLE *ret_handle)
{
	const struct xfi_share_ids ids = { .resource = resource->base.id,
		.mutex = resource->head.mutex,
		.sync = resource->head.sync };
	return xfi_share_create_handle(&ids, name, access, ret_handle);
}

int xfi_shared_texture_share(
	ID3D12DeviceChild *object, DWORD access, const WCHAR *text, HANDLE *ret_handle)
{
	struct xfi_object *kept = xfi_surface_kept(object);
	struct xfi_name name;
	if (!kept)
		return -EINVAL;
	int r = text ? xfi_name_from_wide(text, xfi_wide_length(text), &name) : 0;
	if (!r)
		r = share((struct xfi_kmt_resource *)kept, access, text ? &name : NULL, ret_handle);
	xfi_object_unref(kept);
	return r;
}

/* Takes the resource where it fails. */
static HRESULT put_mutex_before(
	ID3D12Device *device, struct xfi_kmt_resource *kmt, ID3D12Resource **resource)
{
	ID3D12Resource *inner = *resource;
	HRESULT hr =
		xfi_keyed_texture_wrap(inner, device, xfi_device12_queues(device), kmt, resource);
	if (FAILED(hr))
		ID3D12Resource_Release(inner);
	return hr;
}

/* The surface says itself what it is made of; the record's description is not needed. */
static HRESULT open(
	ID3D12Device *device, const struct xfi_share *share, REFIID riid, void **ret_resource)
{
	struct xfi_kmt_resource *kmt;
	ID3D12Resource *resource;
	HRESULT hr = E_INVALIDARG;
	int r = xfi_kmt_resource_open(share->ids.resource, &kmt);
	if (r)
		return xfi_hresult(r);
	if (kmt->head.shared && kmt->head.nt && kmt->pixels)
		hr = xfi_surface_texture(device, kmt->pixels, &kmt->base, &resource);
	if (SUCCEEDED(hr) && kmt->head.mutex)
		hr = put_mutex_before(device, kmt, &resource);
	xfi_object_unref(&kmt->base);
	if (FAILED(hr))
		return hr;
	hr = ID3D12Resource_QueryInterface(resource, riid, ret_resource);
	ID3D12Resource_Release(resource);
	return hr;
}

HRESULT xfi_shared_texture_open(
	ID3D12Device *device, HANDLE handle, REFIID riid, void **ret_resource)
{
	struct xfi_object *object;
	ACCESS_MASK access;
	HRESULT hr;
	if (xfi_nt_handle_ref(handle, &xfi_shared_resource_type, 0, &object))
		return E_INVALIDARG;
	if (xfi_nt_handle_access(handle, &access) || !(access & (READ_CONTROL | XFI_SHARE_WRITE)))
		hr = E_ACCESSDENIED;
	else
		hr = open(device, (struct xfi_share *)object, riid, ret_resource);
	xfi_object_unref(object);
	return hr;
}
