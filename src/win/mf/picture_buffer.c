/* SPDX-License-Identifier: MIT */
#include "win/mf/picture_buffer.h"

#include <mferror.h>

static const IMFMediaBufferVtbl picture_buffer_vtbl;
static const IMF2DBuffer2Vtbl picture_rows_vtbl;

static struct xfi_picture_buffer *of(IMFMediaBuffer *iface)
{
	return (struct xfi_picture_buffer *)iface;
}

static struct xfi_picture_buffer *of_rows(IMF2DBuffer2 *iface)
{
	return (struct xfi_picture_buffer *)((char *)iface -
					     offsetof(struct xfi_picture_buffer, rows));
}

struct xfi_picture_buffer *xfi_picture_buffer_of(IMFMediaBuffer *iface)
{
	return iface->lpVtbl == &picture_buffer_vtbl ? of(iface) : NULL;
}

void xfi_picture_buffer_init(struct xfi_picture_buffer *buffer, const struct xfi_picture_ops *ops,
	const struct xfi_picture *picture, bool bottom_up)
{
	buffer->iface.lpVtbl = &picture_buffer_vtbl;
	buffer->rows.lpVtbl = &picture_rows_vtbl;
	atomic_init(&buffer->refs, 1);
	buffer->ops = ops;
	buffer->picture = *picture;
	buffer->bottom_up = bottom_up && picture->n_planes == 1;
	pthread_mutex_init(&buffer->lock, NULL);
}

void xfi_picture_buffer_finish(struct xfi_picture_buffer *buffer)
{
	free(buffer->bytes);
	pthread_mutex_destroy(&buffer->lock);
	free(buffer);
}

ULONG xfi_picture_buffer_ref(struct xfi_picture_buffer *buffer)
{
	return atomic_fetch_add(&buffer->refs, 1) + 1;
}

ULONG xfi_picture_buffer_unref(struct xfi_picture_buffer *buffer)
{
	ULONG refs = atomic_fetch_sub(&buffer->refs, 1) - 1;
	if (!refs)
		buffer->ops->destroy(buffer);
	return refs;
}

HRESULT xfi_picture_buffer_query(struct xfi_picture_buffer *buffer, REFIID riid, void **ret)
{
	if (!ret)
		return E_POINTER;
	*ret = NULL;
	if (IsEqualGUID(riid, &IID_IUnknown) || IsEqualGUID(riid, &IID_IMFMediaBuffer))
		*ret = &buffer->iface;
	else if (buffer->picture.n_planes &&
		 (IsEqualGUID(riid, &IID_IMF2DBuffer) || IsEqualGUID(riid, &IID_IMF2DBuffer2)))
		*ret = &buffer->rows;
	else if (buffer->ops->face)
		*ret = buffer->ops->face(buffer, riid);
	if (!*ret)
		return E_NOINTERFACE;
	xfi_picture_buffer_ref(buffer);
	return S_OK;
}

/* Locking, once for both faces. */

/* What is locked for one thing is not lent for more. */
static HRESULT check_again(
	const struct xfi_picture_buffer *buffer, enum xfi_picture_lock kind, DWORD flags)
{
	if (buffer->locked != kind)
		return kind == XFI_LOCKED_BYTES ? MF_E_INVALIDREQUEST : MF_E_UNEXPECTED;
	return flags & ~buffer->flags ? HRESULT_FROM_WIN32(ERROR_WAS_LOCKED) : S_OK;
}

/* The copy that Lock lends. */
static HRESULT pack_locked(struct xfi_picture_buffer *buffer)
{
	buffer->bytes = malloc(buffer->picture.length_bytes);
	if (!buffer->bytes) {
		buffer->ops->unmap(buffer, MF2DBuffer_LockFlags_Read);
		return E_OUTOFMEMORY;
	}
	xfi_picture_pack(&buffer->picture, buffer->bytes, buffer->data, (LONG)buffer->pitch_bytes);
	return S_OK;
}

static HRESULT lock_locked(
	struct xfi_picture_buffer *buffer, enum xfi_picture_lock kind, DWORD flags)
{
	HRESULT hr;
	if (buffer->locked) {
		hr = check_again(buffer, kind, flags);
	} else {
		hr = buffer->ops->map(buffer, flags, &buffer->data, &buffer->pitch_bytes);
		if (SUCCEEDED(hr) && kind == XFI_LOCKED_BYTES)
			hr = pack_locked(buffer);
		if (SUCCEEDED(hr))
			buffer->flags = flags;
	}
	if (FAILED(hr))
		return hr;
	buffer->locked = kind;
	buffer->locks++;
	return S_OK;
}

static HRESULT unlock(struct xfi_picture_buffer *buffer, enum xfi_picture_lock kind)
{
	HRESULT hr = S_OK;
	pthread_mutex_lock(&buffer->lock);
	if (buffer->locked != kind) {
		hr = HRESULT_FROM_WIN32(ERROR_WAS_UNLOCKED);
	} else if (!--buffer->locks) {
		if (buffer->bytes)
			xfi_picture_unpack(&buffer->picture, buffer->data,
				(LONG)buffer->pitch_bytes, buffer->bytes);
		free(buffer->bytes);
		buffer->bytes = NULL;
		buffer->ops->unmap(buffer, buffer->flags);
		buffer->locked = XFI_UNLOCKED;
		buffer->data = NULL;
	}
	pthread_mutex_unlock(&buffer->lock);
	return hr;
}

/* IMFMediaBuffer */

static HRESULT WINAPI buffer_QueryInterface(IMFMediaBuffer *iface, REFIID riid, void **ret)
{
	return xfi_picture_buffer_query(of(iface), riid, ret);
}

static ULONG WINAPI buffer_AddRef(IMFMediaBuffer *iface)
{
	return xfi_picture_buffer_ref(of(iface));
}

static ULONG WINAPI buffer_Release(IMFMediaBuffer *iface)
{
	return xfi_picture_buffer_unref(of(iface));
}

static HRESULT WINAPI buffer_Lock(
	IMFMediaBuffer *iface, BYTE **ret_data, DWORD *ret_max_length, DWORD *ret_length)
{
	struct xfi_picture_buffer *buffer = of(iface);
	HRESULT hr;
	if (!ret_data)
		return E_POINTER;
	if (!buffer->picture.n_planes)
		return E_NOTIMPL;
	pthread_mutex_lock(&buffer->lock);
	hr = lock_locked(buffer, XFI_LOCKED_BYTES, MF2DBuffer_LockFlags_ReadWrite);
	if (SUCCEEDED(hr))
		*ret_data = buffer->bytes;
	pthread_mutex_unlock(&buffer->lock);
	if (SUCCEEDED(hr) && ret_max_length)
		*ret_max_length = buffer->picture.length_bytes;
	if (SUCCEEDED(hr) && ret_length)
		*ret_length = buffer->picture.length_bytes;
	return hr;
}

static HRESULT WINAPI buffer_Unlock(IMFMediaBuffer *iface)
{
	if (!of(iface)->picture.n_planes)
		return E_NOTIMPL;
	return unlock(of(iface), XFI_LOCKED_BYTES);
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

/* Any length: with pictures it is a note of the program's. */
static HRESULT WINAPI buffer_SetCurrentLength(IMFMediaBuffer *iface, DWORD length)
{
	pthread_mutex_lock(&of(iface)->lock);
	of(iface)->length_bytes = length;
	pthread_mutex_unlock(&of(iface)->lock);
	return S_OK;
}

static HRESULT WINAPI buffer_GetMaxLength(IMFMediaBuffer *iface, DWORD *ret_length)
{
	if (!ret_length)
		return E_INVALIDARG;
	if (!of(iface)->picture.n_planes)
		return E_NOTIMPL;
	*ret_length = of(iface)->picture.length_bytes;
	return S_OK;
}

static const IMFMediaBufferVtbl picture_buffer_vtbl = {
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

/* IMF2DBuffer2 */

static HRESULT WINAPI rows_QueryInterface(IMF2DBuffer2 *iface, REFIID riid, void **ret)
{
	return xfi_picture_buffer_query(of_rows(iface), riid, ret);
}

static ULONG WINAPI rows_AddRef(IMF2DBuffer2 *iface)
{
	return xfi_picture_buffer_ref(of_rows(iface));
}

static ULONG WINAPI rows_Release(IMF2DBuffer2 *iface)
{
	return xfi_picture_buffer_unref(of_rows(iface));
}

/* The first row of the picture, and the way to the next one. */
static void first_row_locked(
	const struct xfi_picture_buffer *buffer, BYTE **ret_first, LONG *ret_pitch)
{
	LONG pitch = (LONG)buffer->pitch_bytes;
	*ret_first = buffer->data;
	*ret_pitch = pitch;
	if (buffer->bottom_up) {
		*ret_first += (size_t)buffer->pitch_bytes * (buffer->picture.height_px - 1);
		*ret_pitch = -pitch;
	}
}

static HRESULT WINAPI rows_Lock2DSize(IMF2DBuffer2 *iface, MF2DBuffer_LockFlags flags,
	BYTE **ret_first, LONG *ret_pitch, BYTE **ret_start, DWORD *ret_length)
{
	struct xfi_picture_buffer *buffer = of_rows(iface);
	HRESULT hr;
	if (!ret_first || !ret_pitch || !ret_start || !ret_length)
		return E_POINTER;
	if (!flags || flags & ~MF2DBuffer_LockFlags_ReadWrite)
		return E_INVALIDARG;
	pthread_mutex_lock(&buffer->lock);
	hr = lock_locked(buffer, XFI_LOCKED_ROWS, flags);
	if (SUCCEEDED(hr)) {
		first_row_locked(buffer, ret_first, ret_pitch);
		*ret_start = buffer->data;
		*ret_length = buffer->picture.size_bytes / buffer->picture.pitch_bytes *
			      buffer->pitch_bytes;
	}
	pthread_mutex_unlock(&buffer->lock);
	return hr;
}

static HRESULT WINAPI rows_Lock2D(IMF2DBuffer2 *iface, BYTE **ret_first, LONG *ret_pitch)
{
	BYTE *start;
	DWORD length;
	return rows_Lock2DSize(
		iface, MF2DBuffer_LockFlags_ReadWrite, ret_first, ret_pitch, &start, &length);
}

static HRESULT WINAPI rows_Unlock2D(IMF2DBuffer2 *iface)
{
	return unlock(of_rows(iface), XFI_LOCKED_ROWS);
}

static HRESULT WINAPI rows_GetScanline0AndPitch(
	IMF2DBuffer2 *iface, BYTE **ret_first, LONG *ret_pitch)
{
	struct xfi_picture_buffer *buffer = of_rows(iface);
	HRESULT hr = HRESULT_FROM_WIN32(ERROR_WAS_UNLOCKED);
	if (!ret_first || !ret_pitch)
		return E_POINTER;
	pthread_mutex_lock(&buffer->lock);
	if (buffer->locked == XFI_LOCKED_ROWS) {
		first_row_locked(buffer, ret_first, ret_pitch);
		hr = S_OK;
	}
	pthread_mutex_unlock(&buffer->lock);
	return hr;
}

/* Rows that are locked may have gaps. */
static HRESULT WINAPI rows_IsContiguousFormat(IMF2DBuffer2 *iface, BOOL *ret_contiguous)
{
	if (!ret_contiguous)
		return E_POINTER;
	*ret_contiguous = FALSE;
	return S_OK;
}

static HRESULT WINAPI rows_GetContiguousLength(IMF2DBuffer2 *iface, DWORD *ret_length)
{
	if (!ret_length)
		return E_POINTER;
	*ret_length = of_rows(iface)->picture.length_bytes;
	return S_OK;
}

/* Within a lock of any kind that allows it, or one of its own. */
static HRESULT begin_copy_locked(struct xfi_picture_buffer *buffer, DWORD flags)
{
	if (buffer->locked == XFI_LOCKED_BYTES)
		return MF_E_INVALIDREQUEST; /* what is lent as bytes is what counts */
	if (buffer->locked)
		return flags & ~buffer->flags ? HRESULT_FROM_WIN32(ERROR_WAS_LOCKED) : S_OK;
	return buffer->ops->map(buffer, flags, &buffer->data, &buffer->pitch_bytes);
}

static void end_copy_locked(struct xfi_picture_buffer *buffer, DWORD flags)
{
	if (!buffer->locked)
		buffer->ops->unmap(buffer, flags);
}

static HRESULT WINAPI rows_ContiguousCopyTo(IMF2DBuffer2 *iface, BYTE *to, DWORD length)
{
	struct xfi_picture_buffer *buffer = of_rows(iface);
	HRESULT hr;
	if (!to || length < buffer->picture.length_bytes)
		return E_INVALIDARG;
	pthread_mutex_lock(&buffer->lock);
	hr = begin_copy_locked(buffer, MF2DBuffer_LockFlags_Read);
	if (SUCCEEDED(hr)) {
		xfi_picture_pack(&buffer->picture, to, buffer->data, (LONG)buffer->pitch_bytes);
		end_copy_locked(buffer, MF2DBuffer_LockFlags_Read);
	}
	pthread_mutex_unlock(&buffer->lock);
	return hr;
}

static HRESULT WINAPI rows_ContiguousCopyFrom(IMF2DBuffer2 *iface, const BYTE *from, DWORD length)
{
	struct xfi_picture_buffer *buffer = of_rows(iface);
	HRESULT hr;
	if (!from || length < buffer->picture.length_bytes)
		return E_INVALIDARG;
	pthread_mutex_lock(&buffer->lock);
	hr = begin_copy_locked(buffer, MF2DBuffer_LockFlags_Write);
	if (SUCCEEDED(hr)) {
		xfi_picture_unpack(&buffer->picture, buffer->data, (LONG)buffer->pitch_bytes, from);
		end_copy_locked(buffer, MF2DBuffer_LockFlags_Write);
	}
	pthread_mutex_unlock(&buffer->lock);
	return hr;
}

/* By way of a copy: so neither buffer's lock is held while the other one's is taken. */
static HRESULT WINAPI rows_Copy2DTo(IMF2DBuffer2 *iface, IMF2DBuffer2 *to)
{
	DWORD length = of_rows(iface)->picture.length_bytes, their_length;
	HRESULT hr;
	BYTE *bytes;
	if (!to)
		return E_POINTER;
	hr = IMF2DBuffer2_GetContiguousLength(to, &their_length);
	if (FAILED(hr))
		return hr;
	if (their_length != length)
		return E_INVALIDARG;
	bytes = malloc(length);
	if (!bytes)
		return E_OUTOFMEMORY;
	hr = rows_ContiguousCopyTo(iface, bytes, length);
	if (SUCCEEDED(hr))
		hr = IMF2DBuffer2_ContiguousCopyFrom(to, bytes, length);
	free(bytes);
	return hr;
}

static const IMF2DBuffer2Vtbl picture_rows_vtbl = {
	/* IUnknown */
	rows_QueryInterface,
	rows_AddRef,
	rows_Release,
	/* IMF2DBuffer */
	rows_Lock2D,
	rows_Unlock2D,
	rows_GetScanline0AndPitch,
	rows_IsContiguousFormat,
	rows_GetContiguousLength,
	rows_ContiguousCopyTo,
	rows_ContiguousCopyFrom,
	/* IMF2DBuffer2 */
	rows_Lock2DSize,
	rows_Copy2DTo,
};
