/* SPDX-License-Identifier: MIT */
#include "win/mf/shared_fence.h"

#include "win/kmt/promise.h"
#include "win/kmt/sync_cpu.h"
#include "win/nt/codes.h"

struct shared_fence {
	struct xfi_proxy proxy;
	ID3D12Device *device;
	struct xfi_kmt_sync *sync;
	struct xfi_promise *promise; /* of the device's queues */
};

static ID3D12FenceVtbl shared_vtbl;

static struct shared_fence *of(ID3D12Fence *iface)
{
	return (struct shared_fence *)iface;
}

struct xfi_kmt_sync *xfi_shared_fence_sync(void *fence)
{
	return ((ID3D12Fence *)fence)->lpVtbl == &shared_vtbl ? of(fence)->sync : NULL;
}

bool xfi_shared_fence_goes_back(ID3D12Fence *iface, UINT64 value)
{
	struct shared_fence *fence = of(iface);
	uint64_t now = 0;
	const UINT64 promised = atomic_exchange(&fence->promise->value, value);
	return value < promised || (!xfi_kmt_sync_value(fence->sync, &now) && value < now);
}

static UINT64 WINAPI fence_GetCompletedValue(ID3D12Fence *iface)
{
	uint64_t value;
	return xfi_kmt_sync_value(of(iface)->sync, &value) ? UINT64_MAX : value;
}

static HRESULT WINAPI fence_Signal(ID3D12Fence *iface, UINT64 value)
{
	return xfi_hresult(xfi_kmt_sync_signal(of(iface)->sync, value, true));
}

static HRESULT WINAPI fence_SetEventOnCompletion(ID3D12Fence *iface, UINT64 value, HANDLE event)
{
	struct xfi_kmt_sync *sync = of(iface)->sync;
	return xfi_hresult(event ? xfi_kmt_sync_set_event(sync, value, event)
				 : xfi_kmt_sync_wait(sync, value));
}

static HRESULT WINAPI fence_GetDevice(ID3D12Fence *iface, REFIID riid, void **device)
{
	return ID3D12Device_QueryInterface(of(iface)->device, riid, device);
}

static void fence_destroy(struct xfi_proxy *proxy)
{
	struct shared_fence *fence = (struct shared_fence *)proxy;
	IUnknown_Release(proxy->inner);
	xfi_promise_put(fence->promise);
	ID3D12Device_Release(fence->device);
	xfi_object_unref(&fence->sync->base);
	free(fence);
}

__attribute__((constructor)) static void fill_table(void)
{
	xfi_proxy_fill(&shared_vtbl, sizeof(shared_vtbl) / sizeof(void *));
	shared_vtbl.GetDevice = fence_GetDevice;
	shared_vtbl.GetCompletedValue = fence_GetCompletedValue;
	shared_vtbl.Signal = fence_Signal;
	shared_vtbl.SetEventOnCompletion = fence_SetEventOnCompletion;
}

HRESULT xfi_shared_fence_wrap(ID3D12Fence *inner, struct xfi_kmt_sync *sync, ID3D12Device *device,
	ID3D12Fence **ret_fence)
{
	struct shared_fence *fence = calloc(1, sizeof(*fence));
	struct xfi_promise *promise = xfi_promise_get(xf_timeline_id(sync->timeline), device);
	if (!fence || !promise) {
		xfi_promise_put(promise);
		free(fence);
		return E_OUTOFMEMORY;
	}
	xfi_proxy_init(&fence->proxy, &shared_vtbl, inner, fence_destroy);
	fence->sync = sync;
	fence->promise = promise;
	fence->device = device;
	ID3D12Device_AddRef(device);
	*ret_fence = (ID3D12Fence *)fence;
	return S_OK;
}
