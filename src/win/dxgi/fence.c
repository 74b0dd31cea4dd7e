/* SPDX-License-Identifier: MIT */
#include "win/dxgi/fence.h"

#include <crossfence/result.h>
#include <crossfence/win/d3dkmthk_keyed_mutex.h>

#include "win/dxgi/fence_gpu.h"
#include "win/dxgi/render.h"
#include "win/kmt/promise.h"
#include "win/kmt/sync_cpu.h"
#include "win/kmt/sync_share.h"
#include "win/nt/codes.h"

struct fence {
	struct xfi_child child;
	struct xfi_kmt_sync *sync;
	struct xfi_promise *promise; /* of the device's queue */
};

static struct fence *of(ID3D11Fence *iface)
{
	return (struct fence *)xfi_child_of11(iface);
}

static void fence_destroy(struct xfi_child *child)
{
	struct fence *fence = (struct fence *)child;
	xfi_promise_put(fence->promise);
	xfi_object_unref(&fence->sync->base);
	free(fence);
}

static void *fence_query(struct xfi_child *child, REFIID riid)
{
	if (xfi_iid_is(riid, &IID_IUnknown) || xfi_iid_is(riid, &IID_ID3D11DeviceChild) ||
		xfi_iid_is(riid, &IID_ID3D11Fence))
		return &child->d3d11;
	return NULL;
}

static const struct xfi_child_type fence_type = { .destroy = fence_destroy, .query = fence_query };

static HRESULT WINAPI fence_CreateSharedHandle(ID3D11Fence *iface,
	const SECURITY_ATTRIBUTES *attributes, DWORD access, const WCHAR *text, HANDLE *ret_handle)
{
	if (!ret_handle)
		return E_INVALIDARG;
	*ret_handle = NULL;
	return xfi_hresult(xfi_kmt_sync_share(of(iface)->sync, access, text, ret_handle));
}

/* A fence that nobody will signal is past everything, as that of a device that is gone. */
static UINT64 WINAPI fence_GetCompletedValue(ID3D11Fence *iface)
{
	uint64_t value;
	return xfi_kmt_sync_value(of(iface)->sync, &value) ? UINT64_MAX : value;
}

static HRESULT wait_for(struct fence *fence, UINT64 value)
{
	int r = xfi_kmt_sync_wait(fence->sync, value);
	return r == XF_ABANDONED ? DXGI_ERROR_DEVICE_REMOVED : xfi_hresult(r);
}

static HRESULT WINAPI fence_SetEventOnCompletion(ID3D11Fence *iface, UINT64 value, HANDLE event)
{
	if (!event)
		return wait_for(of(iface), value);
	return xfi_hresult(xfi_kmt_sync_set_event(of(iface)->sync, value, event));
}

static const ID3D11FenceVtbl fence11_vtbl = {
	XFI_CHILD_METHODS(ID3D11Fence, 11),
	/* ID3D11Fence */
	.CreateSharedHandle = fence_CreateSharedHandle,
	.GetCompletedValue = fence_GetCompletedValue,
	.SetEventOnCompletion = fence_SetEventOnCompletion,
};

/* Less than it has, or will have. */
static bool goes_back(struct fence *fence, UINT64 value)
{
	uint64_t now = 0;
	if (value < atomic_load(&fence->promise->value))
		return true;
	return !xfi_kmt_sync_value(fence->sync, &now) && value < now;
}

static int signal_behind(struct xfi_device *device, struct fence *fence, UINT64 value)
{
	uint64_t target;
	int r = xfi_kmt_sync_target(fence->sync, value, &target);
	if (!r)
		r = xfi_fence_gpu_signal(device, xf_timeline_id(fence->sync->timeline), target);
	if (!r)
		atomic_store(&fence->promise->value, value);
	return r;
}

/* A fence that is taken back ends its life before: all that was promised is given first. */
static int take_back(struct xfi_device *device, struct fence *fence, UINT64 value)
{
	xfi_render_finish(device);
	atomic_store(&fence->promise->value, value);
	return xfi_kmt_sync_signal(fence->sync, value, true);
}

static int signal_locked(struct xfi_device *device, struct fence *fence, UINT64 value)
{
	if (goes_back(fence, value))
		return take_back(device, fence, value);
	int r = signal_behind(device, fence, value);
	return r == -ENOSYS ? xfi_kmt_sync_signal(fence->sync, value, true) : r;
}

HRESULT xfi_fence11_signal(struct xfi_device *device, ID3D11Fence *fence, UINT64 value)
{
	if (!fence)
		return E_INVALIDARG;
	xfi_device_lock(device);
	int r = signal_locked(device, of(fence), value);
	xfi_device_unlock(device);
	return FAILED(xfi_render_removed(device)) ? DXGI_ERROR_DEVICE_REMOVED : xfi_hresult(r);
}

/* Without a GPU commands are done when they are given: the caller waits, without the lock. */
HRESULT xfi_fence11_wait(struct xfi_device *device, ID3D11Fence *iface, UINT64 value)
{
	struct fence *fence = iface ? of(iface) : NULL;
	uint64_t now, target;
	if (!fence)
		return E_INVALIDARG;
	if (!xfi_kmt_sync_value(fence->sync, &now) && now >= value)
		return S_OK;
	int r = xfi_kmt_sync_target(fence->sync, value, &target);
	xfi_device_lock(device);
	if (!r)
		r = xfi_fence_gpu_wait(device, xf_timeline_id(fence->sync->timeline), target);
	xfi_device_unlock(device);
	if (FAILED(xfi_render_removed(device)))
		return DXGI_ERROR_DEVICE_REMOVED;
	return r == -ENOSYS ? wait_for(fence, value) : xfi_hresult(r);
}

/* Takes the sync object. */
static HRESULT wrap(
	struct xfi_device *device, struct xfi_kmt_sync *sync, REFIID riid, void **ret_fence)
{
	struct fence *fence = calloc(1, sizeof(*fence));
	struct xfi_promise *promise = xfi_promise_get(xf_timeline_id(sync->timeline), device);
	HRESULT hr;
	if (!fence || !promise) {
		xfi_promise_put(promise);
		free(fence);
		xfi_object_unref(&sync->base);
		return E_OUTOFMEMORY;
	}
	xfi_child_init(&fence->child, device, &fence_type);
	fence->child.d3d11.lpVtbl = (ID3D11DeviceChildVtbl *)&fence11_vtbl;
	fence->sync = sync;
	fence->promise = promise;
	hr = xfi_child_query(&fence->child, riid, ret_fence);
	xfi_child_release(&fence->child);
	return hr;
}

HRESULT xfi_fence11_create(
	struct xfi_device *device, UINT64 initial, UINT flags, REFIID riid, void **ret_fence)
{
	const UINT known = D3D11_FENCE_FLAG_NONE | D3D11_FENCE_FLAG_SHARED |
			   D3D11_FENCE_FLAG_SHARED_CROSS_ADAPTER | D3D11_FENCE_FLAG_NON_MONITORED;
	struct xfi_kmt_sync *sync;
	int r;
	if (!ret_fence || !riid || flags & ~known)
		return E_INVALIDARG;
	*ret_fence = NULL;
	if (flags & D3D11_FENCE_FLAG_SHARED)
		r = xfi_kmt_sync_create_shared(initial, &sync);
	else
		r = xfi_kmt_sync_create(D3DDDI_MONITORED_FENCE, 0, initial, &sync);
	return r ? xfi_hresult(r) : wrap(device, sync, riid, ret_fence);
}

HRESULT xfi_fence11_open(struct xfi_device *device, HANDLE handle, REFIID riid, void **ret_fence)
{
	struct xfi_kmt_sync *sync;
	if (!ret_fence || !riid)
		return E_INVALIDARG;
	*ret_fence = NULL;
	int r = xfi_kmt_sync_open_shared(handle, &sync);
	return r ? xfi_hresult(r) : wrap(device, sync, riid, ret_fence);
}
