/* SPDX-License-Identifier: MIT */
/*
 * MFCreateDXGIDeviceManager: one device for all parts of a pipeline, behind handles that go stale
 * when it is replaced. A thread that has locked the device may lock it again, also by another
 * handle; others sleep until it is unlocked, or until the device is replaced.
 */
#include <mferror.h>

#include "win/prelude.h"

#include <d3d11.h>
#include <d3d12.h>
#include <mfapi.h>

struct entry {
	struct entry *next;
	uintptr_t number; /* the handle; none is given twice */
	uint64_t device; /* the number of the device it was opened for */
	unsigned locks; /* by the thread that has the device */
};

struct manager {
	IMFDXGIDeviceManager iface;
	_Atomic ULONG refs;
	UINT token;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed; /* the device is unlocked, or another one */
	IUnknown *device; /* NULL: none yet */
	uint64_t number; /* of the device */
	struct entry *entries;
	uintptr_t last_handle;
	pthread_t owner; /* while there are locks */
	unsigned locks;
};

static struct manager *of(IMFDXGIDeviceManager *iface)
{
	return (struct manager *)iface;
}

static HRESULT unlock(struct manager *manager, HRESULT hr)
{
	pthread_mutex_unlock(&manager->lock);
	return hr;
}

static HRESULT WINAPI manager_QueryInterface(IMFDXGIDeviceManager *iface, REFIID riid, void **ret)
{
	if (!ret)
		return E_POINTER;
	*ret = NULL;
	if (!IsEqualGUID(riid, &IID_IUnknown) && !IsEqualGUID(riid, &IID_IMFDXGIDeviceManager))
		return E_NOINTERFACE;
	*ret = iface;
	atomic_fetch_add(&of(iface)->refs, 1);
	return S_OK;
}

static ULONG WINAPI manager_AddRef(IMFDXGIDeviceManager *iface)
{
	return atomic_fetch_add(&of(iface)->refs, 1) + 1;
}

static void destroy(struct manager *manager)
{
	while (manager->entries) {
		struct entry *entry = manager->entries;
		manager->entries = entry->next;
		free(entry);
	}
	if (manager->device)
		IUnknown_Release(manager->device);
	pthread_cond_destroy(&manager->changed);
	pthread_mutex_destroy(&manager->lock);
	free(manager);
}

static ULONG WINAPI manager_Release(IMFDXGIDeviceManager *iface)
{
	ULONG refs = atomic_fetch_sub(&of(iface)->refs, 1) - 1;
	if (!refs)
		destroy(of(iface));
	return refs;
}

static struct entry **find_locked(struct manager *manager, HANDLE handle)
{
	struct entry **link = &manager->entries;
	while (*link && (*link)->number != (uintptr_t)handle)
		link = &(*link)->next;
	return link;
}

static HRESULT check_locked(struct manager *manager, HANDLE handle)
{
	struct entry *entry = *find_locked(manager, handle);
	if (!entry)
		return E_HANDLE;
	return entry->device == manager->number ? S_OK : MF_E_DXGI_NEW_VIDEO_DEVICE;
}

static void give_back_locked(struct manager *manager, unsigned locks)
{
	manager->locks -= locks;
	pthread_cond_broadcast(&manager->changed);
}

static HRESULT WINAPI manager_OpenDeviceHandle(IMFDXGIDeviceManager *iface, HANDLE *ret_handle)
{
	struct manager *manager = of(iface);
	struct entry *entry;
	if (!ret_handle)
		return E_POINTER;
	*ret_handle = NULL;
	pthread_mutex_lock(&manager->lock);
	if (!manager->device)
		return unlock(manager, MF_E_DXGI_DEVICE_NOT_INITIALIZED);
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return unlock(manager, E_OUTOFMEMORY);
	entry->number = ++manager->last_handle;
	entry->device = manager->number;
	entry->next = manager->entries;
	manager->entries = entry;
	*ret_handle = (HANDLE)entry->number;
	return unlock(manager, S_OK);
}

/* With what it has locked. */
static HRESULT WINAPI manager_CloseDeviceHandle(IMFDXGIDeviceManager *iface, HANDLE handle)
{
	struct manager *manager = of(iface);
	struct entry *entry, **link;
	pthread_mutex_lock(&manager->lock);
	link = find_locked(manager, handle);
	entry = *link;
	if (!entry)
		return unlock(manager, E_HANDLE);
	*link = entry->next;
	give_back_locked(manager, entry->locks);
	free(entry);
	return unlock(manager, S_OK);
}

static HRESULT WINAPI manager_TestDevice(IMFDXGIDeviceManager *iface, HANDLE handle)
{
	pthread_mutex_lock(&of(iface)->lock);
	return unlock(of(iface), check_locked(of(iface), handle));
}

/* The device as one of its interfaces, without the manager's lock: it may be anybody's. */
static HRESULT query(struct manager *manager, REFIID riid, void **ret)
{
	IUnknown *device = manager->device;
	HRESULT hr;
	IUnknown_AddRef(device);
	pthread_mutex_unlock(&manager->lock);
	hr = IUnknown_QueryInterface(device, riid, ret);
	IUnknown_Release(device);
	return hr;
}

static HRESULT WINAPI manager_GetVideoService(
	IMFDXGIDeviceManager *iface, HANDLE handle, REFIID riid, void **ret)
{
	struct manager *manager = of(iface);
	HRESULT hr;
	if (!ret)
		return E_POINTER;
	*ret = NULL;
	pthread_mutex_lock(&manager->lock);
	hr = check_locked(manager, handle);
	return FAILED(hr) ? unlock(manager, hr) : query(manager, riid, ret);
}

static bool is_free_locked(const struct manager *manager)
{
	return !manager->locks || pthread_equal(manager->owner, pthread_self());
}

/* The handle may be closed and the device replaced while its user sleeps. */
static HRESULT wait_locked(struct manager *manager, HANDLE handle, BOOL block)
{
	HRESULT hr = check_locked(manager, handle);
	while (SUCCEEDED(hr) && !is_free_locked(manager)) {
		if (!block)
			return MF_E_DXGI_VIDEO_DEVICE_LOCKED;
		pthread_cond_wait(&manager->changed, &manager->lock);
		hr = check_locked(manager, handle);
	}
	return hr;
}

static HRESULT WINAPI manager_UnlockDevice(IMFDXGIDeviceManager *iface, HANDLE handle, BOOL state)
{
	struct manager *manager = of(iface);
	struct entry *entry;
	pthread_mutex_lock(&manager->lock);
	entry = *find_locked(manager, handle);
	if (!entry)
		return unlock(manager, E_HANDLE);
	if (!entry->locks)
		return unlock(manager, E_INVALIDARG);
	entry->locks--;
	give_back_locked(manager, 1);
	return unlock(manager, S_OK);
}

static HRESULT WINAPI manager_LockDevice(
	IMFDXGIDeviceManager *iface, HANDLE handle, REFIID riid, void **ret, BOOL block)
{
	struct manager *manager = of(iface);
	HRESULT hr;
	if (!ret)
		return E_POINTER;
	*ret = NULL;
	pthread_mutex_lock(&manager->lock);
	hr = wait_locked(manager, handle, block);
	if (FAILED(hr))
		return unlock(manager, hr);
	manager->owner = pthread_self();
	manager->locks++;
	(*find_locked(manager, handle))->locks++;
	hr = query(manager, riid, ret);
	if (FAILED(hr))
		(void)manager_UnlockDevice(iface, handle, FALSE);
	return hr;
}

static bool is_device(IUnknown *device)
{
	static const IID *const kinds[] = { &IID_ID3D11Device, &IID_ID3D12Device };
	for (int i = 0; i < 2; i++) {
		IUnknown *found;
		if (SUCCEEDED(IUnknown_QueryInterface(device, kinds[i], (void **)&found))) {
			IUnknown_Release(found);
			return true;
		}
	}
	return false;
}

/* Handles that are open stay, and are stale; locks that are held stay with their owner. */
static HRESULT WINAPI manager_ResetDevice(IMFDXGIDeviceManager *iface, IUnknown *device, UINT token)
{
	struct manager *manager = of(iface);
	IUnknown *before;
	if (!device || token != manager->token || !is_device(device))
		return E_INVALIDARG;
	IUnknown_AddRef(device);
	pthread_mutex_lock(&manager->lock);
	before = manager->device;
	manager->device = device;
	manager->number++;
	pthread_cond_broadcast(&manager->changed);
	pthread_mutex_unlock(&manager->lock);
	if (before)
		IUnknown_Release(before);
	return S_OK;
}

static const IMFDXGIDeviceManagerVtbl manager_vtbl = {
	/* IUnknown */
	manager_QueryInterface,
	manager_AddRef,
	manager_Release,
	/* IMFDXGIDeviceManager */
	manager_CloseDeviceHandle,
	manager_GetVideoService,
	manager_LockDevice,
	manager_OpenDeviceHandle,
	manager_ResetDevice,
	manager_TestDevice,
	manager_UnlockDevice,
};

HRESULT WINAPI MFCreateDXGIDeviceManager(UINT *ret_token, IMFDXGIDeviceManager **ret_manager)
{
	static _Atomic UINT tokens;
	struct manager *manager;
	if (!ret_token || !ret_manager)
		return E_POINTER;
	manager = calloc(1, sizeof(*manager));
	if (!manager)
		return E_OUTOFMEMORY;
	manager->iface.lpVtbl = &manager_vtbl;
	atomic_init(&manager->refs, 1);
	pthread_mutex_init(&manager->lock, NULL);
	pthread_cond_init(&manager->changed, NULL);
	/* Odd, so never 0, and another one for each manager for a long time. */
	manager->token = (atomic_fetch_add(&tokens, 1) * 2654435761u) | 1;
	*ret_token = manager->token;
	*ret_manager = &manager->iface;
	return S_OK;
}
