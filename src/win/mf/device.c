/* SPDX-License-Identifier: MIT */
/*
 * D3D12CreateDevice: a libvkd3d device whose fences set our handles, and before it a proxy whose
 * queues, command lists and fences are ours. Everything else it makes is libvkd3d's own; so
 * GetDevice of a resource names the device behind ours.
 */

#include "win/mf/device.h"
#include "win/mf/device_share.h"
#include "win/mf/device_view.h"
#include "win/mf/fence.h"
#include "win/mf/list.h"
#include "win/mf/queue.h"
#include "win/mf/shared_texture.h"
#include "win/mf/vkd3d.h"
#include "win/nt/codes.h"
#include "win/nt/completion.h"

#include <dxgi.h>

#include <crossfence/win/xf_d3d12.h>

static ID3D12DeviceVtbl device_vtbl;

static HRESULT WINAPI device_CreateCommandQueue(
	ID3D12Device *iface, const D3D12_COMMAND_QUEUE_DESC *desc, REFIID riid, void **ret_queue)
{
	ID3D12CommandQueue *inner, *queue;
	HRESULT hr = ID3D12Device_CreateCommandQueue(
		xfi_device12_inner(iface), desc, &IID_ID3D12CommandQueue, (void **)&inner);
	if (FAILED(hr))
		return hr;
	hr = xfi_queue_wrap(inner, iface, xfi_device12_queues(iface), &queue);
	if (FAILED(hr)) {
		ID3D12CommandQueue_Release(inner);
		return hr;
	}
	hr = ID3D12CommandQueue_QueryInterface(queue, riid, ret_queue);
	ID3D12CommandQueue_Release(queue);
	return hr;
}

static HRESULT WINAPI device_CreateCommandList(ID3D12Device *iface, UINT node_mask,
	D3D12_COMMAND_LIST_TYPE type, ID3D12CommandAllocator *allocator, ID3D12PipelineState *state,
	REFIID riid, void **ret_list)
{
	ID3D12GraphicsCommandList *inner, *list;
	HRESULT hr = ID3D12Device_CreateCommandList(xfi_device12_inner(iface), node_mask, type,
		allocator, state, &IID_ID3D12GraphicsCommandList, (void **)&inner);
	if (FAILED(hr))
		return hr;
	hr = xfi_list_wrap(inner, iface, node_mask, type, &list);
	if (FAILED(hr)) {
		ID3D12GraphicsCommandList_Release(inner);
		return hr;
	}
	hr = ID3D12GraphicsCommandList_QueryInterface(list, riid, ret_list);
	ID3D12GraphicsCommandList_Release(list);
	return hr;
}

static HRESULT WINAPI device_CreateFence(
	ID3D12Device *iface, UINT64 value, D3D12_FENCE_FLAGS flags, REFIID riid, void **ret_fence)
{
	ID3D12Fence *inner, *fence;
	if (flags & (D3D12_FENCE_FLAG_SHARED | D3D12_FENCE_FLAG_SHARED_CROSS_ADAPTER))
		return xfi_device_create_shared_fence(iface, value, riid, ret_fence);
	HRESULT hr = ID3D12Device_CreateFence(
		xfi_device12_inner(iface), value, flags, &IID_ID3D12Fence, (void **)&inner);
	if (FAILED(hr))
		return hr;
	hr = xfi_fence_wrap(inner, iface, &fence);
	if (FAILED(hr)) {
		ID3D12Fence_Release(inner);
		return hr;
	}
	hr = ID3D12Fence_QueryInterface(fence, riid, ret_fence);
	ID3D12Fence_Release(fence);
	return hr;
}

/* What cannot be shared is made by libvkd3d, which takes the flag and does nothing of it. */
static HRESULT WINAPI device_CreateCommittedResource(ID3D12Device *iface,
	const D3D12_HEAP_PROPERTIES *heap, D3D12_HEAP_FLAGS flags, const D3D12_RESOURCE_DESC *desc,
	D3D12_RESOURCE_STATES state, const D3D12_CLEAR_VALUE *clear, REFIID riid,
	void **ret_resource)
{
	if (heap && heap->Type == D3D12_HEAP_TYPE_DEFAULT && riid && ret_resource &&
		xfi_shared_texture_fits(flags, desc, state))
		return xfi_shared_texture_create(iface, desc, riid, ret_resource);
	return ID3D12Device_CreateCommittedResource(
		xfi_device12_inner(iface), heap, flags, desc, state, clear, riid, ret_resource);
}

/* So that the program finds the adapter again. */
static LUID *WINAPI device_GetAdapterLuid(ID3D12Device *iface, LUID *ret_luid)
{
	*ret_luid = ((struct xfi_device12 *)iface)->adapter->luid;
	return ret_luid;
}

static void device_destroy(struct xfi_proxy *proxy)
{
	xfi_queue_set_destroy(((struct xfi_device12 *)proxy)->queues);
	IUnknown_Release(proxy->inner);
	free(proxy);
}

__attribute__((constructor)) static void fill_table(void)
{
	xfi_proxy_fill(&device_vtbl, sizeof(device_vtbl) / sizeof(void *));
	device_vtbl.CreateCommandQueue = device_CreateCommandQueue;
	device_vtbl.CreateCommandList = device_CreateCommandList;
	device_vtbl.CreateFence = device_CreateFence;
	device_vtbl.CreateCommittedResource = device_CreateCommittedResource;
	device_vtbl.GetAdapterLuid = device_GetAdapterLuid;
	device_vtbl.CreateSharedHandle = xfi_device_CreateSharedHandle;
	device_vtbl.OpenSharedHandle = xfi_device_OpenSharedHandle;
	device_vtbl.OpenSharedHandleByName = xfi_device_OpenSharedHandleByName;
	xfi_device_fill_views(&device_vtbl);
}

/* libvkd3d calls this in the calling convention of the system. */
static int set_handle(void *event)
{
	return xfi_hresult(xfi_nt_handle_set(event));
}

/* One of CreateDXGIFactory's; NULL: it is none. */
static const struct xfi_adapter *adapter_meant(IUnknown *adapter)
{
	DXGI_ADAPTER_DESC desc;
	IDXGIAdapter *asked;
	HRESULT hr;
	if (FAILED(IUnknown_QueryInterface(adapter, &IID_IDXGIAdapter, (void **)&asked)))
		return NULL;
	hr = IDXGIAdapter_GetDesc(asked, &desc);
	IDXGIAdapter_Release(asked);
	return SUCCEEDED(hr) ? xfi_adapter_of(&desc.AdapterLuid) : NULL;
}

/* Without one: the first. */
static const struct xfi_adapter *adapter_of(IUnknown *adapter)
{
	const struct xfi_adapter *list;
	if (adapter)
		return adapter_meant(adapter);
	(void)xfi_adapters(&list);
	return &list[0];
}

static HRESULT create_inner(
	const struct xfi_adapter *adapter, D3D_FEATURE_LEVEL minimum_level, void **ret_inner)
{
	struct xfi_vkd3d_choice choice = { .processor = adapter->is_software };
	memcpy(choice.device_uuid, adapter->device_uuid, sizeof(choice.device_uuid));
	memcpy(choice.driver_uuid, adapter->driver_uuid, sizeof(choice.driver_uuid));
	return xfi_vkd3d_create_device(
		&choice, minimum_level, set_handle, &IID_ID3D12Device, ret_inner);
}

/* Takes `inner`. */
static HRESULT wrap(
	ID3D12Device *inner, const struct xfi_adapter *adapter, struct xfi_device12 **ret_device)
{
	struct xfi_device12 *device = calloc(1, sizeof(*device));
	if (device)
		device->queues = xfi_queue_set_create(inner);
	if (!device || !device->queues) {
		ID3D12Device_Release(inner);
		free(device);
		return E_OUTOFMEMORY;
	}
	device->adapter = adapter;
	xfi_proxy_init(&device->proxy, &device_vtbl, inner, device_destroy);
	*ret_device = device;
	return S_OK;
}

HRESULT WINAPI D3D12CreateDevice(
	IUnknown *adapter, D3D_FEATURE_LEVEL minimum_level, REFIID riid, void **ret_device)
{
	const struct xfi_adapter *what = adapter_of(adapter);
	struct xfi_device12 *device;
	void *inner;
	HRESULT hr;
	if (!what)
		return E_INVALIDARG;
	hr = create_inner(what, minimum_level, &inner);
	if (SUCCEEDED(hr))
		hr = wrap(inner, what, &device);
	if (FAILED(hr))
		return hr;
	hr = ret_device ? xfi_proxy_QueryInterface((IUnknown *)device, riid, ret_device) : S_FALSE;
	xfi_proxy_Release((IUnknown *)device);
	return hr;
}

ID3D12Device *WINAPI xf_win_d3d12_inner_device(ID3D12Device *device)
{
	return device && device->lpVtbl == &device_vtbl ? xfi_device12_inner(device) : device;
}

ID3D12Fence *WINAPI xf_win_d3d12_inner_fence(ID3D12Fence *fence)
{
	return fence ? xfi_fence_inner(fence) : fence;
}
