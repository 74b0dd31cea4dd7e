/* SPDX-License-Identifier: MIT */
/* ID3DBlob: bytes with a count of references. */
#include "win/shader/blob.h"

#include <stddef.h>

struct blob {
	ID3DBlob iface;
	_Atomic ULONG refs;
	SIZE_T size;
	max_align_t bytes[];
};

static struct blob *from_iface(ID3DBlob *iface)
{
	return CONTAINING_RECORD(iface, struct blob, iface);
}

static ULONG WINAPI blob_AddRef(ID3DBlob *iface)
{
	return atomic_fetch_add(&from_iface(iface)->refs, 1) + 1;
}

static ULONG WINAPI blob_Release(ID3DBlob *iface)
{
	ULONG left = atomic_fetch_sub(&from_iface(iface)->refs, 1) - 1;
	if (!left)
		free(from_iface(iface));
	return left;
}

static HRESULT WINAPI blob_QueryInterface(ID3DBlob *iface, REFIID iid, void **ret)
{
	if (!ret)
		return E_POINTER;
	if (!IsEqualGUID(iid, &IID_IUnknown) && !IsEqualGUID(iid, &IID_ID3D10Blob)) {
		*ret = NULL;
		return E_NOINTERFACE;
	}
	blob_AddRef(iface);
	*ret = iface;
	return S_OK;
}

static void *WINAPI blob_GetBufferPointer(ID3DBlob *iface)
{
	return from_iface(iface)->bytes;
}

static SIZE_T WINAPI blob_GetBufferSize(ID3DBlob *iface)
{
	return from_iface(iface)->size;
}

static const ID3D10BlobVtbl blob_vtbl = {
	.QueryInterface = blob_QueryInterface,
	.AddRef = blob_AddRef,
	.Release = blob_Release,
	.GetBufferPointer = blob_GetBufferPointer,
	.GetBufferSize = blob_GetBufferSize,
};

HRESULT WINAPI D3DCreateBlob(SIZE_T data_size, ID3DBlob **blob)
{
	struct blob *object;
	if (!blob)
		return XFI_D3DERR_INVALIDCALL;
	if (data_size > SIZE_MAX / 2)
		return E_OUTOFMEMORY;
	object = calloc(1, sizeof(*object) + data_size);
	if (!object)
		return E_OUTOFMEMORY;
	object->iface.lpVtbl = &blob_vtbl;
	object->refs = 1;
	object->size = data_size;
	*blob = &object->iface;
	return S_OK;
}

HRESULT WINAPI D3D10CreateBlob(SIZE_T data_size, ID3D10Blob **blob)
{
	return D3DCreateBlob(data_size, blob);
}

HRESULT xfi_blob_create(const void *bytes, SIZE_T size, ID3DBlob **ret)
{
	HRESULT hr = D3DCreateBlob(size, ret);
	if (SUCCEEDED(hr) && size)
		memcpy(from_iface(*ret)->bytes, bytes, size);
	return hr;
}
