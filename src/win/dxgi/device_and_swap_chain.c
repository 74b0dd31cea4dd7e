/* SPDX-License-Identifier: MIT */
/* The three functions that make a device and a swap chain for it. */
#include <d3d10misc.h>

#include "win/dxgi/com.h"

/* By the factory of the device's adapter, as a program would. */
static HRESULT make_chain(IUnknown *device, DXGI_SWAP_CHAIN_DESC *desc, IDXGISwapChain **ret_chain)
{
	IDXGIDevice *dxgi;
	IDXGIAdapter *adapter;
	IDXGIFactory *factory;
	HRESULT hr = IUnknown_QueryInterface(device, &IID_IDXGIDevice, (void **)&dxgi);
	if (FAILED(hr))
		return hr;
	hr = IDXGIDevice_GetAdapter(dxgi, &adapter);
	IDXGIDevice_Release(dxgi);
	if (FAILED(hr))
		return hr;
	hr = IDXGIAdapter_GetParent(adapter, &IID_IDXGIFactory, (void **)&factory);
	IDXGIAdapter_Release(adapter);
	if (FAILED(hr))
		return hr;
	hr = IDXGIFactory_CreateSwapChain(factory, device, desc, ret_chain);
	IDXGIFactory_Release(factory);
	return hr;
}

/* Who asks for no chain gets none; the device is needed for one all the same. */
HRESULT WINAPI D3D11CreateDeviceAndSwapChain(IDXGIAdapter *adapter, D3D_DRIVER_TYPE type,
	HMODULE module, UINT flags, const D3D_FEATURE_LEVEL *levels, UINT n_levels,
	UINT sdk_version, const DXGI_SWAP_CHAIN_DESC *given, IDXGISwapChain **ret_chain,
	ID3D11Device **ret_device, D3D_FEATURE_LEVEL *ret_level, ID3D11DeviceContext **ret_context)
{
	DXGI_SWAP_CHAIN_DESC desc;
	ID3D11Device *device;
	if (ret_chain)
		*ret_chain = NULL;
	if (!given || !ret_chain)
		return D3D11CreateDevice(adapter, type, module, flags, levels, n_levels,
			sdk_version, ret_device, ret_level, ret_context);
	if (ret_device)
		*ret_device = NULL;
	HRESULT hr = D3D11CreateDevice(adapter, type, module, flags, levels, n_levels, sdk_version,
		&device, ret_level, ret_context);
	if (FAILED(hr))
		return hr;
	desc = *given;
	hr = make_chain((IUnknown *)device, &desc, ret_chain);
	if (SUCCEEDED(hr) && ret_device) {
		*ret_device = device;
		return hr;
	}
	if (FAILED(hr) && ret_context) {
		ID3D11DeviceContext_Release(*ret_context);
		*ret_context = NULL;
	}
	ID3D11Device_Release(device);
	return hr;
}

HRESULT WINAPI D3D10CreateDeviceAndSwapChain(IDXGIAdapter *adapter, D3D10_DRIVER_TYPE type,
	HMODULE module, UINT flags, UINT sdk_version, DXGI_SWAP_CHAIN_DESC *desc,
	IDXGISwapChain **ret_chain, ID3D10Device **ret_device)
{
	ID3D10Device *device;
	if (ret_chain)
		*ret_chain = NULL;
	if (!desc || !ret_chain)
		return D3D10CreateDevice(adapter, type, module, flags, sdk_version, ret_device);
	if (ret_device)
		*ret_device = NULL;
	HRESULT hr = D3D10CreateDevice(adapter, type, module, flags, sdk_version, &device);
	if (FAILED(hr))
		return hr;
	hr = make_chain((IUnknown *)device, desc, ret_chain);
	if (SUCCEEDED(hr) && ret_device)
		*ret_device = device;
	else
		ID3D10Device_Release(device);
	return hr;
}

HRESULT WINAPI D3D10CreateDeviceAndSwapChain1(IDXGIAdapter *adapter, D3D10_DRIVER_TYPE type,
	HMODULE module, UINT flags, D3D10_FEATURE_LEVEL1 level, UINT sdk_version,
	DXGI_SWAP_CHAIN_DESC *desc, IDXGISwapChain **ret_chain, ID3D10Device1 **ret_device)
{
	ID3D10Device1 *device;
	if (ret_chain)
		*ret_chain = NULL;
	if (!desc || !ret_chain)
		return D3D10CreateDevice1(
			adapter, type, module, flags, level, sdk_version, ret_device);
	if (ret_device)
		*ret_device = NULL;
	HRESULT hr = D3D10CreateDevice1(adapter, type, module, flags, level, sdk_version, &device);
	if (FAILED(hr))
		return hr;
	hr = make_chain((IUnknown *)device, desc, ret_chain);
	if (SUCCEEDED(hr) && ret_device)
		*ret_device = device;
	else
		ID3D10Device1_Release(device);
	return hr;
}
