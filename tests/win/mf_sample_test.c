/* SPDX-License-Identifier: MIT */
/* IMFSample, and buffers of bytes. */
#include "harness.h"

#include <windows.h>
#include <mfapi.h>
#include <mferror.h>

#define assert_hr(hr, expected) assert_int_equal((uint32_t)(hr), (uint32_t)(expected))

/* A buffer with these bytes in it. */
static IMFMediaBuffer *buffer_of(const char *text, DWORD room)
{
	IMFMediaBuffer *buffer;
	BYTE *data;
	DWORD max_length, length;
	assert_hr(MFCreateMemoryBuffer(room, &buffer), S_OK);
	assert_hr(IMFMediaBuffer_Lock(buffer, &data, &max_length, &length), S_OK);
	assert_int_equal(max_length, room);
	assert_int_equal(length, 0);
	memcpy(data, text, strlen(text));
	assert_hr(IMFMediaBuffer_Unlock(buffer), S_OK);
	assert_hr(IMFMediaBuffer_SetCurrentLength(buffer, (DWORD)strlen(text)), S_OK);
	return buffer;
}

static void assert_bytes(IMFMediaBuffer *buffer, const char *text)
{
	DWORD length;
	BYTE *data;
	assert_hr(IMFMediaBuffer_Lock(buffer, &data, NULL, &length), S_OK);
	assert_int_equal(length, strlen(text));
	assert_memory_equal(data, text, length);
	assert_hr(IMFMediaBuffer_Unlock(buffer), S_OK);
}

static void a_buffer_keeps_its_length(void **state)
{
	IMFMediaBuffer *buffer = buffer_of("abc", 10);
	DWORD length;
	assert_bytes(buffer, "abc");
	assert_hr(IMFMediaBuffer_SetCurrentLength(buffer, 11), E_INVALIDARG);
	assert_hr(IMFMediaBuffer_GetCurrentLength(buffer, &length), S_OK);
	assert_int_equal(length, 3);
	assert_hr(IMFMediaBuffer_GetMaxLength(buffer, &length), S_OK);
	assert_int_equal(length, 10);
	assert_hr(IMFMediaBuffer_Lock(buffer, NULL, NULL, NULL), E_INVALIDARG);
	assert_int_equal(IMFMediaBuffer_Release(buffer), 0);
}

static void buffers_are_aligned(void **state)
{
	for (DWORD alignment = 0; alignment <= MF_4096_BYTE_ALIGNMENT;
		alignment = 2 * alignment + 1) {
		IMFMediaBuffer *buffer;
		BYTE *data;
		assert_hr(MFCreateAlignedMemoryBuffer(201, alignment, &buffer), S_OK);
		assert_hr(IMFMediaBuffer_Lock(buffer, &data, NULL, NULL), S_OK);
		assert_int_equal((uintptr_t)data & alignment, 0);
		IMFMediaBuffer_Release(buffer);
	}
	IMFMediaBuffer *none = (void *)1;
	assert_hr(MFCreateAlignedMemoryBuffer(201, 100, &none), E_INVALIDARG);
	assert_ptr_equal(none, (void *)1);
}

static void a_sample_tells_times_that_it_has(void **state)
{
	IMFSample *sample;
	IMFAttributes *attributes;
	LONGLONG time;
	DWORD flags;
	assert_hr(MFCreateSample(&sample), S_OK);
	assert_hr(IMFSample_GetSampleTime(sample, &time), MF_E_NO_SAMPLE_TIMESTAMP);
	assert_hr(IMFSample_GetSampleDuration(sample, &time), MF_E_NO_SAMPLE_DURATION);
	assert_hr(IMFSample_SetSampleTime(sample, 0), S_OK);
	assert_hr(IMFSample_SetSampleDuration(sample, -5), S_OK);
	assert_hr(IMFSample_GetSampleTime(sample, &time), S_OK);
	assert_int_equal(time, 0);
	assert_hr(IMFSample_GetSampleDuration(sample, &time), S_OK);
	assert_int_equal(time, -5);
	assert_hr(IMFSample_SetSampleFlags(sample, 3), S_OK);
	assert_hr(IMFSample_GetSampleFlags(sample, &flags), S_OK);
	assert_int_equal(flags, 3);
	/* It is attributes, too. */
	assert_hr(IMFSample_QueryInterface(sample, &IID_IMFAttributes, (void **)&attributes), S_OK);
	assert_hr(IMFAttributes_SetUINT32(attributes, &MF_MT_SUBTYPE, 7), S_OK);
	IMFAttributes_Release(attributes);
	assert_hr(IMFSample_GetUINT32(sample, &MF_MT_SUBTYPE, &flags), S_OK);
	assert_int_equal(flags, 7);
	assert_int_equal(IMFSample_Release(sample), 0);
}

static void a_sample_holds_its_buffers(void **state)
{
	IMFMediaBuffer *a = buffer_of("abc", 3), *b = buffer_of("de", 5), *found;
	IMFSample *sample;
	DWORD count, length;
	assert_hr(MFCreateSample(&sample), S_OK);
	assert_hr(IMFSample_ConvertToContiguousBuffer(sample, &found), E_UNEXPECTED);
	assert_hr(IMFSample_GetTotalLength(sample, &length), S_OK);
	assert_int_equal(length, 0);
	assert_hr(IMFSample_AddBuffer(sample, a), S_OK);
	assert_hr(IMFSample_AddBuffer(sample, b), S_OK);
	assert_hr(IMFSample_AddBuffer(sample, a), S_OK);
	assert_hr(IMFSample_GetBufferCount(sample, &count), S_OK);
	assert_int_equal(count, 3);
	assert_hr(IMFSample_GetTotalLength(sample, &length), S_OK);
	assert_int_equal(length, 8);
	assert_hr(IMFSample_GetBufferByIndex(sample, 3, &found), E_INVALIDARG);
	assert_hr(IMFSample_RemoveBufferByIndex(sample, 3), E_INVALIDARG);
	assert_hr(IMFSample_RemoveBufferByIndex(sample, 0), S_OK);
	assert_hr(IMFSample_GetBufferByIndex(sample, 0, &found), S_OK);
	assert_ptr_equal(found, b);
	IMFMediaBuffer_Release(found);
	assert_int_equal(IMFMediaBuffer_Release(a), 1); /* the sample's */
	assert_hr(IMFSample_RemoveAllBuffers(sample), S_OK);
	assert_int_equal(IMFMediaBuffer_Release(b), 0);
	assert_int_equal(IMFSample_Release(sample), 0);
}

static void many_buffers_become_one(void **state)
{
	IMFMediaBuffer *a = buffer_of("abc", 3), *b = buffer_of("de", 5), *whole;
	IMFMediaBuffer *room = buffer_of("", 10), *narrow = buffer_of("", 4);
	IMFSample *sample;
	DWORD count;
	assert_hr(MFCreateSample(&sample), S_OK);
	assert_hr(IMFSample_AddBuffer(sample, a), S_OK);
	assert_hr(IMFSample_ConvertToContiguousBuffer(sample, &whole), S_OK);
	assert_ptr_equal(whole, a); /* as it is */
	IMFMediaBuffer_Release(whole);
	assert_hr(IMFSample_AddBuffer(sample, b), S_OK);
	assert_hr(IMFSample_CopyToBuffer(sample, narrow), MF_E_BUFFERTOOSMALL);
	assert_hr(IMFSample_CopyToBuffer(sample, room), S_OK);
	assert_bytes(room, "abcde");
	assert_hr(IMFSample_ConvertToContiguousBuffer(sample, &whole), S_OK);
	assert_bytes(whole, "abcde");
	assert_hr(IMFSample_GetBufferCount(sample, &count), S_OK);
	assert_int_equal(count, 1);
	assert_int_equal(IMFMediaBuffer_Release(a), 0);
	assert_int_equal(IMFMediaBuffer_Release(b), 0);
	assert_int_equal(IMFSample_Release(sample), 0);
	assert_int_equal(IMFMediaBuffer_Release(whole), 0);
	IMFMediaBuffer_Release(room);
	IMFMediaBuffer_Release(narrow);
}

int main(int argc, char **argv)
{
	const struct role none = { NULL, NULL };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_buffer_keeps_its_length),
		cmocka_unit_test(buffers_are_aligned),
		cmocka_unit_test(a_sample_tells_times_that_it_has),
		cmocka_unit_test(a_sample_holds_its_buffers),
		cmocka_unit_test(many_buffers_become_one),
	};
	harness_start(argc, argv, &none);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
