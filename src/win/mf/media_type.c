/* SPDX-License-Identifier: MIT */
/* MFCreateMediaType: attributes that say what a stream consists of. */
#include "win/mf/attributes.h"
#include "win/mf/propvariant.h"

#include <mferror.h>

struct media_type {
	struct xfi_attributes attributes;
	_Atomic ULONG refs;
};

static struct media_type *of(IMFMediaType *iface)
{
	return (struct media_type *)iface;
}

static HRESULT WINAPI media_type_QueryInterface(IMFMediaType *iface, REFIID riid, void **ret)
{
	if (!ret)
		return E_POINTER;
	*ret = NULL;
	if (!IsEqualGUID(riid, &IID_IUnknown) && !IsEqualGUID(riid, &IID_IMFAttributes) &&
		!IsEqualGUID(riid, &IID_IMFMediaType))
		return E_NOINTERFACE;
	*ret = iface;
	atomic_fetch_add(&of(iface)->refs, 1);
	return S_OK;
}

static ULONG WINAPI media_type_AddRef(IMFMediaType *iface)
{
	return atomic_fetch_add(&of(iface)->refs, 1) + 1;
}

static ULONG WINAPI media_type_Release(IMFMediaType *iface)
{
	ULONG refs = atomic_fetch_sub(&of(iface)->refs, 1) - 1;
	if (!refs) {
		xfi_attributes_finish(&of(iface)->attributes);
		free(of(iface));
	}
	return refs;
}

static HRESULT WINAPI media_type_GetMajorType(IMFMediaType *iface, GUID *ret_type)
{
	return IMFMediaType_GetGUID(iface, &MF_MT_MAJOR_TYPE, ret_type);
}

/* What does not say that each sample stands for itself is compressed. */
static HRESULT WINAPI media_type_IsCompressedFormat(IMFMediaType *iface, BOOL *ret_compressed)
{
	UINT32 independent = 0;
	if (!ret_compressed)
		return E_INVALIDARG;
	if (FAILED(IMFMediaType_GetUINT32(iface, &MF_MT_ALL_SAMPLES_INDEPENDENT, &independent)))
		independent = 0;
	*ret_compressed = !independent;
	return S_OK;
}

/* Both have the item with the same value, or neither has it. */
static bool same_item(IMFMediaType *a, IMFMediaType *b, REFGUID key)
{
	PROPVARIANT value;
	BOOL equal = FALSE;
	if (FAILED(IMFMediaType_GetItem(a, key, &value)))
		return FAILED(IMFMediaType_GetItem(b, key, NULL));
	if (FAILED(IMFMediaType_CompareItem(b, key, &value, &equal)))
		equal = FALSE;
	PropVariantClear(&value);
	return equal;
}

/* Compared for itself, or not at all, as the documentation of MF_MEDIATYPE_EQUAL_FORMAT_DATA says.
 */
static bool is_apart(REFGUID key)
{
	return IsEqualGUID(key, &MF_MT_USER_DATA) ||
	       IsEqualGUID(key, &MF_MT_FRAME_RATE_RANGE_MIN) ||
	       IsEqualGUID(key, &MF_MT_FRAME_RATE_RANGE_MAX);
}

/* Whatever the type with fewer items says, the other one says, too. */
static bool same_format(IMFMediaType *a, IMFMediaType *b)
{
	UINT32 a_count = 0, b_count = 0;
	PROPVARIANT value;
	GUID key;
	BOOL equal = TRUE;
	(void)IMFMediaType_GetCount(a, &a_count); /* they do not fail */
	(void)IMFMediaType_GetCount(b, &b_count);
	IMFMediaType *fewer = a_count < b_count ? a : b, *other = fewer == a ? b : a;
	for (UINT32 i = 0; equal && SUCCEEDED(IMFMediaType_GetItemByIndex(fewer, i, &key, &value));
		i++) {
		if (!is_apart(&key) &&
			FAILED(IMFMediaType_CompareItem(other, &key, &value, &equal)))
			equal = FALSE;
		PropVariantClear(&value);
	}
	return equal;
}

static HRESULT WINAPI media_type_IsEqual(IMFMediaType *iface, IMFMediaType *other, DWORD *ret_flags)
{
	const DWORD all = MF_MEDIATYPE_EQUAL_MAJOR_TYPES | MF_MEDIATYPE_EQUAL_FORMAT_TYPES |
			  MF_MEDIATYPE_EQUAL_FORMAT_DATA | MF_MEDIATYPE_EQUAL_FORMAT_USER_DATA;
	GUID major, other_major;
	if (!ret_flags)
		return E_INVALIDARG;
	*ret_flags = 0;
	if (!other || FAILED(IMFMediaType_GetMajorType(iface, &major)) ||
		FAILED(IMFMediaType_GetMajorType(other, &other_major)))
		return E_INVALIDARG;
	if (IsEqualGUID(&major, &other_major))
		*ret_flags |= MF_MEDIATYPE_EQUAL_MAJOR_TYPES;
	if (same_item(iface, other, &MF_MT_SUBTYPE))
		*ret_flags |= MF_MEDIATYPE_EQUAL_FORMAT_TYPES;
	if (same_format(iface, other))
		*ret_flags |= MF_MEDIATYPE_EQUAL_FORMAT_DATA;
	if (same_item(iface, other, &MF_MT_USER_DATA))
		*ret_flags |= MF_MEDIATYPE_EQUAL_FORMAT_USER_DATA;
	return *ret_flags == all ? S_OK : S_FALSE;
}

/* AM_MEDIA_TYPE and its kin belong to DirectShow. */
static HRESULT WINAPI media_type_GetRepresentation(
	IMFMediaType *iface, GUID kind, void **ret_representation)
{
	if (ret_representation)
		*ret_representation = NULL;
	return MF_E_UNSUPPORTED_REPRESENTATION;
}

static HRESULT WINAPI media_type_FreeRepresentation(
	IMFMediaType *iface, GUID kind, void *representation)
{
	return MF_E_UNSUPPORTED_REPRESENTATION;
}

static const IMFMediaTypeVtbl media_type_vtbl = {
	/* IUnknown */
	media_type_QueryInterface,
	media_type_AddRef,
	media_type_Release,
	/* IMFAttributes */
	XFI_ATTRIBUTES_METHODS,
	/* IMFMediaType */
	.GetMajorType = media_type_GetMajorType,
	.IsCompressedFormat = media_type_IsCompressedFormat,
	.IsEqual = media_type_IsEqual,
	.GetRepresentation = media_type_GetRepresentation,
	.FreeRepresentation = media_type_FreeRepresentation,
};

HRESULT WINAPI MFCreateMediaType(IMFMediaType **ret_type)
{
	struct media_type *type;
	if (!ret_type)
		return E_INVALIDARG;
	type = calloc(1, sizeof(*type));
	if (!type)
		return E_OUTOFMEMORY;
	xfi_attributes_init(&type->attributes, &media_type_vtbl);
	atomic_init(&type->refs, 1);
	*ret_type = (IMFMediaType *)type;
	return S_OK;
}
