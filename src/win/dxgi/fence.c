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
#include "win/nt/completion.h"

struct xfi_fence11 {
	struct xfi_child child;
	struct xfi_kmt_sync *sync;
	struct xfi_promise *promise; /* of the device's queue */
	bool is_shared; /* others may signal it, too */
	struct xfi_fence11 *next; /* xfi_device.fences */
};

static struct xfi_fence11 *of(ID3D11Fence *iface)
{
	return (struct xfi_fence11 *)xfi_child_of11(iface);
}

/* All fences of a device, to be raised when it is removed. */
static void enlist(struct xfi_fence11 *fence)
{
	struct xfi_device *device = fence->child.device;
	xfi_device_lock(device);
	fence->next = device->fences;
	device->fences = fence;
	xfi_device_unlock(device);
}

static void delist(struct xfi_fence11 *fence)
{
	struct xfi_device *device = fence->child.device;
	struct xfi_fence11 **link = &device->fences;
	xfi_device_lock(device);
	while (*link != fence)
		link = &(*link)->next;
	*link = fence->next;
	xfi_device_unlock(device);
}

static void fence_destroy(struct xfi_child *child)
{
	struct xfi_fence11 *fence = (struct xfi_fence11 *)child;
	delist(fence);
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

static bool is_removed(const struct xfi_fence11 *fence)
{
	return FAILED(xfi_render_removed(fence->child.device));
}

/* A fence that nobody will signal is past everything, as that of a device that is gone. */
static UINT64 WINAPI fence_GetCompletedValue(ID3D11Fence *iface)
{
	uint64_t value;
	if (is_removed(of(iface)))
		return UINT64_MAX;
	return xfi_kmt_sync_value(of(iface)->sync, &value) ? UINT64_MAX : value;
}

static HRESULT wait_for(struct xfi_fence11 *fence, UINT64 value)
{
	int r = xfi_kmt_sync_wait(fence->sync, value);
	return r == XF_ABANDONED ? DXGI_ERROR_DEVICE_REMOVED : xfi_hresult(r);
}

static HRESULT WINAPI fence_SetEventOnCompletion(ID3D11Fence *iface, UINT64 value, HANDLE event)
{
	if (is_removed(of(iface)))
		return event ? xfi_hresult(xfi_nt_handle_set(event)) : S_OK;
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
static bool goes_back(struct xfi_fence11 *fence, UINT64 value)
{
	uint64_t now = 0;
	if (value < atomic_load(&fence->promise->value))
		return true;
	return !xfi_kmt_sync_value(fence->sync, &now) && value < now;
}

static int signal_behind(struct xfi_device *device, struct xfi_fence11 *fence, UINT64 value)
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
static int take_back(struct xfi_device *device, struct xfi_fence11 *fence, UINT64 value)
{
	xfi_render_finish(device);
	atomic_store(&fence->promise->value, value);
	return xfi_kmt_sync_signal(fence->sync, value, true);
}

static int signal_locked(struct xfi_device *device, struct xfi_fence11 *fence, UINT64 value)
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
	int r = device->removed ? -EIO : signal_locked(device, of(fence), value);
	xfi_device_unlock(device);
	return FAILED(xfi_render_removed(device)) ? DXGI_ERROR_DEVICE_REMOVED : xfi_hresult(r);
}

/* Without a GPU commands are done when they are given: the caller waits, without the lock. */
HRESULT xfi_fence11_wait(struct xfi_device *device, ID3D11Fence *iface, UINT64 value)
{
	struct xfi_fence11 *fence = iface ? of(iface) : NULL;
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

/*
 * Nobody else signals what is not shared, so whoever waits is let go. What is shared has been given
 * what was promised; more is up to the others.
 */
void xfi_fence11_removed(struct xfi_device *device)
{
	for (struct xfi_fence11 *fence = device->fences; fence; fence = fence->next)
		if (!fence->is_shared) /* it fails where it is there already */
			(void)xfi_kmt_sync_signal(fence->sync, UINT64_MAX, false);
}

/* Takes the sync object. */
static HRESULT wrap(struct xfi_device *device, struct xfi_kmt_sync *sync, bool is_shared,
	REFIID riid, void **ret_fence)
{
	struct xfi_fence11 *fence = calloc(1, sizeof(*fence));
	HRESULT hr;
	struct xfi_promise *promise = xfi_promise_get(xf_timeline_id(sync->timeline), device);
	if (!fence || !promise) {
		xfi_promise_put(promise);
		xfi_object_unref(&sync->base);
		free(fence);
		return E_OUTOFMEMORY;
	}
	xfi_child_init(&fence->child, device, &fence_type);
	fence->child.d3d11.lpVtbl = (ID3D11DeviceChildVtbl *)&fence11_vtbl;
	fence->sync = sync;
	fence->promise = promise;
	fence->is_shared = is_shared;
	enlist(fence);
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
	const bool is_shared = flags & D3D11_FENCE_FLAG_SHARED;
	return r ? xfi_hresult(r) : wrap(device, sync, is_shared, riid, ret_fence);
}

HRESULT xfi_fence11_open(struct xfi_device *device, HANDLE handle, REFIID riid, void **ret_fence)
{
	struct xfi_kmt_sync *sync;
	if (!ret_fence || !riid)
		return E_INVALIDARG;
	*ret_fence = NULL;
	int r = xfi_kmt_sync_open_shared(handle, &sync);
	return r ? xfi_hresult(r) : wrap(device, sync, true, riid, ret_fence);
}
