/* SPDX-License-Identifier: MIT */
/* MFCreateDXGISurfaceBuffer. */
#include "win/mf/dxgi_buffer.h"

#include <mfd3d12.h>
#include <mferror.h>

#include "win/mf/copier_d3d11.h"
#include "win/mf/copier_d3d12.h"

struct xfi_dxgi_attribute {
	GUID key;
	IUnknown *value; /* referenced */
	struct xfi_dxgi_attribute *next;
};

static const IMFDXGIBufferVtbl dxgi_buffer_vtbl;

static struct xfi_dxgi_buffer *of(IMFDXGIBuffer *iface)
{
	return (struct xfi_dxgi_buffer *)((char *)iface - offsetof(struct xfi_dxgi_buffer, dxgi));
}

static void free_attribute(struct xfi_dxgi_attribute *attribute)
{
	IUnknown_Release(attribute->value);
	free(attribute);
}

/* What both kinds do at their end, after they have given up their copier. */
static void destroy(struct xfi_dxgi_buffer *buffer)
{
	while (buffer->attributes) {
		struct xfi_dxgi_attribute *attribute = buffer->attributes;
		buffer->attributes = attribute->next;
		free_attribute(attribute);
	}
	IUnknown_Release(buffer->resource);
	xfi_picture_buffer_finish(&buffer->picture);
}

static void *face(struct xfi_picture_buffer *picture, REFIID riid)
{
	struct xfi_dxgi_buffer *buffer = (struct xfi_dxgi_buffer *)picture;
	return IsEqualGUID(riid, &IID_IMFDXGIBuffer) ? &buffer->dxgi : NULL;
}

static void destroy_d3d11(struct xfi_picture_buffer *picture)
{
	struct xfi_dxgi_buffer *buffer = (struct xfi_dxgi_buffer *)picture;
	xfi_copier_d3d11_destroy(buffer->copier);
	destroy(buffer);
}

static void destroy_d3d12(struct xfi_picture_buffer *picture)
{
	struct xfi_dxgi_buffer *buffer = (struct xfi_dxgi_buffer *)picture;
	xfi_copier_d3d12_destroy(buffer->copier);
	destroy(buffer);
}

static HRESULT map_d3d11(
	struct xfi_picture_buffer *picture, DWORD flags, BYTE **ret_data, DWORD *ret_pitch)
{
	struct xfi_dxgi_buffer *buffer = (struct xfi_dxgi_buffer *)picture;
	return xfi_copier_d3d11_map((struct xfi_copier_d3d11 **)&buffer->copier,
		(ID3D11Texture2D *)buffer->resource, buffer->subresource, flags, ret_data,
		ret_pitch);
}

static void unmap_d3d11(struct xfi_picture_buffer *picture, DWORD flags)
{
	struct xfi_dxgi_buffer *buffer = (struct xfi_dxgi_buffer *)picture;
	xfi_copier_d3d11_unmap(buffer->copier, flags);
}

static HRESULT map_d3d12(
	struct xfi_picture_buffer *picture, DWORD flags, BYTE **ret_data, DWORD *ret_pitch)
{
	struct xfi_dxgi_buffer *buffer = (struct xfi_dxgi_buffer *)picture;
	return xfi_copier_d3d12_map((struct xfi_copier_d3d12 **)&buffer->copier,
		(ID3D12Resource *)buffer->resource, buffer->subresource, flags, ret_data,
		ret_pitch);
}

static void unmap_d3d12(struct xfi_picture_buffer *picture, DWORD flags)
{
	struct xfi_dxgi_buffer *buffer = (struct xfi_dxgi_buffer *)picture;
	xfi_copier_d3d12_unmap(buffer->copier, flags);
}

static const struct xfi_picture_ops d3d11_ops = {
	.map = map_d3d11,
	.unmap = unmap_d3d11,
	.face = face,
	.destroy = destroy_d3d11,
};

static const struct xfi_picture_ops d3d12_ops = {
	.map = map_d3d12,
	.unmap = unmap_d3d12,
	.face = face,
	.destroy = destroy_d3d12,
};

/* IMFDXGIBuffer */

static HRESULT WINAPI dxgi_QueryInterface(IMFDXGIBuffer *iface, REFIID riid, void **ret)
{
	return xfi_picture_buffer_query(&of(iface)->picture, riid, ret);
}

static ULONG WINAPI dxgi_AddRef(IMFDXGIBuffer *iface)
{
	return xfi_picture_buffer_ref(&of(iface)->picture);
}

static ULONG WINAPI dxgi_Release(IMFDXGIBuffer *iface)
{
	return xfi_picture_buffer_unref(&of(iface)->picture);
}

static HRESULT WINAPI dxgi_GetResource(IMFDXGIBuffer *iface, REFIID riid, void **ret)
{
	return IUnknown_QueryInterface(of(iface)->resource, riid, ret);
}

static HRESULT WINAPI dxgi_GetSubresourceIndex(IMFDXGIBuffer *iface, UINT *ret_index)
{
	if (!ret_index)
		return E_POINTER;
	*ret_index = of(iface)->subresource;
	return S_OK;
}

static struct xfi_dxgi_attribute **find_locked(struct xfi_dxgi_buffer *buffer, REFGUID key)
{
	struct xfi_dxgi_attribute **link = &buffer->attributes;
	while (*link && !IsEqualGUID(&(*link)->key, key))
		link = &(*link)->next;
	return link;
}

/* Referenced; NULL: there is none. */
static IUnknown *get(struct xfi_dxgi_buffer *buffer, REFGUID key)
{
	IUnknown *value = NULL;
	pthread_mutex_lock(&buffer->picture.lock);
	if (*find_locked(buffer, key)) {
		value = (*find_locked(buffer, key))->value;
		IUnknown_AddRef(value);
	}
	pthread_mutex_unlock(&buffer->picture.lock);
	return value;
}

/* What a synchronization object can be attached to: see crossfence-mf(7). */
static bool can_be_synchronized(ID3D12Resource *resource)
{
	D3D12_RESOURCE_DESC desc;
	resource->lpVtbl->GetDesc(resource, &desc);
	return desc.Dimension == D3D12_RESOURCE_DIMENSION_BUFFER ||
	       (desc.Dimension == D3D12_RESOURCE_DIMENSION_TEXTURE2D && desc.SampleDesc.Count == 1);
}

/* NULL takes the attribute away. */
static HRESULT set(struct xfi_dxgi_buffer *buffer, REFGUID key, IUnknown *value)
{
	struct xfi_dxgi_attribute *attribute = NULL, *before = NULL, **link;
	bool exists;
	if (value) {
		attribute = malloc(sizeof(*attribute));
		if (!attribute)
			return E_OUTOFMEMORY;
		*attribute = (struct xfi_dxgi_attribute){ *key, value, NULL };
		IUnknown_AddRef(value);
	}
	pthread_mutex_lock(&buffer->picture.lock);
	link = find_locked(buffer, key);
	exists = attribute && *link;
	if (!exists) {
		before = *link;
		*link = before ? before->next : attribute;
	}
	pthread_mutex_unlock(&buffer->picture.lock);
	if (before)
		free_attribute(before);
	if (exists)
		free_attribute(attribute);
	return exists ? HRESULT_FROM_WIN32(ERROR_OBJECT_ALREADY_EXISTS) : S_OK;
}

/* Of two threads that ask at once one's object is taken, and both find that. */
static HRESULT make_sync(struct xfi_dxgi_buffer *buffer)
{
	ID3D12Resource *resource = (ID3D12Resource *)buffer->resource;
	ID3D12Device *device;
	IUnknown *sync;
	HRESULT hr;
	if (!buffer->is_d3d12)
		return MF_E_NOT_FOUND;
	if (!can_be_synchronized(resource))
		return MF_E_UNSUPPORTED_MEDIATYPE_AT_D3D_FEATURE_LEVEL;
	hr = ID3D12Resource_GetDevice(resource, &IID_ID3D12Device, (void **)&device);
	if (FAILED(hr))
		return hr;
	hr = MFCreateD3D12SynchronizationObject(device, &IID_IUnknown, (void **)&sync);
	ID3D12Device_Release(device);
	if (FAILED(hr))
		return hr;
	hr = set(buffer, &MF_D3D12_SYNCHRONIZATION_OBJECT, sync);
	IUnknown_Release(sync);
	return hr == HRESULT_FROM_WIN32(ERROR_OBJECT_ALREADY_EXISTS) ? S_OK : hr;
}

static HRESULT WINAPI dxgi_GetUnknown(IMFDXGIBuffer *iface, REFIID key, REFIID riid, void **ret)
{
	struct xfi_dxgi_buffer *buffer = of(iface);
	IUnknown *value;
	HRESULT hr = S_OK;
	if (!ret)
		return E_POINTER;
	*ret = NULL;
	value = get(buffer, key);
	if (!value && IsEqualGUID(key, &MF_D3D12_SYNCHRONIZATION_OBJECT)) {
		hr = make_sync(buffer);
		value = SUCCEEDED(hr) ? get(buffer, key) : NULL;
	}
	if (!value)
		return FAILED(hr) ? hr : MF_E_NOT_FOUND;
	hr = IUnknown_QueryInterface(value, riid, ret);
	IUnknown_Release(value);
	return hr;
}

static HRESULT WINAPI dxgi_SetUnknown(IMFDXGIBuffer *iface, REFIID key, IUnknown *value)
{
	struct xfi_dxgi_buffer *buffer = of(iface);
	if (value && IsEqualGUID(key, &MF_D3D12_SYNCHRONIZATION_OBJECT)) {
		struct xfi_sync_object *sync = xfi_sync_object_of(value);
		if (!sync || !buffer->is_d3d12)
			return E_INVALIDARG; /* nobody could tell when it is free */
		IMFD3D12SynchronizationObject_Release(&sync->iface);
		if (!can_be_synchronized((ID3D12Resource *)buffer->resource))
			return MF_E_UNSUPPORTED_MEDIATYPE_AT_D3D_FEATURE_LEVEL;
	}
	return set(buffer, key, value);
}

static const IMFDXGIBufferVtbl dxgi_buffer_vtbl = {
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

struct xfi_sync_object *xfi_dxgi_buffer_sync(IMFMediaBuffer *iface)
{
	struct xfi_picture_buffer *picture = xfi_picture_buffer_of(iface);
	struct xfi_sync_object *sync;
	IUnknown *value;
	if (!picture || picture->ops != &d3d12_ops)
		return NULL;
	value = get((struct xfi_dxgi_buffer *)picture, &MF_D3D12_SYNCHRONIZATION_OBJECT);
	if (!value)
		return NULL;
	sync = xfi_sync_object_of(value);
	IUnknown_Release(value);
	return sync;
}

/* Textures of formats that have no name as video are carried, and cannot be locked. */
static void describe_d3d11(ID3D11Texture2D *texture, UINT subresource, struct xfi_picture *picture)
{
	D3D11_TEXTURE2D_DESC desc;
	UINT mip;
	ID3D11Texture2D_GetDesc(texture, &desc);
	mip = desc.MipLevels ? subresource % desc.MipLevels : 0;
	if (desc.SampleDesc.Count == 1)
		(void)xfi_picture_describe(xfi_picture_fourcc(desc.Format), desc.Width >> mip,
			desc.Height >> mip, picture);
}

static void describe_d3d12(ID3D12Resource *resource, struct xfi_picture *picture)
{
	D3D12_RESOURCE_DESC desc;
	resource->lpVtbl->GetDesc(resource, &desc);
	if (desc.Dimension == D3D12_RESOURCE_DIMENSION_TEXTURE2D && desc.SampleDesc.Count == 1 &&
		desc.MipLevels == 1 && desc.Width <= UINT32_MAX)
		(void)xfi_picture_describe(
			xfi_picture_fourcc(desc.Format), (DWORD)desc.Width, desc.Height, picture);
	if (picture->n_planes > 1)
		picture->n_planes = 0; /* each of its planes is a subresource */
}

HRESULT WINAPI MFCreateDXGISurfaceBuffer(
	REFIID riid, IUnknown *surface, UINT subresource, BOOL bottom_up, IMFMediaBuffer **ret)
{
	struct xfi_picture picture = { 0 };
	struct xfi_dxgi_buffer *buffer;
	bool is_d3d12;
	HRESULT hr;
	if (!riid || !surface || !ret)
		return E_INVALIDARG;
	is_d3d12 = IsEqualGUID(riid, &IID_ID3D12Resource);
	if (!is_d3d12 && !IsEqualGUID(riid, &IID_ID3D11Texture2D))
		return E_INVALIDARG;
	buffer = calloc(1, sizeof(*buffer));
	if (!buffer)
		return E_OUTOFMEMORY;
	hr = IUnknown_QueryInterface(surface, riid, (void **)&buffer->resource);
	if (FAILED(hr)) {
		free(buffer);
		return hr;
	}
	if (is_d3d12)
		describe_d3d12((ID3D12Resource *)buffer->resource, &picture);
	else
		describe_d3d11((ID3D11Texture2D *)buffer->resource, subresource, &picture);
	xfi_picture_buffer_init(
		&buffer->picture, is_d3d12 ? &d3d12_ops : &d3d11_ops, &picture, bottom_up);
	buffer->dxgi.lpVtbl = &dxgi_buffer_vtbl;
	buffer->subresource = subresource;
	buffer->is_d3d12 = is_d3d12;
	*ret = &buffer->picture.iface;
	return S_OK;
}
