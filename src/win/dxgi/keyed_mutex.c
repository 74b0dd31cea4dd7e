/* SPDX-License-Identifier: MIT */
/*
 * IDXGIKeyedMutex. The owner is the resource: each device that opened the resource has one of its
 * own, whatever thread it is used by. Ending a resource that owns abandons the mutex for good.
 *
 * Where Microsoft's documentation of ReleaseSync and Windows' behaviour differ we follow the
 * documentation: a mutex that is not valid or not owned by the device gives E_FAIL, where Windows
 * was seen to return DXGI_ERROR_INVALID_CALL.
 */
#include "win/dxgi/keyed_mutex.h"

#include <crossfence/keyed_mutex.h>
#include <crossfence/result.h>

#include "win/dxgi/barrier.h"
#include "win/dxgi/dxgi_object.h"
#include "win/dxgi/pipeline.h"
#include "win/dxgi/render.h"
#include "win/dxgi/trace.h"
#include "win/nt/codes.h"

static struct xfi_resource *impl_from_keyed_mutex(IDXGIKeyedMutex *iface)
{
	return XFI_CONTAINER(iface, struct xfi_resource, keyed_mutex);
}

XFI_SUB_OBJECT(keyed_mutex, IDXGIKeyedMutex, impl_from_keyed_mutex)

/* Does the device own this mutex through another of its resources? */
static __attribute__((cold, noinline)) bool twin_owns(struct xfi_resource *resource)
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

static __attribute__((cold, noinline)) int64_t deadline_of(DWORD ms)
{
	return ms == INFINITE ? XF_NEVER : xf_deadline((int64_t)ms * 1000000);
}

/* The last owner's GPU may still work on it. What is not had in time is given back. */
static __attribute__((cold, noinline)) int follow(
	struct xfi_resource *resource, xf_id timeline, uint64_t value, DWORD ms)
{
	int r = xfi_residence_follow(resource, timeline, value, ms ? deadline_of(ms) : 0);
	if (r)
		(void)xf_keyed_mutex_give_back(resource->mutex); /* abandoned: it is not ours */
	return r;
}

static inline HRESULT acquire(struct xfi_resource *resource, UINT64 key, DWORD ms)
{
	uint64_t fence, ignored;
	xf_id timeline = 0;
	int r;
	if (__builtin_expect(resource->has_twin, 0) && twin_owns(resource))
		return E_FAIL;
	if (__builtin_expect(FAILED(xfi_render_removed(resource->child.device)), 0))
		return DXGI_ERROR_DEVICE_REMOVED;
	r = xf_keyed_mutex_acquire(resource->mutex, key, ms ? deadline_of(ms) : 0, &fence);
	if (!r)
		r = xf_keyed_mutex_fence(resource->mutex, &timeline, &ignored);
	if (__builtin_expect(timeline != 0, 0) && !r)
		r = follow(resource, timeline, fence, ms);
	if (r)
		return xfi_hresult(r);
	resource->fence = fence;
	atomic_store_explicit(&resource->gpu.acquired, true, memory_order_relaxed);
	atomic_store_explicit(&resource->owned, true, memory_order_release);
	return S_OK;
}

static __attribute__((cold, noinline)) HRESULT acquire_traced(
	struct xfi_resource *resource, UINT64 key, DWORD ms)
{
	const int64_t begin_ns = xf_now();
	HRESULT hr = acquire(resource, key, ms);
	xfi_trace_mutex("AcquireSync", xf_keyed_mutex_id(resource->mutex), key, hr, begin_ns);
	return hr;
}

static HRESULT XFI_ABI keyed_mutex_AcquireSync(IDXGIKeyedMutex *iface, UINT64 key, DWORD ms)
{
	struct xfi_resource *resource = impl_from_keyed_mutex(iface);
	if (__builtin_expect(xfi_trace_is_on(), 0))
		return acquire_traced(resource, key, ms);
	return acquire(resource, key, ms);
}

/* For a resource that is bound or in use: nothing of that may be left when it is released. */
static __attribute__((cold, noinline)) int release_locked(struct xfi_resource *resource, UINT64 key)
{
	struct xfi_device *device = resource->child.device;
	int r;
	xfi_device_lock(device);
	xfi_pipeline_unset_resource(device->pipeline, resource);
	r = xfi_residence_release(resource, key);
	xfi_device_unlock(device);
	return r;
}

/*
 * A command of another thread must not go on after the release. It says `in_use` before it looks
 * at `owned`, we clear `owned` before we look at `in_use`: one of us sees the other. A command that
 * sees us first is dropped; if we see it, we wait for the device's lock, which it holds. The
 * barrier that this needs between our two steps is paid by the command, which is far slower
 * anyway: see xfi_barrier_all().
 */
static inline HRESULT release(struct xfi_resource *resource, UINT64 key)
{
	int r;
	if (!atomic_load_explicit(&resource->owned, memory_order_acquire))
		return E_FAIL;
	atomic_store_explicit(&resource->owned, false, memory_order_relaxed);
	xfi_barrier_one();
	if (atomic_load_explicit(&resource->in_use, memory_order_relaxed) ||
		atomic_load_explicit(&resource->bindings, memory_order_acquire) ||
		atomic_load_explicit(&resource->gpu.touched, memory_order_relaxed))
		r = release_locked(resource, key);
	else
		r = xf_keyed_mutex_release(resource->mutex, key, resource->fence + 1);
	if (r == -EIO)
		return DXGI_ERROR_DEVICE_REMOVED;
	if (r && FAILED(xfi_render_removed(resource->child.device)))
		return DXGI_ERROR_DEVICE_REMOVED;
	return r ? E_FAIL : S_OK;
}

static __attribute__((cold, noinline)) HRESULT release_traced(
	struct xfi_resource *resource, UINT64 key)
{
	const int64_t begin_ns = xf_now();
	HRESULT hr = release(resource, key);
	xfi_trace_mutex("ReleaseSync", xf_keyed_mutex_id(resource->mutex), key, hr, begin_ns);
	return hr;
}

static HRESULT XFI_ABI keyed_mutex_ReleaseSync(IDXGIKeyedMutex *iface, UINT64 key)
{
	struct xfi_resource *resource = impl_from_keyed_mutex(iface);
	if (__builtin_expect(xfi_trace_is_on(), 0))
		return release_traced(resource, key);
	return release(resource, key);
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
