/* SPDX-License-Identifier: MIT */
#include "win/mf/fence.h"

#include <semaphore.h>

#include "win/nt/completion.h"
#include "win/nt/handle.h"

struct fence {
	struct xfi_proxy proxy;
	ID3D12Device *device;
	_Atomic UINT64 seen;
	_Atomic bool goes_back; /* somebody wants that: nothing is kept any more */
};

static ID3D12FenceVtbl fence_vtbl;

static ID3D12Fence *inner_of(ID3D12Fence *iface)
{
	return (ID3D12Fence *)((struct xfi_proxy *)iface)->inner;
}

ID3D12Fence *xfi_fence_inner(ID3D12Fence *fence)
{
	return fence->lpVtbl == &fence_vtbl ? inner_of(fence) : fence;
}

static struct fence *ours(ID3D12Fence *fence)
{
	return fence->lpVtbl == &fence_vtbl ? (struct fence *)fence : NULL;
}

void xfi_fence_reached(ID3D12Fence *iface, UINT64 value)
{
	struct fence *fence = ours(iface);
	UINT64 seen = fence ? atomic_load(&fence->seen) : UINT64_MAX;
	while (seen < value && !atomic_compare_exchange_weak(&fence->seen, &seen, value))
		;
}

void xfi_fence_signals(ID3D12Fence *iface, UINT64 value)
{
	struct fence *fence = ours(iface);
	if (fence && value < atomic_load(&fence->seen))
		atomic_store(&fence->goes_back, true);
}

static bool was_seen(struct fence *fence, UINT64 value)
{
	return !atomic_load(&fence->goes_back) && atomic_load(&fence->seen) >= value;
}

UINT64 xfi_fence_value(ID3D12Fence *iface)
{
	UINT64 value = ID3D12Fence_GetCompletedValue(xfi_fence_inner(iface));
	struct fence *fence = ours(iface);
	xfi_fence_reached(iface, value);
	return fence && was_seen(fence, value) ? atomic_load(&fence->seen) : value;
}

static UINT64 WINAPI fence_GetCompletedValue(ID3D12Fence *iface)
{
	return xfi_fence_value(iface);
}

static HRESULT WINAPI fence_Signal(ID3D12Fence *iface, UINT64 value)
{
	xfi_fence_signals(iface, value);
	return ID3D12Fence_Signal(inner_of(iface), value);
}

static void reached(void *arg)
{
	sem_post(arg);
}

static void end(void *arg)
{
	sem_destroy(arg);
	free(arg);
}

/* The driver may still be in `reached` when the waiting ends, so that the last of both ends it. */
static HRESULT wait_for(ID3D12Fence *inner, UINT64 value)
{
	sem_t *sem = malloc(sizeof(*sem));
	HANDLE handle;
	HRESULT hr;
	if (!sem)
		return E_OUTOFMEMORY;
	sem_init(sem, 0, 0);
	if (xfi_completion_create(reached, end, sem, &handle)) {
		end(sem);
		return E_OUTOFMEMORY;
	}
	hr = ID3D12Fence_SetEventOnCompletion(inner, value, handle);
	while (SUCCEEDED(hr) && sem_wait(sem))
		; /* a signal handler ran */
	(void)xfi_nt_handle_close(handle); /* we made it just now */
	return hr;
}

static HRESULT WINAPI fence_SetEventOnCompletion(ID3D12Fence *iface, UINT64 value, HANDLE event)
{
	if (was_seen((struct fence *)iface, value))
		return !event || !xfi_nt_handle_set(event) ? S_OK : E_INVALIDARG;
	if (event)
		return ID3D12Fence_SetEventOnCompletion(inner_of(iface), value, event);
	HRESULT hr = wait_for(inner_of(iface), value);
	if (SUCCEEDED(hr))
		xfi_fence_reached(iface, value);
	return hr;
}

static HRESULT WINAPI fence_GetDevice(ID3D12Fence *iface, REFIID riid, void **device)
{
	return ID3D12Device_QueryInterface(((struct fence *)iface)->device, riid, device);
}

static void fence_destroy(struct xfi_proxy *proxy)
{
	struct fence *fence = (struct fence *)proxy;
	IUnknown_Release(proxy->inner);
	ID3D12Device_Release(fence->device);
	free(fence);
}

__attribute__((constructor)) static void fill_table(void)
{
	xfi_proxy_fill(&fence_vtbl, sizeof(fence_vtbl) / sizeof(void *));
	fence_vtbl.GetDevice = fence_GetDevice;
	fence_vtbl.GetCompletedValue = fence_GetCompletedValue;
	fence_vtbl.Signal = fence_Signal;
	fence_vtbl.SetEventOnCompletion = fence_SetEventOnCompletion;
}

HRESULT xfi_fence_wrap(ID3D12Fence *inner, ID3D12Device *device, ID3D12Fence **ret_fence)
{
	struct fence *fence = calloc(1, sizeof(*fence));
	if (!fence)
		return E_OUTOFMEMORY;
	xfi_proxy_init(&fence->proxy, &fence_vtbl, inner, fence_destroy);
	fence->device = device;
	ID3D12Device_AddRef(device);
	*ret_fence = (ID3D12Fence *)fence;
	return S_OK;
}

HRESULT xfi_fence_create(ID3D12Device *device, ID3D12Fence **ret_fence)
{
	ID3D12Fence *fence;
	HRESULT hr = ID3D12Device_CreateFence(
		device, 0, D3D12_FENCE_FLAG_NONE, &IID_ID3D12Fence, (void **)&fence);
	if (FAILED(hr))
		return hr;
	*ret_fence = xfi_fence_inner(fence);
	ID3D12Fence_AddRef(*ret_fence);
	ID3D12Fence_Release(fence);
	return S_OK;
}
