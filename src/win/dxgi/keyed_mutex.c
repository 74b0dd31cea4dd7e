/* SPDX-License-Identifier: MIT */
/*
 * IDXGIKeyedMutex. The owner is the resource: each device that opened the resource has one of its
 * own, whatever thread it is used by. Ending a resource that owns abandons the mutex for good.
 *
 * Where Microsoft's documentation of ReleaseSync and Windows' behaviour differ we follow the
 * documentation: a mutex that is not valid or not owned by the device gives E_FAIL, where Windows
 * was seen to return DXGI_ERROR_INVALID_CALL.
 */
#include <crossfence/keyed_mutex.h>

#include "win/dxgi/dxgi_object.h"
#include "win/dxgi/pipeline.h"
#include "win/dxgi/resource.h"
#include "win/nt/codes.h"

static struct xfi_resource *impl_from_keyed_mutex(IDXGIKeyedMutex *iface)
{
	return XFI_CONTAINER(iface, struct xfi_resource, keyed_mutex);
}

XFI_SUB_OBJECT(keyed_mutex, IDXGIKeyedMutex, impl_from_keyed_mutex)

/* Does the device own this mutex through another of its resources? */
static bool twin_owns(struct xfi_resource *resource)
{
	struct xfi_device *device = resource->child.device;
	xf_id id = xf_keyed_mutex_id(resource->mutex);
	bool owns = false;

	xfi_device_lock(device);
	for (struct xfi_resource *other = device->keyed; other; other = other->next_keyed)
		if (other != resource && xf_keyed_mutex_id(other->mutex) == id)
			owns |= atomic_load_explicit(&other->owned, memory_order_relaxed);
	xfi_device_unlock(device);
	return owns;
}

static HRESULT WINAPI keyed_mutex_AcquireSync(IDXGIKeyedMutex *iface, UINT64 key, DWORD ms)
{
	struct xfi_resource *resource = impl_from_keyed_mutex(iface);
	int64_t deadline = 0;
	uint64_t fence;
	int r;

	if (resource->has_twin && twin_owns(resource))
		return E_FAIL;
	if (ms)
		deadline = ms == INFINITE ? XF_NEVER : xf_deadline((int64_t)ms * 1000000);
	r = xf_keyed_mutex_acquire(resource->mutex, key, deadline, &fence);
	if (r)
		return xfi_hresult(r);
	resource->fence = fence;
	atomic_store_explicit(&resource->owned, true, memory_order_relaxed);
	return S_OK;
}

/* The lock keeps commands of other threads from running in between. */
static HRESULT WINAPI keyed_mutex_ReleaseSync(IDXGIKeyedMutex *iface, UINT64 key)
{
	struct xfi_resource *resource = impl_from_keyed_mutex(iface);
	struct xfi_device *device = resource->child.device;
	int r;

	xfi_device_lock(device);
	r = xf_keyed_mutex_release(resource->mutex, key, resource->fence + 1);
	if (!r) {
		atomic_store_explicit(&resource->owned, false, memory_order_relaxed);
		if (resource->bindings)
			xfi_pipeline_unset_resource(device->pipeline, resource);
	}
	xfi_device_unlock(device);
	return r ? E_FAIL : S_OK;
}

static const IDXGIKeyedMutexVtbl keyed_mutex_vtbl = {
	XFI_SUB_OBJECT_METHODS(keyed_mutex),
	/* IDXGIKeyedMutex */
	.AcquireSync = keyed_mutex_AcquireSync,
	.ReleaseSync = keyed_mutex_ReleaseSync,
};

void xfi_resource_init_keyed_mutex(struct xfi_resource *resource)
{
	resource->keyed_mutex.lpVtbl = &keyed_mutex_vtbl;
}
