/* SPDX-License-Identifier: MIT */
/* Buffers with pictures: in memory, and over textures of Direct3D 11. */
#include "d3d.h"

#include <stdio.h>

#include <mfapi.h>
#include <mferror.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static IMF2DBuffer2 *rows_of(IMFMediaBuffer *buffer)
{
	IMF2DBuffer2 *rows;
	assert_hr(IMFMediaBuffer_QueryInterface(buffer, &IID_IMF2DBuffer2, (void **)&rows), S_OK);
	return rows;
}

static BYTE byte_of(DWORD i)
{
	return (BYTE)(i * 31 + (i >> 8) * 7);
}

static BYTE *make_bytes(DWORD length)
{
	BYTE *bytes = malloc(length);
	assert_non_null(bytes);
	for (DWORD i = 0; i < length; i++)
		bytes[i] = byte_of(i);
	return bytes;
}

struct size {
	const GUID *format;
	DWORD width, height, length;
};

static void formats_have_their_sizes(void **state)
{
	const struct size sizes[] = {
		{ &MFVideoFormat_RGB32, 3, 5, 60 },
		{ &MFVideoFormat_ARGB32, 1920, 1080, 8294400 },
		{ &MFVideoFormat_RGB24, 3, 5, 60 }, /* rows are whole words */
		{ &MFVideoFormat_RGB565, 3, 5, 40 },
		{ &MFVideoFormat_NV12, 64, 48, 4608 },
		{ &MFVideoFormat_NV12, 2, 3, 10 },
		{ &MFVideoFormat_P010, 64, 48, 9216 },
		{ &MFVideoFormat_I420, 64, 48, 4608 },
		{ &MFVideoFormat_YUY2, 4, 4, 32 },
		{ &MFVideoFormat_A16B16G16R16F, 2, 2, 32 },
	};
	IMFMediaBuffer *buffer;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		DWORD length;
		assert_hr(MFCreate2DMediaBuffer(sizes[i].width, sizes[i].height,
				  sizes[i].format->Data1, FALSE, &buffer),
			S_OK);
		assert_hr(IMFMediaBuffer_GetMaxLength(buffer, &length), S_OK);
		assert_int_equal(length, sizes[i].length);
		assert_int_equal(IMFMediaBuffer_Release(buffer), 0);
	}
	assert_hr(MFCreate2DMediaBuffer(8, 8, MFVideoFormat_H264.Data1, FALSE, &buffer),
		MF_E_INVALIDMEDIATYPE);
	assert_hr(MFCreate2DMediaBuffer(0, 8, MFVideoFormat_NV12.Data1, FALSE, &buffer),
		MF_E_INVALIDMEDIATYPE);
	assert_hr(MFCreate2DMediaBuffer(
			  0xffffffff, 0xffffffff, MFVideoFormat_NV12.Data1, FALSE, &buffer),
		MF_E_INVALIDMEDIATYPE);
	assert_null(buffer);
}

/* What goes in without gaps lies in rows, and comes out again; for one, two and three planes. */
static void bytes_and_rows_are_one_picture(void **state)
{
	const GUID *const formats[] = { &MFVideoFormat_RGB24, &MFVideoFormat_NV12,
		&MFVideoFormat_I420 };
	for (size_t i = 0; i < COUNT(formats); i++) {
		IMFMediaBuffer *buffer;
		IMF2DBuffer2 *rows;
		DWORD length, noted;
		BYTE *data, *bytes, *copy;
		LONG pitch;
		assert_hr(MFCreate2DMediaBuffer(34, 20, formats[i]->Data1, FALSE, &buffer), S_OK);
		rows = rows_of(buffer);
		assert_hr(IMF2DBuffer2_GetContiguousLength(rows, &length), S_OK);
		bytes = make_bytes(length);
		copy = malloc(length);
		assert_hr(IMF2DBuffer2_ContiguousCopyFrom(rows, bytes, length - 1), E_INVALIDARG);
		assert_hr(IMF2DBuffer2_ContiguousCopyFrom(rows, bytes, length), S_OK);
		assert_hr(IMFMediaBuffer_SetCurrentLength(buffer, 7), S_OK);
		assert_hr(IMFMediaBuffer_GetCurrentLength(buffer, &noted), S_OK);
		assert_int_equal(noted, 7);
		assert_hr(IMF2DBuffer2_Lock2D(rows, &data, &pitch), S_OK);
		assert_memory_equal(data + pitch, bytes + (i ? 34 : 104), 34);
		assert_hr(IMF2DBuffer2_Unlock2D(rows), S_OK);
		assert_hr(IMFMediaBuffer_Lock(buffer, &data, NULL, NULL), S_OK);
		assert_memory_equal(data, bytes, length);
		data[length - 1] = bytes[length - 1] ^= 0xff;
		assert_hr(IMFMediaBuffer_Unlock(buffer), S_OK);
		assert_hr(IMF2DBuffer2_ContiguousCopyTo(rows, copy, length - 1), E_INVALIDARG);
		assert_hr(IMF2DBuffer2_ContiguousCopyTo(rows, copy, length), S_OK);
		assert_memory_equal(copy, bytes, length);
		free(bytes);
		free(copy);
		IMF2DBuffer2_Release(rows);
		assert_int_equal(IMFMediaBuffer_Release(buffer), 0);
	}
}

static void bottom_up_pictures_end_with_the_first_row(void **state)
{
	IMFMediaBuffer *buffer;
	IMF2DBuffer2 *rows;
	BYTE *first, *start, *bytes = make_bytes(4 * 8 * 6);
	DWORD length;
	LONG pitch;
	assert_hr(MFCreate2DMediaBuffer(8, 6, MFVideoFormat_RGB32.Data1, TRUE, &buffer), S_OK);
	rows = rows_of(buffer);
	assert_hr(IMF2DBuffer2_ContiguousCopyFrom(rows, bytes, 4 * 8 * 6), S_OK);
	assert_hr(IMF2DBuffer2_Lock2DSize(
			  rows, MF2DBuffer_LockFlags_Read, &first, &pitch, &start, &length),
		S_OK);
	assert_true(pitch < 0);
	assert_ptr_equal(first, start - 5 * (ptrdiff_t)pitch);
	assert_int_equal(length, -6 * pitch);
	assert_memory_equal(start, bytes, 32);
	assert_memory_equal(first, bytes + 5 * 32, 32);
	assert_hr(IMF2DBuffer2_Unlock2D(rows), S_OK);
	free(bytes);
	IMF2DBuffer2_Release(rows);
	IMFMediaBuffer_Release(buffer);
}

/* The same for every kind of picture. */
static void assert_locks(IMFMediaBuffer *buffer)
{
	IMF2DBuffer2 *rows = rows_of(buffer);
	BYTE *data, *again, *start;
	DWORD length;
	LONG pitch;
	assert_hr(IMFMediaBuffer_Unlock(buffer), HRESULT_FROM_WIN32(ERROR_WAS_UNLOCKED));
	assert_hr(IMF2DBuffer2_Unlock2D(rows), HRESULT_FROM_WIN32(ERROR_WAS_UNLOCKED));
	assert_hr(IMF2DBuffer2_GetScanline0AndPitch(rows, &data, &pitch),
		HRESULT_FROM_WIN32(ERROR_WAS_UNLOCKED));
	assert_hr(IMFMediaBuffer_Lock(buffer, &data, NULL, NULL), S_OK);
	assert_hr(IMFMediaBuffer_Lock(buffer, &again, NULL, NULL), S_OK);
	assert_ptr_equal(data, again);
	assert_hr(IMF2DBuffer2_Lock2D(rows, &data, &pitch), MF_E_UNEXPECTED);
	assert_hr(IMFMediaBuffer_Unlock(buffer), S_OK);
	assert_hr(IMF2DBuffer2_Unlock2D(rows), HRESULT_FROM_WIN32(ERROR_WAS_UNLOCKED));
	assert_hr(IMFMediaBuffer_Unlock(buffer), S_OK);
	assert_hr(IMF2DBuffer2_Lock2DSize(
			  rows, MF2DBuffer_LockFlags_Read, &data, &pitch, &start, &length),
		S_OK);
	assert_hr(IMF2DBuffer2_Lock2D(rows, &data, &pitch), HRESULT_FROM_WIN32(ERROR_WAS_LOCKED));
	assert_hr(IMFMediaBuffer_Lock(buffer, &data, NULL, NULL), MF_E_INVALIDREQUEST);
	assert_hr(IMF2DBuffer2_GetScanline0AndPitch(rows, &again, &pitch), S_OK);
	assert_hr(IMF2DBuffer2_Unlock2D(rows), S_OK);
	assert_hr(IMF2DBuffer2_Unlock2D(rows), HRESULT_FROM_WIN32(ERROR_WAS_UNLOCKED));
	IMF2DBuffer2_Release(rows);
}

static void locks_are_counted_and_of_one_kind(void **state)
{
	IMFMediaBuffer *buffer;
	assert_hr(MFCreate2DMediaBuffer(8, 6, MFVideoFormat_RGB32.Data1, FALSE, &buffer), S_OK);
	assert_locks(buffer);
	IMFMediaBuffer_Release(buffer);
}

static ID3D11Texture2D *make_picture(ID3D11Device1 *device, DXGI_FORMAT format, UINT misc)
{
	D3D11_TEXTURE2D_DESC desc = texture_desc(misc);
	ID3D11Texture2D *texture;
	desc.Format = format;
	desc.BindFlags = D3D11_BIND_SHADER_RESOURCE;
	desc.ArraySize = misc ? 1 : 2;
	assert_hr(ID3D11Device1_CreateTexture2D(device, &desc, NULL, &texture), S_OK);
	return texture;
}

static IMFMediaBuffer *buffer_of(ID3D11Texture2D *texture, UINT subresource)
{
	IMFMediaBuffer *buffer;
	assert_hr(MFCreateDXGISurfaceBuffer(
			  &IID_ID3D11Texture2D, (IUnknown *)texture, subresource, FALSE, &buffer),
		S_OK);
	return buffer;
}

static void textures_are_read_and_written(void **state)
{
	const DXGI_FORMAT formats[] = { DXGI_FORMAT_B8G8R8A8_UNORM, DXGI_FORMAT_NV12 };
	ID3D11Device1 *device = make_device();
	for (size_t i = 0; i < COUNT(formats); i++) {
		ID3D11Texture2D *texture = make_picture(device, formats[i], 0);
		IMFMediaBuffer *writer = buffer_of(texture, 1), *reader = buffer_of(texture, 1);
		IMFMediaBuffer *first = buffer_of(texture, 0);
		IMF2DBuffer2 *to = rows_of(writer), *from = rows_of(reader), *none = rows_of(first);
		DWORD length;
		BYTE *bytes, *copy;
		assert_hr(IMF2DBuffer2_GetContiguousLength(to, &length), S_OK);
		assert_int_equal(length, i ? 64 * 48 : 4 * 64 * 32);
		bytes = make_bytes(length);
		copy = calloc(1, length);
		assert_hr(IMF2DBuffer2_ContiguousCopyFrom(to, bytes, length), S_OK);
		assert_hr(IMF2DBuffer2_ContiguousCopyTo(from, copy, length), S_OK);
		assert_memory_equal(copy, bytes, length);
		/* The other subresource has nothing of it, until it is copied there. */
		assert_hr(IMF2DBuffer2_ContiguousCopyTo(none, copy, length), S_OK);
		assert_memory_not_equal(copy, bytes, length);
		assert_hr(IMF2DBuffer2_Copy2DTo(from, none), S_OK);
		assert_hr(IMF2DBuffer2_ContiguousCopyTo(none, copy, length), S_OK);
		assert_memory_equal(copy, bytes, length);
		assert_locks(reader);
		free(bytes);
		free(copy);
		IMF2DBuffer2_Release(to);
		IMF2DBuffer2_Release(from);
		IMF2DBuffer2_Release(none);
		assert_int_equal(IMFMediaBuffer_Release(writer), 0);
		assert_int_equal(IMFMediaBuffer_Release(reader), 0);
		assert_int_equal(IMFMediaBuffer_Release(first), 0);
		assert_int_equal(ID3D11Texture2D_Release(texture), 0);
	}
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

static void a_texture_is_found_in_its_buffer(void **state)
{
	ID3D11Device1 *device = make_device();
	ID3D11Texture2D *texture = make_picture(device, DXGI_FORMAT_B8G8R8A8_UNORM, 0), *found;
	IMFMediaBuffer *buffer = buffer_of(texture, 1);
	IMFDXGIBuffer *dxgi;
	IUnknown *value;
	UINT index;
	assert_hr(IMFMediaBuffer_QueryInterface(buffer, &IID_IMFDXGIBuffer, (void **)&dxgi), S_OK);
	assert_hr(IMFDXGIBuffer_GetResource(dxgi, &IID_ID3D11Texture2D, (void **)&found), S_OK);
	assert_ptr_equal(found, texture);
	ID3D11Texture2D_Release(found);
	assert_hr(IMFDXGIBuffer_GetSubresourceIndex(dxgi, &index), S_OK);
	assert_int_equal(index, 1);
	assert_hr(IMFDXGIBuffer_SetUnknown(dxgi, &IID_ID3D11Device, (IUnknown *)device), S_OK);
	assert_hr(IMFDXGIBuffer_GetUnknown(dxgi, &IID_ID3D11Device, &IID_IUnknown, (void **)&value),
		S_OK);
	IUnknown_Release(value);
	IMFDXGIBuffer_Release(dxgi);
	IMFMediaBuffer_Release(buffer);
	ID3D11Texture2D_Release(texture);
	assert_int_equal(ID3D11Device1_Release(device), 0);
}

int main(int argc, char **argv)
{
	const struct role none = { NULL, NULL };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_have_their_sizes),
		cmocka_unit_test(bytes_and_rows_are_one_picture),
		cmocka_unit_test(bottom_up_pictures_end_with_the_first_row),
		cmocka_unit_test(locks_are_counted_and_of_one_kind),
		cmocka_unit_test(textures_are_read_and_written),
		cmocka_unit_test(a_texture_is_found_in_its_buffer),
	};
	harness_start(argc, argv, &none);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
