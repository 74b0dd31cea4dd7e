/* SPDX-License-Identifier: MIT */
/*
 * PropVariantCopy and PropVariantClear, for the kinds of values that Media Foundation uses: plain
 * ones, GUIDs, strings, bytes and objects. Others are refused, not copied as if they were plain.
 */
#include "win/mf/propvariant.h"

static size_t string_bytes(const WCHAR *string)
{
	size_t n = 0;
	while (string[n])
		n++;
	return (n + 1) * sizeof(*string);
}

/* What a value points to, if it owns that; `ret_bytes` is its length. */
static const void *owned(const PROPVARIANT *value, size_t *ret_bytes)
{
	switch (value->vt) {
	case VT_CLSID:
		*ret_bytes = sizeof(GUID);
		return value->puuid;
	case VT_LPWSTR:
		*ret_bytes = value->pwszVal ? string_bytes(value->pwszVal) : 0;
		return value->pwszVal;
	case VT_LPSTR:
		*ret_bytes = value->pszVal ? strlen(value->pszVal) + 1 : 0;
		return value->pszVal;
	case VT_VECTOR | VT_UI1:
		*ret_bytes = value->caub.cElems;
		return value->caub.pElems;
	case VT_BLOB:
		*ret_bytes = value->blob.cbSize;
		return value->blob.pBlobData;
	default:
		return NULL;
	}
}

static void set_owned(PROPVARIANT *value, void *memory)
{
	if (value->vt == (VT_VECTOR | VT_UI1))
		value->caub.pElems = memory;
	else if (value->vt == VT_BLOB)
		value->blob.pBlobData = memory;
	else
		value->puuid = memory; /* the strings' pointers lie there, too */
}

static bool is_known(VARTYPE type)
{
	switch (type) {
	case VT_EMPTY:
	case VT_NULL:
	case VT_I1:
	case VT_UI1:
	case VT_I2:
	case VT_UI2:
	case VT_I4:
	case VT_UI4:
	case VT_INT:
	case VT_UINT:
	case VT_I8:
	case VT_UI8:
	case VT_R4:
	case VT_R8:
	case VT_BOOL:
	case VT_ERROR:
	case VT_DATE:
	case VT_FILETIME:
	case VT_CLSID:
	case VT_LPSTR:
	case VT_LPWSTR:
	case VT_BLOB:
	case VT_VECTOR | VT_UI1:
	case VT_UNKNOWN:
		return true;
	default:
		return false;
	}
}

HRESULT WINAPI PropVariantClear(PROPVARIANT *value)
{
	size_t bytes;
	if (!value)
		return S_OK;
	if (!is_known(value->vt))
		return STG_E_INVALIDPARAMETER;
	if (value->vt == VT_UNKNOWN && value->punkVal)
		IUnknown_Release(value->punkVal);
	CoTaskMemFree((void *)owned(value, &bytes));
	memset(value, 0, sizeof(*value));
	return S_OK;
}

HRESULT WINAPI PropVariantCopy(PROPVARIANT *to, const PROPVARIANT *from)
{
	size_t bytes = 0;
	const void *memory;
	if (!to || !from || !is_known(from->vt))
		return STG_E_INVALIDPARAMETER;
	PROPVARIANT copy = *from;
	memory = owned(from, &bytes);
	if (memory) {
		void *mine = CoTaskMemAlloc(bytes);
		if (!mine)
			return E_OUTOFMEMORY;
		memcpy(mine, memory, bytes);
		set_owned(&copy, mine);
	}
	if (copy.vt == VT_UNKNOWN && copy.punkVal)
		IUnknown_AddRef(copy.punkVal);
	*to = copy;
	return S_OK;
}

bool xfi_propvariant_is_attribute(const PROPVARIANT *value)
{
	switch (value->vt) {
	case MF_ATTRIBUTE_UINT32:
	case MF_ATTRIBUTE_UINT64:
	case MF_ATTRIBUTE_DOUBLE:
	case MF_ATTRIBUTE_IUNKNOWN:
		return true;
	case MF_ATTRIBUTE_GUID:
		return value->puuid;
	case MF_ATTRIBUTE_STRING:
		return value->pwszVal;
	case MF_ATTRIBUTE_BLOB:
		return value->caub.pElems || !value->caub.cElems;
	default:
		return false;
	}
}

bool xfi_propvariant_equal(const PROPVARIANT *a, const PROPVARIANT *b)
{
	size_t a_bytes = 0, b_bytes = 0;
	const void *in_a, *in_b;
	if (a->vt != b->vt)
		return false;
	switch (a->vt) {
	case MF_ATTRIBUTE_UINT32:
		return a->ulVal == b->ulVal;
	case MF_ATTRIBUTE_UINT64:
		return a->uhVal.QuadPart == b->uhVal.QuadPart;
	case MF_ATTRIBUTE_DOUBLE:
		return a->dblVal == b->dblVal;
	case MF_ATTRIBUTE_IUNKNOWN:
		return a->punkVal == b->punkVal;
	default:
		in_a = owned(a, &a_bytes);
		in_b = owned(b, &b_bytes);
		return a_bytes == b_bytes && (!a_bytes || !memcmp(in_a, in_b, a_bytes));
	}
}
