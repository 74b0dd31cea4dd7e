/* SPDX-License-Identifier: MIT */
/* MFCreateMemoryBuffer: bytes. Pictures in memory are in picture_buffer.c. */
#include "win/prelude.h"

#include <mfapi.h>

struct memory_buffer {
	IMFMediaBuffer iface;
	_Atomic ULONG refs;
	BYTE *data;
	DWORD max_length;
	_Atomic DWORD length;
};

static struct memory_buffer *of(IMFMediaBuffer *iface)
{
	return (struct memory_buffer *)iface;
}

static HRESULT WINAPI memory_buffer_QueryInterface(IMFMediaBuffer *iface, REFIID riid, void **ret)
{
	if (!ret)
		return E_POINTER;
	*ret = NULL;
	if (!IsEqualGUID(riid, &IID_IUnknown) && !IsEqualGUID(riid, &IID_IMFMediaBuffer))
		return E_NOINTERFACE;
	*ret = iface;
	atomic_fetch_add(&of(iface)->refs, 1);
	return S_OK;
}

static ULONG WINAPI memory_buffer_AddRef(IMFMediaBuffer *iface)
{
	return atomic_fetch_add(&of(iface)->refs, 1) + 1;
}

static ULONG WINAPI memory_buffer_Release(IMFMediaBuffer *iface)
{
	ULONG refs = atomic_fetch_sub(&of(iface)->refs, 1) - 1;
	if (!refs) {
		free(of(iface)->data);
		free(of(iface));
	}
	return refs;
}

static HRESULT WINAPI memory_buffer_Lock(
	IMFMediaBuffer *iface, BYTE **ret_data, DWORD *ret_max_length, DWORD *ret_length)
{
	if (!ret_data)
		return E_INVALIDARG;
	*ret_data = of(iface)->data;
	if (ret_max_length)
		*ret_max_length = of(iface)->max_length;
	if (ret_length)
		*ret_length = of(iface)->length;
	return S_OK;
}

/* Memory stays where it is: there is nothing to be undone, nor to be counted. */
static HRESULT WINAPI memory_buffer_Unlock(IMFMediaBuffer *iface)
{
	return S_OK;
}

static HRESULT WINAPI memory_buffer_GetCurrentLength(IMFMediaBuffer *iface, DWORD *ret_length)
{
	if (!ret_length)
		return E_INVALIDARG;
	*ret_length = of(iface)->length;
	return S_OK;
}

static HRESULT WINAPI memory_buffer_SetCurrentLength(IMFMediaBuffer *iface, DWORD length)
{
	if (length > of(iface)->max_length)
		return E_INVALIDARG;
	of(iface)->length = length;
	return S_OK;
}

static HRESULT WINAPI memory_buffer_GetMaxLength(IMFMediaBuffer *iface, DWORD *ret_length)
{
	if (!ret_length)
		return E_INVALIDARG;
	*ret_length = of(iface)->max_length;
	return S_OK;
}

static const IMFMediaBufferVtbl memory_buffer_vtbl = {
	/* IUnknown */
	memory_buffer_QueryInterface,
	memory_buffer_AddRef,
	memory_buffer_Release,
	/* IMFMediaBuffer */
	memory_buffer_Lock,
	memory_buffer_Unlock,
	memory_buffer_GetCurrentLength,
	memory_buffer_SetCurrentLength,
	memory_buffer_GetMaxLength,
};

/* `alignment` is one less than a power of two, as MF_16_BYTE_ALIGNMENT and its kin are. */
HRESULT WINAPI MFCreateAlignedMemoryBuffer(
	DWORD max_length, DWORD alignment, IMFMediaBuffer **ret_buffer)
{
	size_t align = alignment < 16 ? 16 : (size_t)alignment + 1;
	struct memory_buffer *buffer;
	void *data;
	if (!ret_buffer || (align & (align - 1)))
		return E_INVALIDARG;
	buffer = calloc(1, sizeof(*buffer));
	if (!buffer || posix_memalign(&data, align, max_length ? max_length : 1)) {
		free(buffer);
		return E_OUTOFMEMORY;
	}
	memset(data, 0, max_length); /* what was there before is nobody's business */
	buffer->iface.lpVtbl = &memory_buffer_vtbl;
	atomic_init(&buffer->refs, 1);
	buffer->data = data;
	buffer->max_length = max_length;
	*ret_buffer = &buffer->iface;
	return S_OK;
}

HRESULT WINAPI MFCreateMemoryBuffer(DWORD max_length, IMFMediaBuffer **ret_buffer)
{
	return MFCreateAlignedMemoryBuffer(max_length, MF_1_BYTE_ALIGNMENT, ret_buffer);
}
