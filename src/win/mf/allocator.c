/* SPDX-License-Identifier: MIT */
/* MFCreateVideoSampleAllocatorEx: the interfaces; the samples are sample_pool.c's. */
#include <mferror.h>

#include "win/mf/sample_pool.h"

struct allocator {
	IMFVideoSampleAllocatorEx iface;
	IMFVideoSampleAllocatorCallback callback;
	_Atomic ULONG refs;
	struct xfi_sample_pool *pool;
	pthread_mutex_t lock; /* guards what follows */
	IMFDXGIDeviceManager *manager; /* NULL: samples lie in memory */
};

static struct allocator *of(IMFVideoSampleAllocatorEx *iface)
{
	return (struct allocator *)iface;
}

static struct allocator *of_callback(IMFVideoSampleAllocatorCallback *iface)
{
	return (struct allocator *)((char *)iface - offsetof(struct allocator, callback));
}

static HRESULT query(struct allocator *allocator, REFIID riid, void **ret)
{
	if (!ret)
		return E_POINTER;
	*ret = NULL;
	if (IsEqualGUID(riid, &IID_IUnknown) || IsEqualGUID(riid, &IID_IMFVideoSampleAllocator) ||
		IsEqualGUID(riid, &IID_IMFVideoSampleAllocatorEx))
		*ret = &allocator->iface;
	else if (IsEqualGUID(riid, &IID_IMFVideoSampleAllocatorCallback))
		*ret = &allocator->callback;
	else
		return E_NOINTERFACE;
	atomic_fetch_add(&allocator->refs, 1);
	return S_OK;
}

static ULONG ref(struct allocator *allocator)
{
	return atomic_fetch_add(&allocator->refs, 1) + 1;
}

static ULONG unref(struct allocator *allocator)
{
	ULONG refs = atomic_fetch_sub(&allocator->refs, 1) - 1;
	if (refs)
		return refs;
	xfi_sample_pool_end(allocator->pool);
	if (allocator->manager)
		IMFDXGIDeviceManager_Release(allocator->manager);
	pthread_mutex_destroy(&allocator->lock);
	free(allocator);
	return 0;
}

/* IMFVideoSampleAllocatorEx */

static HRESULT WINAPI allocator_QueryInterface(
	IMFVideoSampleAllocatorEx *iface, REFIID riid, void **ret)
{
	return query(of(iface), riid, ret);
}

static ULONG WINAPI allocator_AddRef(IMFVideoSampleAllocatorEx *iface)
{
	return ref(of(iface));
}

static ULONG WINAPI allocator_Release(IMFVideoSampleAllocatorEx *iface)
{
	return unref(of(iface));
}

static HRESULT WINAPI allocator_SetDirectXManager(
	IMFVideoSampleAllocatorEx *iface, IUnknown *manager)
{
	struct allocator *allocator = of(iface);
	IMFDXGIDeviceManager *found = NULL, *before;
	if (manager) {
		HRESULT hr = IUnknown_QueryInterface(
			manager, &IID_IMFDXGIDeviceManager, (void **)&found);
		if (FAILED(hr))
			return hr;
	}
	pthread_mutex_lock(&allocator->lock);
	before = allocator->manager;
	allocator->manager = found;
	pthread_mutex_unlock(&allocator->lock);
	if (before)
		IMFDXGIDeviceManager_Release(before);
	return S_OK;
}

static HRESULT WINAPI allocator_UninitializeSampleAllocator(IMFVideoSampleAllocatorEx *iface)
{
	xfi_sample_pool_empty(of(iface)->pool);
	return S_OK;
}

static DWORD larger(DWORD a, DWORD b)
{
	return a > b ? a : b;
}

static HRESULT WINAPI allocator_InitializeSampleAllocatorEx(IMFVideoSampleAllocatorEx *iface,
	DWORD initial, DWORD maximum, IMFAttributes *attributes, IMFMediaType *type)
{
	struct allocator *allocator = of(iface);
	struct xfi_sample_source *source;
	IMFDXGIDeviceManager *manager;
	HRESULT hr;
	if (!type || maximum < initial)
		return E_INVALIDARG;
	pthread_mutex_lock(&allocator->lock);
	manager = allocator->manager;
	if (manager)
		IMFDXGIDeviceManager_AddRef(manager);
	pthread_mutex_unlock(&allocator->lock);
	hr = xfi_sample_source_create(type, attributes, manager, &source);
	if (manager)
		IMFDXGIDeviceManager_Release(manager);
	if (FAILED(hr))
		return hr; /* and all is as before */
	initial = larger(larger(initial, 1), source->minimum);
	hr = xfi_sample_pool_fill(allocator->pool, source, initial, larger(initial, maximum));
	if (FAILED(hr))
		xfi_sample_source_unref(source);
	return hr;
}

static HRESULT WINAPI allocator_InitializeSampleAllocator(
	IMFVideoSampleAllocatorEx *iface, DWORD count, IMFMediaType *type)
{
	return allocator_InitializeSampleAllocatorEx(iface, count, count, NULL, type);
}

static HRESULT WINAPI allocator_AllocateSample(
	IMFVideoSampleAllocatorEx *iface, IMFSample **ret_sample)
{
	if (!ret_sample)
		return E_POINTER;
	return xfi_sample_pool_take(of(iface)->pool, ret_sample);
}

static const IMFVideoSampleAllocatorExVtbl allocator_vtbl = {
	/* IUnknown */
	allocator_QueryInterface,
	allocator_AddRef,
	allocator_Release,
	/* IMFVideoSampleAllocator */
	allocator_SetDirectXManager,
	allocator_UninitializeSampleAllocator,
	allocator_InitializeSampleAllocator,
	allocator_AllocateSample,
	/* IMFVideoSampleAllocatorEx */
	allocator_InitializeSampleAllocatorEx,
};

/* IMFVideoSampleAllocatorCallback */

static HRESULT WINAPI callback_QueryInterface(
	IMFVideoSampleAllocatorCallback *iface, REFIID riid, void **ret)
{
	return query(of_callback(iface), riid, ret);
}

static ULONG WINAPI callback_AddRef(IMFVideoSampleAllocatorCallback *iface)
{
	return ref(of_callback(iface));
}

static ULONG WINAPI callback_Release(IMFVideoSampleAllocatorCallback *iface)
{
	return unref(of_callback(iface));
}

static HRESULT WINAPI callback_SetCallback(
	IMFVideoSampleAllocatorCallback *iface, IMFVideoSampleAllocatorNotify *notify)
{
	return xfi_sample_pool_set_notify(of_callback(iface)->pool, notify);
}

static HRESULT WINAPI callback_GetFreeSampleCount(
	IMFVideoSampleAllocatorCallback *iface, LONG *ret_count)
{
	if (ret_count)
		*ret_count = xfi_sample_pool_free_count(of_callback(iface)->pool);
	return S_OK;
}

static const IMFVideoSampleAllocatorCallbackVtbl allocator_callback_vtbl = {
	/* IUnknown */
	callback_QueryInterface,
	callback_AddRef,
	callback_Release,
	/* IMFVideoSampleAllocatorCallback */
	callback_SetCallback,
	callback_GetFreeSampleCount,
};

HRESULT WINAPI MFCreateVideoSampleAllocatorEx(REFIID riid, void **ret)
{
	struct allocator *allocator;
	HRESULT hr;
	if (!ret)
		return E_POINTER;
	*ret = NULL;
	allocator = calloc(1, sizeof(*allocator));
	if (!allocator)
		return E_OUTOFMEMORY;
	allocator->pool = xfi_sample_pool_create();
	if (!allocator->pool) {
		free(allocator);
		return E_OUTOFMEMORY;
	}
	allocator->iface.lpVtbl = &allocator_vtbl;
	allocator->callback.lpVtbl = &allocator_callback_vtbl;
	atomic_init(&allocator->refs, 1);
	pthread_mutex_init(&allocator->lock, NULL);
	hr = query(allocator, riid, ret);
	(void)unref(allocator);
	return hr;
}
