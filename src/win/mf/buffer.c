/* SPDX-License-Identifier: MIT */
/*
 * MFCreateDXGISurfaceBuffer for D3D12 resources: a media buffer that carries a resource and the
 * attributes of IMFDXGIBuffer, above all its synchronization object. Nothing is mapped: the
 * pixels are the GPU's, and Lock says so.
 */
#include "win/prelude.h"

#include <mfapi.h>
#include <mfd3d12.h>
#include <mferror.h>

struct attribute {
	GUID key;
	IUnknown *value; /* referenced */
	struct attribute *next;
};

struct buffer {
	IMFMediaBuffer iface;
	IMFDXGIBuffer dxgi;
	_Atomic ULONG refs;
	ID3D12Resource *resource;
	UINT subresource;
	pthread_mutex_t lock; /* guards what follows */
	struct attribute *attributes;
	DWORD length_bytes;
};

static struct buffer *of(IMFMediaBuffer *iface)
{
	return (struct buffer *)iface;
}

static struct buffer *of_dxgi(IMFDXGIBuffer *iface)
{
	return (struct buffer *)((char *)iface - offsetof(struct buffer, dxgi));
}

static void free_attribute(struct attribute *attribute)
{
	IUnknown_Release(attribute->value);
	free(attribute);
}

static void destroy(struct buffer *buffer)
{
	while (buffer->attributes) {
		struct attribute *attribute = buffer->attributes;
		buffer->attributes = attribute->next;
		free_attribute(attribute);
	}
	ID3D12Resource_Release(buffer->resource);
	pthread_mutex_destroy(&buffer->lock);
	free(buffer);
}

static HRESULT query(struct buffer *buffer, REFIID riid, void **ret)
{
	if (!ret)
		return E_POINTER;
	*ret = NULL;
	if (IsEqualGUID(riid, &IID_IUnknown) || IsEqualGUID(riid, &IID_IMFMediaBuffer))
		*ret = &buffer->iface;
	else if (IsEqualGUID(riid, &IID_IMFDXGIBuffer))
		*ret = &buffer->dxgi;
	else
		return E_NOINTERFACE;
	atomic_fetch_add(&buffer->refs, 1);
	return S_OK;
}

static ULONG unref(struct buffer *buffer)
{
	ULONG refs = atomic_fetch_sub(&buffer->refs, 1) - 1;
	if (!refs)
		destroy(buffer);
	return refs;
}

/* IMFMediaBuffer */

static HRESULT WINAPI buffer_QueryInterface(IMFMediaBuffer *iface, REFIID riid, void **ret)
{
	return query(of(iface), riid, ret);
}

static ULONG WINAPI buffer_AddRef(IMFMediaBuffer *iface)
{
	return atomic_fetch_add(&of(iface)->refs, 1) + 1;
}

static ULONG WINAPI buffer_Release(IMFMediaBuffer *iface)
{
	return unref(of(iface));
}

static HRESULT WINAPI buffer_Lock(
	IMFMediaBuffer *iface, BYTE **data, DWORD *max_length, DWORD *current_length)
{
	return E_NOTIMPL;
}

static HRESULT WINAPI buffer_Unlock(IMFMediaBuffer *iface)
{
	return E_NOTIMPL;
}

static HRESULT WINAPI buffer_GetCurrentLength(IMFMediaBuffer *iface, DWORD *ret_length)
{
	if (!ret_length)
		return E_INVALIDARG;
	pthread_mutex_lock(&of(iface)->lock);
	*ret_length = of(iface)->length_bytes;
	pthread_mutex_unlock(&of(iface)->lock);
	return S_OK;
}

static HRESULT WINAPI buffer_SetCurrentLength(IMFMediaBuffer *iface, DWORD length)
{
	pthread_mutex_lock(&of(iface)->lock);
	of(iface)->length_bytes = length;
	pthread_mutex_unlock(&of(iface)->lock);
	return S_OK;
}

static HRESULT WINAPI buffer_GetMaxLength(IMFMediaBuffer *iface, DWORD *ret_length)
{
	return E_NOTIMPL;
}

static const IMFMediaBufferVtbl buffer_vtbl = {
	/* IUnknown */
	buffer_QueryInterface,
	buffer_AddRef,
	buffer_Release,
	/* IMFMediaBuffer */
	buffer_Lock,
	buffer_Unlock,
	buffer_GetCurrentLength,
	buffer_SetCurrentLength,
	buffer_GetMaxLength,
};

/* IMFDXGIBuffer */

static HRESULT WINAPI dxgi_QueryInterface(IMFDXGIBuffer *iface, REFIID riid, void **ret)
{
	return query(of_dxgi(iface), riid, ret);
}

static ULONG WINAPI dxgi_AddRef(IMFDXGIBuffer *iface)
{
	return atomic_fetch_add(&of_dxgi(iface)->refs, 1) + 1;
}

static ULONG WINAPI dxgi_Release(IMFDXGIBuffer *iface)
{
	return unref(of_dxgi(iface));
}

static HRESULT WINAPI dxgi_GetResource(IMFDXGIBuffer *iface, REFIID riid, void **ret)
{
	return ID3D12Resource_QueryInterface(of_dxgi(iface)->resource, riid, ret);
}

static HRESULT WINAPI dxgi_GetSubresourceIndex(IMFDXGIBuffer *iface, UINT *ret_index)
{
	if (!ret_index)
		return E_POINTER;
	*ret_index = of_dxgi(iface)->subresource;
	return S_OK;
}

static struct attribute **find_locked(struct buffer *buffer, REFGUID key)
{
	struct attribute **link = &buffer->attributes;
	while (*link && !IsEqualGUID(&(*link)->key, key))
		link = &(*link)->next;
	return link;
}

static HRESULT WINAPI dxgi_GetUnknown(IMFDXGIBuffer *iface, REFIID key, REFIID riid, void **ret)
{
	struct buffer *buffer = of_dxgi(iface);
	IUnknown *value = NULL;
	HRESULT hr;
	if (!ret)
		return E_POINTER;
	*ret = NULL;
	pthread_mutex_lock(&buffer->lock);
	if (*find_locked(buffer, key)) {
		value = (*find_locked(buffer, key))->value;
		IUnknown_AddRef(value);
	}
	pthread_mutex_unlock(&buffer->lock);
	if (!value)
		return MF_E_NOT_FOUND;
	hr = IUnknown_QueryInterface(value, riid, ret);
	IUnknown_Release(value);
	return hr;
}

/* What a synchronization object can be attached to: see crossfence-mf(7). */
static bool can_be_synchronized(ID3D12Resource *resource)
{
	D3D12_RESOURCE_DESC desc;
	resource->lpVtbl->GetDesc(resource, &desc);
	return desc.Dimension == D3D12_RESOURCE_DIMENSION_BUFFER ||
	       (desc.Dimension == D3D12_RESOURCE_DIMENSION_TEXTURE2D && desc.SampleDesc.Count == 1);
}

static HRESULT WINAPI dxgi_SetUnknown(IMFDXGIBuffer *iface, REFIID key, IUnknown *value)
{
	struct buffer *buffer = of_dxgi(iface);
	struct attribute *attribute = NULL, *before = NULL, **link;
	bool exists;
	if (value && IsEqualGUID(key, &MF_D3D12_SYNCHRONIZATION_OBJECT) &&
		!can_be_synchronized(buffer->resource))
		return MF_E_UNSUPPORTED_MEDIATYPE_AT_D3D_FEATURE_LEVEL;
	if (value) {
		attribute = malloc(sizeof(*attribute));
		if (!attribute)
			return E_OUTOFMEMORY;
		*attribute = (struct attribute){ *key, value, NULL };
		IUnknown_AddRef(value);
	}
	pthread_mutex_lock(&buffer->lock);
	link = find_locked(buffer, key);
	exists = attribute && *link;
	if (!exists) { /* NULL takes the attribute away */
		before = *link;
		*link = before ? before->next : attribute;
	}
	pthread_mutex_unlock(&buffer->lock);
	if (before)
		free_attribute(before);
	if (exists)
		free_attribute(attribute);
	return exists ? HRESULT_FROM_WIN32(ERROR_OBJECT_ALREADY_EXISTS) : S_OK;
}

static const IMFDXGIBufferVtbl dxgi_vtbl = {
	/* IUnknown */
	dxgi_QueryInterface,
	dxgi_AddRef,
	dxgi_Release,
	/* IMFDXGIBuffer */
	dxgi_GetResource,
	dxgi_GetSubresourceIndex,
	dxgi_GetUnknown,
	dxgi_SetUnknown,
};

HRESULT WINAPI MFCreateDXGISurfaceBuffer(
	REFIID riid, IUnknown *surface, UINT subresource, BOOL bottom_up, IMFMediaBuffer **ret)
{
	struct buffer *buffer;
	HRESULT hr;
	if (!riid || !surface || !ret)
		return E_INVALIDARG;
	if (!IsEqualGUID(riid, &IID_ID3D12Resource))
		return E_INVALIDARG; /* Direct3D 11's have no fences to tell of */
	buffer = calloc(1, sizeof(*buffer));
	if (!buffer)
		return E_OUTOFMEMORY;
	hr = IUnknown_QueryInterface(surface, riid, (void **)&buffer->resource);
	if (FAILED(hr)) {
		free(buffer);
		return hr;
	}
	buffer->iface.lpVtbl = &buffer_vtbl;
	buffer->dxgi.lpVtbl = &dxgi_vtbl;
	atomic_init(&buffer->refs, 1);
	pthread_mutex_init(&buffer->lock, NULL);
	buffer->subresource = subresource;
	*ret = &buffer->iface;
	return S_OK;
}
