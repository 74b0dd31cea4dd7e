/* SPDX-License-Identifier: MIT */
/* IMFAttributes with every kind of value, and IMFMediaType. */
#include "harness.h"

#include <pthread.h>

#include <windows.h>
#include <mfapi.h>
#include <mferror.h>
#include <strsafe.h>

#define assert_hr(hr, expected) assert_int_equal((uint32_t)(hr), (uint32_t)(expected))

static const GUID keys[] = { { 1, 2, 3, { 1 } }, { 1, 2, 3, { 2 } }, { 1, 2, 3, { 3 } },
	{ 1, 2, 3, { 4 } }, { 1, 2, 3, { 5 } }, { 1, 2, 3, { 6 } }, { 1, 2, 3, { 7 } } };
static const GUID unknown_key = { 9, 9, 9, { 9 } };
static const WCHAR text[] = L"words";
static const UINT8 bytes[] = { 1, 2, 3, 0, 5 };

static IMFAttributes *make(void)
{
	IMFAttributes *attributes;
	assert_hr(MFCreateAttributes(&attributes, 3), S_OK);
	return attributes;
}

static UINT32 count_of(IMFAttributes *attributes)
{
	UINT32 count = 77;
	assert_hr(IMFAttributes_GetCount(attributes, &count), S_OK);
	return count;
}

/* One of each kind; the object among them is `object`. */
static void fill(IMFAttributes *attributes, IUnknown *object)
{
	assert_hr(IMFAttributes_SetUINT32(attributes, &keys[0], 42), S_OK);
	assert_hr(IMFAttributes_SetUINT64(attributes, &keys[1], UINT64_C(0x1234567890)), S_OK);
	assert_hr(IMFAttributes_SetDouble(attributes, &keys[2], 2.5), S_OK);
	assert_hr(IMFAttributes_SetGUID(attributes, &keys[3], &MFMediaType_Video), S_OK);
	assert_hr(IMFAttributes_SetString(attributes, &keys[4], text), S_OK);
	assert_hr(IMFAttributes_SetBlob(attributes, &keys[5], bytes, sizeof(bytes)), S_OK);
	assert_hr(IMFAttributes_SetUnknown(attributes, &keys[6], object), S_OK);
}

static void each_kind_comes_back(void **state)
{
	static const MF_ATTRIBUTE_TYPE types[] = { MF_ATTRIBUTE_UINT32, MF_ATTRIBUTE_UINT64,
		MF_ATTRIBUTE_DOUBLE, MF_ATTRIBUTE_GUID, MF_ATTRIBUTE_STRING, MF_ATTRIBUTE_BLOB,
		MF_ATTRIBUTE_IUNKNOWN };
	IMFAttributes *attributes = make(), *object = make();
	MF_ATTRIBUTE_TYPE type;
	IUnknown *found;
	UINT64 large;
	UINT32 word;
	double real;
	GUID guid;
	fill(attributes, (IUnknown *)object);
	assert_int_equal(count_of(attributes), 7);
	for (int i = 0; i < 7; i++) {
		assert_hr(IMFAttributes_GetItemType(attributes, &keys[i], &type), S_OK);
		assert_int_equal(type, types[i]);
	}
	assert_hr(IMFAttributes_GetUINT32(attributes, &keys[0], &word), S_OK);
	assert_int_equal(word, 42);
	assert_hr(IMFAttributes_GetUINT64(attributes, &keys[1], &large), S_OK);
	assert_true(large == UINT64_C(0x1234567890));
	assert_hr(IMFAttributes_GetDouble(attributes, &keys[2], &real), S_OK);
	assert_true(real == 2.5);
	assert_hr(IMFAttributes_GetGUID(attributes, &keys[3], &guid), S_OK);
	assert_memory_equal(&guid, &MFMediaType_Video, sizeof(guid));
	assert_hr(
		IMFAttributes_GetUnknown(attributes, &keys[6], &IID_IMFAttributes, (void **)&found),
		S_OK);
	assert_ptr_equal(found, object);
	IUnknown_Release(found);
	assert_hr(
		IMFAttributes_GetUnknown(attributes, &keys[6], &IID_IMFMediaType, (void **)&found),
		E_NOINTERFACE);
	/* Another kind, and no item at all. */
	for (int i = 1; i < 7; i++)
		assert_hr(IMFAttributes_GetUINT32(attributes, &keys[i], &word), MF_E_INVALIDTYPE);
	assert_hr(IMFAttributes_GetDouble(attributes, &keys[0], &real), MF_E_INVALIDTYPE);
	assert_hr(IMFAttributes_GetUINT32(attributes, &unknown_key, &word), MF_E_ATTRIBUTENOTFOUND);
	assert_hr(
		IMFAttributes_GetItemType(attributes, &unknown_key, &type), MF_E_ATTRIBUTENOTFOUND);
	/* The attributes have a reference of their own, and give it back. */
	assert_int_equal(IMFAttributes_AddRef(object), 3);
	assert_int_equal(IMFAttributes_Release(attributes), 0);
	assert_int_equal(IMFAttributes_Release(object), 1);
	assert_int_equal(IMFAttributes_Release(object), 0);
}

static void strings_and_blobs_say_what_they_need(void **state)
{
	IMFAttributes *attributes = make();
	WCHAR buffer[8] = { 0 }, *string;
	UINT8 blob[8], *copy;
	UINT32 length;
	fill(attributes, NULL);
	assert_hr(IMFAttributes_GetStringLength(attributes, &keys[4], &length), S_OK);
	assert_int_equal(length, 5);
	length = 0;
	assert_hr(IMFAttributes_GetString(attributes, &keys[4], buffer, 5, &length),
		STRSAFE_E_INSUFFICIENT_BUFFER);
	assert_int_equal(length, 5);
	assert_int_equal(buffer[0], 0);
	assert_hr(IMFAttributes_GetString(attributes, &keys[4], buffer, 6, NULL), S_OK);
	assert_memory_equal(buffer, text, sizeof(text));
	assert_hr(IMFAttributes_GetAllocatedString(attributes, &keys[4], &string, &length), S_OK);
	assert_int_equal(length, 5);
	assert_memory_equal(string, text, sizeof(text));
	CoTaskMemFree(string);
	assert_hr(IMFAttributes_GetStringLength(attributes, &keys[0], &length), MF_E_INVALIDTYPE);
	assert_hr(IMFAttributes_GetBlobSize(attributes, &keys[5], &length), S_OK);
	assert_int_equal(length, sizeof(bytes));
	assert_hr(IMFAttributes_GetBlob(attributes, &keys[5], blob, sizeof(bytes) - 1, NULL),
		E_NOT_SUFFICIENT_BUFFER);
	assert_hr(IMFAttributes_GetBlob(attributes, &keys[5], blob, sizeof(blob), &length), S_OK);
	assert_memory_equal(blob, bytes, sizeof(bytes));
	assert_hr(IMFAttributes_GetAllocatedBlob(attributes, &keys[5], &copy, &length), S_OK);
	assert_int_equal(length, sizeof(bytes));
	assert_memory_equal(copy, bytes, sizeof(bytes));
	CoTaskMemFree(copy);
	assert_hr(IMFAttributes_GetAllocatedBlob(attributes, &unknown_key, &copy, &length),
		MF_E_ATTRIBUTENOTFOUND);
	/* There is an item, and no object. */
	IUnknown *object;
	assert_hr(IMFAttributes_GetUnknown(attributes, &keys[6], &IID_IUnknown, (void **)&object),
		MF_E_INVALIDTYPE);
	IMFAttributes_Release(attributes);
}

static void items_go_by_index_and_are_replaced(void **state)
{
	IMFAttributes *attributes = make();
	PROPVARIANT value;
	BOOL equal = TRUE;
	GUID key;
	fill(attributes, NULL);
	for (UINT32 i = 0; i < 7; i++) {
		assert_hr(IMFAttributes_GetItemByIndex(attributes, i, &key, &value), S_OK);
		assert_memory_equal(&key, &keys[i], sizeof(key));
		assert_hr(IMFAttributes_CompareItem(attributes, &key, &value, &equal), S_OK);
		assert_true(equal);
		assert_hr(IMFAttributes_CompareItem(attributes, &keys[(i + 1) % 7], &value, &equal),
			S_OK);
		assert_false(equal);
		assert_hr(PropVariantClear(&value), S_OK);
		assert_int_equal(value.vt, VT_EMPTY);
	}
	assert_hr(IMFAttributes_GetItemByIndex(attributes, 7, &key, &value), E_INVALIDARG);
	/* Another kind under the same key, in the same place. */
	assert_hr(IMFAttributes_SetUINT32(attributes, &keys[4], 1), S_OK);
	assert_int_equal(count_of(attributes), 7);
	assert_hr(IMFAttributes_GetItemByIndex(attributes, 4, &key, &value), S_OK);
	assert_int_equal(value.vt, VT_UI4);
	assert_hr(IMFAttributes_DeleteItem(attributes, &keys[0]), S_OK);
	assert_hr(IMFAttributes_DeleteItem(attributes, &keys[0]), S_OK);
	assert_int_equal(count_of(attributes), 6);
	assert_hr(IMFAttributes_GetItemByIndex(attributes, 0, &key, NULL), S_OK);
	assert_memory_equal(&key, &keys[1], sizeof(key));
	assert_hr(IMFAttributes_GetItem(attributes, &keys[0], NULL), MF_E_ATTRIBUTENOTFOUND);
	value.vt = VT_BOOL;
	assert_hr(IMFAttributes_SetItem(attributes, &keys[0], &value), MF_E_INVALIDTYPE);
	assert_hr(IMFAttributes_DeleteAllItems(attributes), S_OK);
	assert_int_equal(count_of(attributes), 0);
	IMFAttributes_Release(attributes);
}

static void copies_are_whole_and_their_own(void **state)
{
	IMFAttributes *from = make(), *to = make();
	BOOL match = FALSE;
	fill(from, (IUnknown *)to);
	assert_hr(IMFAttributes_SetUnknown(from, &keys[6], NULL), S_OK);
	assert_hr(IMFAttributes_SetUINT32(to, &unknown_key, 1), S_OK);
	assert_hr(IMFAttributes_CopyAllItems(from, to), S_OK);
	assert_int_equal(count_of(to), 7); /* what was there is gone */
	assert_hr(IMFAttributes_Compare(from, to, MF_ATTRIBUTES_MATCH_ALL_ITEMS, &match), S_OK);
	assert_true(match);
	assert_hr(IMFAttributes_SetString(from, &keys[4], L"other"), S_OK);
	assert_hr(IMFAttributes_Compare(from, to, MF_ATTRIBUTES_MATCH_ALL_ITEMS, &match), S_OK);
	assert_false(match);
	IMFAttributes_Release(from);
	IMFAttributes_Release(to);
}

struct comparison {
	int a[2], b[2]; /* values of two keys; 0: none */
	bool match[5]; /* ours, theirs, all, intersection, smaller */
};

static void put(IMFAttributes *attributes, const int *values)
{
	IMFAttributes_DeleteAllItems(attributes);
	for (int i = 0; i < 2; i++)
		if (values[i])
			assert_hr(IMFAttributes_SetUINT32(attributes, &keys[i], (UINT32)values[i]),
				S_OK);
}

static void sets_are_compared_in_five_ways(void **state)
{
	static const struct comparison rows[] = {
		{ { 0, 0 }, { 0, 0 }, { true, true, true, true, true } },
		{ { 1, 0 }, { 0, 0 }, { false, true, false, true, true } },
		{ { 1, 0 }, { 2, 0 }, { false, false, false, false, false } },
		{ { 1, 0 }, { 1, 0 }, { true, true, true, true, true } },
		{ { 1, 0 }, { 1, 2 }, { true, false, false, true, true } },
		{ { 1, 2 }, { 1, 0 }, { false, true, false, true, true } },
		{ { 1, 0 }, { 0, 2 }, { false, false, false, true, false } },
		{ { 1, 2 }, { 1, 3 }, { false, false, false, false, false } },
	};
	IMFAttributes *a = make(), *b = make();
	BOOL match;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put(a, rows[i].a);
		put(b, rows[i].b);
		for (int type = 0; type < 5; type++) {
			assert_hr(
				IMFAttributes_Compare(a, b, (MF_ATTRIBUTES_MATCH_TYPE)type, &match),
				S_OK);
			assert_int_equal(match, rows[i].match[type]);
		}
	}
	assert_hr(IMFAttributes_Compare(a, b, (MF_ATTRIBUTES_MATCH_TYPE)5, &match), E_INVALIDARG);
	IMFAttributes_Release(a);
	IMFAttributes_Release(b);
}

#define ROUNDS 20000

struct pair {
	IMFAttributes *a, *b;
};

/* Compares both ways while others write: neither waits for the other for ever. */
static void *compare_and_write(void *arg)
{
	struct pair *pair = arg;
	BOOL match;
	for (UINT32 i = 0; i < ROUNDS; i++) {
		IMFAttributes_Compare(pair->a, pair->b, MF_ATTRIBUTES_MATCH_SMALLER, &match);
		IMFAttributes_SetUINT32(pair->a, &keys[i % 7], i);
		if (i % 16 == 0)
			IMFAttributes_DeleteItem(pair->a, &keys[i / 16 % 7]);
		IMFAttributes_SetString(pair->b, &keys[i % 7], text);
	}
	return NULL;
}

/* In the store's lock nobody else changes anything. */
static void *count_up(void *arg)
{
	IMFAttributes *attributes = arg;
	for (UINT32 i = 0, value; i < ROUNDS; i++) {
		IMFAttributes_LockStore(attributes);
		IMFAttributes_GetUINT32(attributes, &unknown_key, &value);
		IMFAttributes_SetUINT32(attributes, &unknown_key, value + 1);
		IMFAttributes_UnlockStore(attributes);
	}
	return NULL;
}

static void threads_share_attributes(void **state)
{
	IMFAttributes *a = make(), *b = make();
	struct pair pairs[] = { { a, b }, { b, a } };
	pthread_t threads[4];
	UINT32 value;
	assert_hr(IMFAttributes_SetUINT32(a, &unknown_key, 0), S_OK);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
			pthread_create(&threads[i], NULL, compare_and_write, &pairs[i]), 0);
		assert_int_equal(pthread_create(&threads[2 + i], NULL, count_up, a), 0);
	}
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_hr(IMFAttributes_GetUINT32(a, &unknown_key, &value), S_OK);
	assert_int_equal(value, 2 * ROUNDS);
	IMFAttributes_Release(a);
	IMFAttributes_Release(b);
}

static void media_types_are_equal_in_four_ways(void **state)
{
	const DWORD all = MF_MEDIATYPE_EQUAL_MAJOR_TYPES | MF_MEDIATYPE_EQUAL_FORMAT_TYPES |
			  MF_MEDIATYPE_EQUAL_FORMAT_DATA | MF_MEDIATYPE_EQUAL_FORMAT_USER_DATA;
	IMFMediaType *a, *b;
	BOOL compressed = FALSE;
	DWORD flags = 77;
	GUID major;
	assert_hr(MFCreateMediaType(&a), S_OK);
	assert_hr(MFCreateMediaType(&b), S_OK);
	assert_hr(IMFMediaType_GetMajorType(a, &major), MF_E_ATTRIBUTENOTFOUND);
	assert_hr(IMFMediaType_IsCompressedFormat(a, &compressed), S_OK);
	assert_true(compressed);
	assert_hr(IMFMediaType_SetUINT32(a, &MF_MT_ALL_SAMPLES_INDEPENDENT, 1), S_OK);
	assert_hr(IMFMediaType_IsCompressedFormat(a, &compressed), S_OK);
	assert_false(compressed);
	assert_hr(IMFMediaType_SetGUID(a, &MF_MT_MAJOR_TYPE, &MFMediaType_Video), S_OK);
	assert_hr(IMFMediaType_IsEqual(a, b, &flags), E_INVALIDARG);
	assert_int_equal(flags, 0);
	assert_hr(IMFMediaType_SetGUID(b, &MF_MT_MAJOR_TYPE, &MFMediaType_Audio), S_OK);
	assert_hr(IMFMediaType_IsEqual(a, b, &flags), S_FALSE);
	assert_int_equal(
		flags, MF_MEDIATYPE_EQUAL_FORMAT_TYPES | MF_MEDIATYPE_EQUAL_FORMAT_USER_DATA);
	assert_hr(IMFMediaType_SetGUID(b, &MF_MT_MAJOR_TYPE, &MFMediaType_Video), S_OK);
	assert_hr(IMFMediaType_IsEqual(a, b, &flags), S_OK); /* b's one item is in a */
	assert_int_equal(flags, all);
	assert_hr(IMFMediaType_SetBlob(b, &MF_MT_USER_DATA, bytes, 2), S_OK);
	assert_hr(IMFMediaType_IsEqual(a, b, &flags), S_FALSE);
	assert_int_equal(flags, all & ~(DWORD)MF_MEDIATYPE_EQUAL_FORMAT_USER_DATA);
	assert_hr(IMFMediaType_SetGUID(a, &MF_MT_SUBTYPE, &MFVideoFormat_RGB32), S_OK);
	assert_hr(IMFMediaType_SetGUID(b, &MF_MT_SUBTYPE, &MFVideoFormat_NV12), S_OK);
	assert_hr(IMFMediaType_IsEqual(a, b, &flags), S_FALSE);
	assert_int_equal(flags, MF_MEDIATYPE_EQUAL_MAJOR_TYPES);
	IMFMediaType_Release(a);
	assert_int_equal(IMFMediaType_Release(b), 0);
}

int main(int argc, char **argv)
{
	const struct role none = { NULL, NULL };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_comes_back),
		cmocka_unit_test(strings_and_blobs_say_what_they_need),
		cmocka_unit_test(items_go_by_index_and_are_replaced),
		cmocka_unit_test(copies_are_whole_and_their_own),
		cmocka_unit_test(sets_are_compared_in_five_ways),
		cmocka_unit_test(threads_share_attributes),
		cmocka_unit_test(media_types_are_equal_in_four_ways),
	};
	harness_start(argc, argv, &none);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
