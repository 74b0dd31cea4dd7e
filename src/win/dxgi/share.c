/* SPDX-License-Identifier: MIT */
#include "win/dxgi/share.h"

#include <crossfence/win/d3dkmthk_keyed_mutex.h>

#include "win/dxgi/runtime_data.h"
#include "win/kmt/share.h"
#include "win/kmt/sync.h"
#include "win/nt/codes.h"
#include "win/nt/handle.h"

static bool is_nt(const struct xfi_resource *resource)
{
	return resource->desc.misc & D3D11_RESOURCE_MISC_SHARED_NTHANDLE;
}

/* Every keyed resource has a sync object beside it, as on Windows. */
static int make_sync(const struct xfi_resource_head *head, struct xfi_object **ret_sync)
{
	D3DDDI_SYNCHRONIZATIONOBJECT_FLAGS flags = { .Shared = 1, .NtSecuritySharing = head->nt };
	struct xfi_kmt_sync *sync;
	int r;
	r = xfi_kmt_sync_create(D3DDDI_MONITORED_FENCE, flags.Value, 0, &sync);
	if (!r)
		*ret_sync = &sync->base;
	return r;
}

static int describe_locked(struct xfi_resource *resource)
{
	struct xfi_resource_head head = { .shared = 1, .n_allocations = 1 };
	struct xfi_object *sync = NULL;
	struct xfi_runtime_data data;
	int r = 0;
	xfi_runtime_data_fill(&data, &resource->desc);
	head.nt = data.nt_shared;
	head.runtime_bytes = sizeof(data);
	if (resource->mutex)
		r = make_sync(&head, &sync);
	if (!r && sync && !head.nt) {
		data.mutex_handle = xfi_global_of(xf_keyed_mutex_id(resource->mutex));
		data.sync_handle = xfi_global_of(sync->id);
	}
	if (!r)
		r = xfi_kmt_resource_create(&head, &data, resource->pixels, sync, &resource->kmt);
	if (r)
		xfi_object_unref(sync);
	return r;
}

/* Makes what others find the resource by, when it is first needed: it is half of the cost. */
static int describe(struct xfi_resource *resource)
{
	int r = 0;
	xfi_device_lock(resource->child.device);
	if (!resource->kmt)
		r = describe_locked(resource);
	xfi_device_unlock(resource->child.device);
	return r;
}

HRESULT xfi_get_shared_handle(struct xfi_resource *resource, HANDLE *ret_handle)
{
	int r;
	if (!ret_handle || is_nt(resource))
		return E_INVALIDARG;
	*ret_handle = NULL;
	if (!resource->pixels)
		return S_OK;
	r = describe(resource);
	if (!r)
		*ret_handle = (HANDLE)(uintptr_t)xfi_global_of(resource->kmt->base.id);
	return xfi_hresult(r);
}

static int share(struct xfi_resource *resource, DWORD access, const struct xfi_name *name,
	HANDLE *ret_handle)
{
	struct xfi_share_ids ids = {
		.resource = resource->kmt->base.id,
		.mutex = resource->kmt->head.mutex,
		.sync = resource->kmt->head.sync,
	};
	return xfi_share_create_handle(&ids, name, access, ret_handle);
}

/* The documentation allows one handle per resource; DuplicateHandle makes more. */
HRESULT xfi_create_shared_handle(
	struct xfi_resource *resource, DWORD access, const WCHAR *text, HANDLE *ret_handle)
{
	struct xfi_name name;
	int r;
	if (!ret_handle)
		return E_INVALIDARG;
	*ret_handle = NULL;
	if (!is_nt(resource))
		return E_INVALIDARG;
	if (text) {
		r = xfi_name_from_wide(text, xfi_wide_length(text), &name);
		if (r)
			return xfi_hresult(r);
	}
	if (atomic_exchange(&resource->handed_out, true))
		return E_INVALIDARG;
	r = describe(resource);
	if (!r)
		r = share(resource, access, text ? &name : NULL, ret_handle);
	if (r)
		atomic_store(&resource->handed_out, false);
	return xfi_hresult(r);
}

static HRESULT open(
	struct xfi_device *device, xf_id record, bool nt, REFIID riid, void **ret_object)
{
	struct xfi_kmt_resource *kmt;
	struct xfi_resource *resource;
	HRESULT hr;
	int r;
	r = xfi_kmt_resource_open(record, &kmt);
	if (r)
		return xfi_hresult(r);
	if (!kmt->head.shared || !!kmt->head.nt != nt) {
		xfi_object_unref(&kmt->base);
		return E_INVALIDARG;
	}
	hr = xfi_resource_open(device, kmt, &resource);
	if (FAILED(hr))
		return hr;
	hr = xfi_child_query(&resource->child, riid, ret_object);
	xfi_child_release(&resource->child);
	return hr;
}

/* A handle may come sign-extended, as from a program that kept it as an int. */
HRESULT xfi_open_kmt(struct xfi_device *device, HANDLE handle, REFIID riid, void **ret_object)
{
	uintptr_t value = (uintptr_t)handle, high = value >> 32;
	xf_id id;
	int r;
	if (!ret_object || !riid)
		return E_INVALIDARG;
	*ret_object = NULL;
	if (high && high != UINT32_MAX)
		return E_INVALIDARG;
	r = xfi_global_find((D3DKMT_HANDLE)value, XF_SURFACE, &id, NULL);
	return r ? xfi_hresult(r) : open(device, id, false, riid, ret_object);
}

static HRESULT open_share(
	struct xfi_device *device, struct xfi_share *share, REFIID riid, void **ret_object)
{
	return open(device, share->ids.resource, true, riid, ret_object);
}

/* Opening needs some right to the object; a handle that was stripped of all has none. */
HRESULT xfi_open_nt(struct xfi_device *device, HANDLE handle, REFIID riid, void **ret_object)
{
	struct xfi_object *object;
	ACCESS_MASK access;
	HRESULT hr;
	if (!ret_object || !riid)
		return E_INVALIDARG;
	*ret_object = NULL;
	if (xfi_nt_handle_ref(handle, &xfi_shared_resource_type, 0, &object))
		return E_INVALIDARG;
	if (xfi_nt_handle_access(handle, &access) || !(access & (READ_CONTROL | XFI_SHARE_WRITE)))
		hr = E_ACCESSDENIED;
	else
		hr = open_share(device, (struct xfi_share *)object, riid, ret_object);
	xfi_object_unref(object);
	return hr;
}

HRESULT xfi_open_name(
	struct xfi_device *device, const WCHAR *text, DWORD access, REFIID riid, void **ret_object)
{
	struct xfi_share *share;
	struct xfi_name name;
	HRESULT hr;
	int r;
	if (!text || !ret_object || !riid)
		return E_INVALIDARG;
	*ret_object = NULL;
	r = xfi_name_from_wide(text, xfi_wide_length(text), &name);
	if (!r)
		r = xfi_share_open_name(&name, false, &share);
	if (r)
		return xfi_hresult(r);
	if (share->base.type != &xfi_shared_resource_type)
		hr = E_INVALIDARG;
	else if (!access)
		hr = E_ACCESSDENIED;
	else
		hr = open_share(device, share, riid, ret_object);
	xfi_object_unref(&share->base);
	return hr;
}
