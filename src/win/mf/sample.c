/* SPDX-License-Identifier: MIT */
#include "win/mf/sample.h"

#include <mferror.h>

static struct xfi_sample *of(IMFSample *iface)
{
	return (struct xfi_sample *)iface;
}

static void lock(IMFSample *iface)
{
	pthread_mutex_lock(&of(iface)->attributes.lock);
}

static HRESULT unlock(IMFSample *iface, HRESULT hr)
{
	pthread_mutex_unlock(&of(iface)->attributes.lock);
	return hr;
}

static HRESULT WINAPI sample_QueryInterface(IMFSample *iface, REFIID riid, void **ret)
{
	if (!ret)
		return E_POINTER;
	*ret = NULL;
	if (!IsEqualGUID(riid, &IID_IUnknown) && !IsEqualGUID(riid, &IID_IMFAttributes) &&
		!IsEqualGUID(riid, &IID_IMFSample))
		return E_NOINTERFACE;
	*ret = iface;
	atomic_fetch_add(&of(iface)->refs, 1);
	return S_OK;
}

static ULONG WINAPI sample_AddRef(IMFSample *iface)
{
	return atomic_fetch_add(&of(iface)->refs, 1) + 1;
}

static ULONG WINAPI sample_Release(IMFSample *iface)
{
	struct xfi_sample *sample = of(iface);
	ULONG refs = atomic_fetch_sub(&sample->refs, 1) - 1;
	if (!refs && sample->released)
		sample->released(sample);
	else if (!refs)
		xfi_sample_destroy(sample);
	return refs;
}

static HRESULT WINAPI sample_GetSampleFlags(IMFSample *iface, DWORD *ret_flags)
{
	if (!ret_flags)
		return E_INVALIDARG;
	lock(iface);
	*ret_flags = of(iface)->flags;
	return unlock(iface, S_OK);
}

static HRESULT WINAPI sample_SetSampleFlags(IMFSample *iface, DWORD flags)
{
	lock(iface);
	of(iface)->flags = flags;
	return unlock(iface, S_OK);
}

static HRESULT WINAPI sample_GetSampleTime(IMFSample *iface, LONGLONG *ret_time)
{
	if (!ret_time)
		return E_INVALIDARG;
	lock(iface);
	if (!of(iface)->has_time)
		return unlock(iface, MF_E_NO_SAMPLE_TIMESTAMP);
	*ret_time = of(iface)->time;
	return unlock(iface, S_OK);
}

static HRESULT WINAPI sample_SetSampleTime(IMFSample *iface, LONGLONG time)
{
	lock(iface);
	of(iface)->time = time;
	of(iface)->has_time = true;
	return unlock(iface, S_OK);
}

static HRESULT WINAPI sample_GetSampleDuration(IMFSample *iface, LONGLONG *ret_duration)
{
	if (!ret_duration)
		return E_INVALIDARG;
	lock(iface);
	if (!of(iface)->has_duration)
		return unlock(iface, MF_E_NO_SAMPLE_DURATION);
	*ret_duration = of(iface)->duration;
	return unlock(iface, S_OK);
}

static HRESULT WINAPI sample_SetSampleDuration(IMFSample *iface, LONGLONG duration)
{
	lock(iface);
	of(iface)->duration = duration;
	of(iface)->has_duration = true;
	return unlock(iface, S_OK);
}

static HRESULT WINAPI sample_GetBufferCount(IMFSample *iface, DWORD *ret_count)
{
	if (!ret_count)
		return E_INVALIDARG;
	lock(iface);
	*ret_count = of(iface)->n_buffers;
	return unlock(iface, S_OK);
}

static HRESULT WINAPI sample_GetBufferByIndex(
	IMFSample *iface, DWORD index, IMFMediaBuffer **ret_buffer)
{
	if (!ret_buffer)
		return E_INVALIDARG;
	lock(iface);
	if (index >= of(iface)->n_buffers)
		return unlock(iface, E_INVALIDARG);
	*ret_buffer = of(iface)->buffers[index];
	IMFMediaBuffer_AddRef(*ret_buffer);
	return unlock(iface, S_OK);
}

static HRESULT add_locked(struct xfi_sample *sample, IMFMediaBuffer *buffer)
{
	if (sample->n_buffers == sample->room) {
		DWORD room = sample->room ? 2 * sample->room : 2;
		IMFMediaBuffer **buffers =
			realloc(sample->buffers, room * sizeof(IMFMediaBuffer *));
		if (!buffers)
			return E_OUTOFMEMORY;
		sample->buffers = buffers;
		sample->room = room;
	}
	sample->buffers[sample->n_buffers++] = buffer;
	IMFMediaBuffer_AddRef(buffer);
	return S_OK;
}

static HRESULT WINAPI sample_AddBuffer(IMFSample *iface, IMFMediaBuffer *buffer)
{
	if (!buffer)
		return E_INVALIDARG;
	lock(iface);
	return unlock(iface, add_locked(of(iface), buffer));
}

static HRESULT WINAPI sample_RemoveBufferByIndex(IMFSample *iface, DWORD index)
{
	struct xfi_sample *sample = of(iface);
	IMFMediaBuffer *buffer;
	lock(iface);
	if (index >= sample->n_buffers)
		return unlock(iface, E_INVALIDARG);
	buffer = sample->buffers[index];
	sample->n_buffers--;
	memmove(sample->buffers + index, sample->buffers + index + 1,
		(sample->n_buffers - index) * sizeof(IMFMediaBuffer *));
	(void)unlock(iface, S_OK);
	IMFMediaBuffer_Release(buffer);
	return S_OK;
}

/* Takes the buffers out under the lock, and ends them without it: they may be anybody's. */
static HRESULT WINAPI sample_RemoveAllBuffers(IMFSample *iface)
{
	struct xfi_sample *sample = of(iface);
	IMFMediaBuffer **buffers;
	DWORD count;
	lock(iface);
	buffers = sample->buffers;
	count = sample->n_buffers;
	sample->buffers = NULL;
	sample->n_buffers = sample->room = 0;
	(void)unlock(iface, S_OK);
	for (DWORD i = 0; i < count; i++)
		IMFMediaBuffer_Release(buffers[i]);
	free(buffers);
	return S_OK;
}

static HRESULT total_locked(struct xfi_sample *sample, DWORD *ret_length)
{
	DWORD total = 0;
	for (DWORD i = 0; i < sample->n_buffers; i++) {
		DWORD length;
		HRESULT hr = IMFMediaBuffer_GetCurrentLength(sample->buffers[i], &length);
		if (FAILED(hr))
			return hr;
		if (__builtin_add_overflow(total, length, &total))
			return E_INVALIDARG;
	}
	*ret_length = total;
	return S_OK;
}

static HRESULT WINAPI sample_GetTotalLength(IMFSample *iface, DWORD *ret_length)
{
	if (!ret_length)
		return E_INVALIDARG;
	lock(iface);
	return unlock(iface, total_locked(of(iface), ret_length));
}

/* One buffer's bytes, to the end of what is in `to` already. */
static HRESULT append(IMFMediaBuffer *from, BYTE *to, DWORD room, DWORD *length)
{
	BYTE *data;
	DWORD size;
	HRESULT hr = IMFMediaBuffer_Lock(from, &data, NULL, &size);
	if (FAILED(hr))
		return hr;
	if (size > room - *length) {
		hr = MF_E_BUFFERTOOSMALL;
	} else if (size) {
		memcpy(to + *length, data, size);
		*length += size;
	}
	IMFMediaBuffer_Unlock(from);
	return hr;
}

static HRESULT copy_locked(struct xfi_sample *sample, IMFMediaBuffer *to)
{
	DWORD room, length = 0;
	BYTE *data;
	HRESULT hr = IMFMediaBuffer_Lock(to, &data, &room, NULL);
	if (FAILED(hr))
		return hr;
	for (DWORD i = 0; SUCCEEDED(hr) && i < sample->n_buffers; i++)
		hr = append(sample->buffers[i], data, room, &length);
	IMFMediaBuffer_Unlock(to);
	return SUCCEEDED(hr) ? IMFMediaBuffer_SetCurrentLength(to, length) : hr;
}

static HRESULT WINAPI sample_CopyToBuffer(IMFSample *iface, IMFMediaBuffer *to)
{
	if (!to)
		return E_INVALIDARG;
	lock(iface);
	return unlock(iface, copy_locked(of(iface), to));
}

/* All in one new buffer, which takes the others' place. */
static HRESULT merge_locked(struct xfi_sample *sample)
{
	IMFMediaBuffer *whole;
	DWORD total;
	HRESULT hr = total_locked(sample, &total);
	if (SUCCEEDED(hr))
		hr = MFCreateMemoryBuffer(total, &whole);
	if (FAILED(hr))
		return hr;
	hr = copy_locked(sample, whole);
	if (FAILED(hr)) {
		IMFMediaBuffer_Release(whole);
		return hr;
	}
	for (DWORD i = 0; i < sample->n_buffers; i++)
		IMFMediaBuffer_Release(sample->buffers[i]);
	sample->buffers[0] = whole; /* there was room for two */
	sample->n_buffers = 1;
	return S_OK;
}

static HRESULT WINAPI sample_ConvertToContiguousBuffer(
	IMFSample *iface, IMFMediaBuffer **ret_buffer)
{
	struct xfi_sample *sample = of(iface);
	HRESULT hr = S_OK;
	lock(iface);
	if (!sample->n_buffers)
		return unlock(iface, E_UNEXPECTED);
	if (sample->n_buffers > 1)
		hr = merge_locked(sample);
	if (SUCCEEDED(hr) && ret_buffer) {
		*ret_buffer = sample->buffers[0];
		IMFMediaBuffer_AddRef(*ret_buffer);
	}
	return unlock(iface, hr);
}

static const IMFSampleVtbl sample_vtbl = {
	/* IUnknown */
	sample_QueryInterface,
	sample_AddRef,
	sample_Release,
	/* IMFAttributes */
	XFI_ATTRIBUTES_METHODS,
	/* IMFSample */
	.GetSampleFlags = sample_GetSampleFlags,
	.SetSampleFlags = sample_SetSampleFlags,
	.GetSampleTime = sample_GetSampleTime,
	.SetSampleTime = sample_SetSampleTime,
	.GetSampleDuration = sample_GetSampleDuration,
	.SetSampleDuration = sample_SetSampleDuration,
	.GetBufferCount = sample_GetBufferCount,
	.GetBufferByIndex = sample_GetBufferByIndex,
	.ConvertToContiguousBuffer = sample_ConvertToContiguousBuffer,
	.AddBuffer = sample_AddBuffer,
	.RemoveBufferByIndex = sample_RemoveBufferByIndex,
	.RemoveAllBuffers = sample_RemoveAllBuffers,
	.GetTotalLength = sample_GetTotalLength,
	.CopyToBuffer = sample_CopyToBuffer,
};

struct xfi_sample *xfi_sample_create(void)
{
	struct xfi_sample *sample = calloc(1, sizeof(*sample));
	if (!sample)
		return NULL;
	xfi_attributes_init(&sample->attributes, &sample_vtbl);
	atomic_init(&sample->refs, 1);
	return sample;
}

void xfi_sample_empty(struct xfi_sample *sample)
{
	sample_RemoveAllBuffers(xfi_sample_face(sample));
	xfi_attributes_DeleteAllItems((IMFAttributes *)sample);
	sample->flags = 0;
	sample->has_time = sample->has_duration = false;
}

void xfi_sample_destroy(struct xfi_sample *sample)
{
	sample_RemoveAllBuffers(xfi_sample_face(sample));
	xfi_attributes_finish(&sample->attributes);
	free(sample);
}

HRESULT WINAPI MFCreateSample(IMFSample **ret_sample)
{
	struct xfi_sample *sample;
	if (!ret_sample)
		return E_INVALIDARG;
	sample = xfi_sample_create();
	if (!sample)
		return E_OUTOFMEMORY;
	*ret_sample = xfi_sample_face(sample);
	return S_OK;
}
