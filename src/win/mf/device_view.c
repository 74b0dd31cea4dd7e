/* SPDX-License-Identifier: MIT */
#include "win/mf/device_view.h"

#include "win/mf/device.h"
#include "win/mf/keyed_texture.h"

#define SOME 16u /* handed on at once */

static void WINAPI device_CreateShaderResourceView(ID3D12Device *iface, ID3D12Resource *resource,
	const D3D12_SHADER_RESOURCE_VIEW_DESC *desc, D3D12_CPU_DESCRIPTOR_HANDLE descriptor)
{
	ID3D12Device_CreateShaderResourceView(
		xfi_device12_inner(iface), xfi_texture_inner(resource), desc, descriptor);
}

static void WINAPI device_CreateUnorderedAccessView(ID3D12Device *iface, ID3D12Resource *resource,
	ID3D12Resource *counter, const D3D12_UNORDERED_ACCESS_VIEW_DESC *desc,
	D3D12_CPU_DESCRIPTOR_HANDLE descriptor)
{
	ID3D12Device_CreateUnorderedAccessView(
		xfi_device12_inner(iface), xfi_texture_inner(resource), counter, desc, descriptor);
}

static void WINAPI device_CreateRenderTargetView(ID3D12Device *iface, ID3D12Resource *resource,
	const D3D12_RENDER_TARGET_VIEW_DESC *desc, D3D12_CPU_DESCRIPTOR_HANDLE descriptor)
{
	ID3D12Device_CreateRenderTargetView(
		xfi_device12_inner(iface), xfi_texture_inner(resource), desc, descriptor);
}

static void WINAPI device_CreateDepthStencilView(ID3D12Device *iface, ID3D12Resource *resource,
	const D3D12_DEPTH_STENCIL_VIEW_DESC *desc, D3D12_CPU_DESCRIPTOR_HANDLE descriptor)
{
	ID3D12Device_CreateDepthStencilView(
		xfi_device12_inner(iface), xfi_texture_inner(resource), desc, descriptor);
}

typedef HRESULT(WINAPI *pageable_fn)(ID3D12Device *device, UINT count, ID3D12Pageable *const *all);

static HRESULT for_each(
	pageable_fn fn, ID3D12Device *iface, UINT count, ID3D12Pageable *const *objects)
{
	ID3D12Pageable *some[SOME];
	HRESULT hr = S_OK;
	for (UINT done = 0; done < count && SUCCEEDED(hr); done += SOME) {
		const UINT n = count - done < SOME ? count - done : SOME;
		for (UINT i = 0; i < n; i++)
			some[i] = (ID3D12Pageable *)xfi_texture_inner(
				(ID3D12Resource *)objects[done + i]);
		hr = fn(xfi_device12_inner(iface), n, some);
	}
	return hr;
}

static HRESULT WINAPI device_MakeResident(
	ID3D12Device *iface, UINT count, ID3D12Pageable *const *objects)
{
	return for_each(xfi_device12_inner(iface)->lpVtbl->MakeResident, iface, count, objects);
}

static HRESULT WINAPI device_Evict(ID3D12Device *iface, UINT count, ID3D12Pageable *const *objects)
{
	return for_each(xfi_device12_inner(iface)->lpVtbl->Evict, iface, count, objects);
}

void xfi_device_fill_views(ID3D12DeviceVtbl *vtbl)
{
	vtbl->CreateShaderResourceView = device_CreateShaderResourceView;
	vtbl->CreateUnorderedAccessView = device_CreateUnorderedAccessView;
	vtbl->CreateRenderTargetView = device_CreateRenderTargetView;
	vtbl->CreateDepthStencilView = device_CreateDepthStencilView;
	vtbl->MakeResident = device_MakeResident;
	vtbl->Evict = device_Evict;
}
