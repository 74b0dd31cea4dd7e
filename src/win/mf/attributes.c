/* SPDX-License-Identifier: MIT */
/* The store, and getting and setting of single items. See attributes_compare.c for the rest. */
#include "win/mf/attributes.h"

#include <mferror.h>
#include <strsafe.h>

#include "win/mf/propvariant.h"

static struct xfi_attributes *of(IMFAttributes *iface)
{
	return (struct xfi_attributes *)iface;
}

void xfi_attributes_init(struct xfi_attributes *attributes, const void *vtbl)
{
	pthread_mutexattr_t kind;
	*attributes = (struct xfi_attributes){ .vtbl = vtbl };
	pthread_mutexattr_init(&kind);
	pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&attributes->lock, &kind);
	pthread_mutexattr_destroy(&kind);
}

void xfi_attributes_finish(struct xfi_attributes *attributes)
{
	xfi_attributes_DeleteAllItems((IMFAttributes *)attributes);
	free(attributes->items);
	pthread_mutex_destroy(&attributes->lock);
}

static struct xfi_attribute *find_locked(struct xfi_attributes *attributes, REFGUID key)
{
	for (UINT32 i = 0; i < attributes->count; i++)
		if (IsEqualGUID(&attributes->items[i].key, key))
			return &attributes->items[i];
	return NULL;
}

/* The item's value if it has that type: borrowed, and the lock is held on success. */
static HRESULT begin_get(
	IMFAttributes *iface, REFGUID key, MF_ATTRIBUTE_TYPE type, const PROPVARIANT **ret_value)
{
	struct xfi_attributes *attributes = of(iface);
	struct xfi_attribute *item;
	pthread_mutex_lock(&attributes->lock);
	item = find_locked(attributes, key);
	if (item && item->value.vt == type) {
		*ret_value = &item->value;
		return S_OK;
	}
	pthread_mutex_unlock(&attributes->lock);
	return item ? MF_E_INVALIDTYPE : MF_E_ATTRIBUTENOTFOUND;
}

static HRESULT end_get(IMFAttributes *iface, HRESULT hr)
{
	pthread_mutex_unlock(&of(iface)->lock);
	return hr;
}

HRESULT WINAPI xfi_attributes_GetItem(IMFAttributes *iface, REFGUID key, PROPVARIANT *ret_value)
{
	struct xfi_attributes *attributes = of(iface);
	struct xfi_attribute *item;
	HRESULT hr = MF_E_ATTRIBUTENOTFOUND;
	pthread_mutex_lock(&attributes->lock);
	item = find_locked(attributes, key);
	if (item)
		hr = ret_value ? PropVariantCopy(ret_value, &item->value) : S_OK;
	return end_get(iface, hr);
}

HRESULT WINAPI xfi_attributes_GetItemType(
	IMFAttributes *iface, REFGUID key, MF_ATTRIBUTE_TYPE *ret_type)
{
	struct xfi_attributes *attributes = of(iface);
	struct xfi_attribute *item;
	if (!ret_type)
		return E_INVALIDARG;
	pthread_mutex_lock(&attributes->lock);
	item = find_locked(attributes, key);
	if (item)
		*ret_type = item->value.vt;
	return end_get(iface, item ? S_OK : MF_E_ATTRIBUTENOTFOUND);
}

HRESULT WINAPI xfi_attributes_CompareItem(
	IMFAttributes *iface, REFGUID key, REFPROPVARIANT value, BOOL *ret_equal)
{
	struct xfi_attributes *attributes = of(iface);
	struct xfi_attribute *item;
	if (!value || !ret_equal)
		return E_INVALIDARG;
	pthread_mutex_lock(&attributes->lock);
	item = find_locked(attributes, key);
	*ret_equal = item && xfi_propvariant_equal(&item->value, value);
	return end_get(iface, S_OK);
}

HRESULT WINAPI xfi_attributes_GetUINT32(IMFAttributes *iface, REFGUID key, UINT32 *ret_value)
{
	const PROPVARIANT *value;
	HRESULT hr = begin_get(iface, key, MF_ATTRIBUTE_UINT32, &value);
	if (FAILED(hr))
		return hr;
	if (ret_value)
		*ret_value = value->ulVal;
	return end_get(iface, ret_value ? S_OK : E_INVALIDARG);
}

HRESULT WINAPI xfi_attributes_GetUINT64(IMFAttributes *iface, REFGUID key, UINT64 *ret_value)
{
	const PROPVARIANT *value;
	HRESULT hr = begin_get(iface, key, MF_ATTRIBUTE_UINT64, &value);
	if (FAILED(hr))
		return hr;
	if (ret_value)
		*ret_value = value->uhVal.QuadPart;
	return end_get(iface, ret_value ? S_OK : E_INVALIDARG);
}

HRESULT WINAPI xfi_attributes_GetDouble(IMFAttributes *iface, REFGUID key, double *ret_value)
{
	const PROPVARIANT *value;
	HRESULT hr = begin_get(iface, key, MF_ATTRIBUTE_DOUBLE, &value);
	if (FAILED(hr))
		return hr;
	if (ret_value)
		*ret_value = value->dblVal;
	return end_get(iface, ret_value ? S_OK : E_INVALIDARG);
}

HRESULT WINAPI xfi_attributes_GetGUID(IMFAttributes *iface, REFGUID key, GUID *ret_value)
{
	const PROPVARIANT *value;
	HRESULT hr = begin_get(iface, key, MF_ATTRIBUTE_GUID, &value);
	if (FAILED(hr))
		return hr;
	if (ret_value)
		*ret_value = *value->puuid;
	return end_get(iface, ret_value ? S_OK : E_INVALIDARG);
}

/* Without the end. */
static UINT32 string_length(const WCHAR *string)
{
	UINT32 n = 0;
	while (string[n])
		n++;
	return n;
}

HRESULT WINAPI xfi_attributes_GetStringLength(IMFAttributes *iface, REFGUID key, UINT32 *ret_length)
{
	const PROPVARIANT *value;
	HRESULT hr = begin_get(iface, key, MF_ATTRIBUTE_STRING, &value);
	if (FAILED(hr))
		return hr;
	if (ret_length)
		*ret_length = string_length(value->pwszVal);
	return end_get(iface, ret_length ? S_OK : E_INVALIDARG);
}

HRESULT WINAPI xfi_attributes_GetString(
	IMFAttributes *iface, REFGUID key, LPWSTR buffer, UINT32 size, UINT32 *ret_length)
{
	const PROPVARIANT *value;
	HRESULT hr = begin_get(iface, key, MF_ATTRIBUTE_STRING, &value);
	UINT32 length;
	if (FAILED(hr))
		return hr;
	length = string_length(value->pwszVal);
	if (ret_length)
		*ret_length = length;
	if (!buffer)
		hr = E_INVALIDARG;
	else if (length >= size)
		hr = STRSAFE_E_INSUFFICIENT_BUFFER;
	else
		memcpy(buffer, value->pwszVal, (length + 1) * sizeof(WCHAR));
	return end_get(iface, hr);
}

/* A copy of the value, whose memory is the caller's. */
static HRESULT get_copy(
	IMFAttributes *iface, REFGUID key, MF_ATTRIBUTE_TYPE type, PROPVARIANT *ret_value)
{
	const PROPVARIANT *value;
	HRESULT hr = begin_get(iface, key, type, &value);
	return FAILED(hr) ? hr : end_get(iface, PropVariantCopy(ret_value, value));
}

HRESULT WINAPI xfi_attributes_GetAllocatedString(
	IMFAttributes *iface, REFGUID key, LPWSTR *ret_string, UINT32 *ret_length)
{
	PROPVARIANT copy;
	HRESULT hr = ret_string ? get_copy(iface, key, MF_ATTRIBUTE_STRING, &copy) : E_INVALIDARG;
	if (FAILED(hr))
		return hr;
	*ret_string = copy.pwszVal;
	if (ret_length)
		*ret_length = string_length(copy.pwszVal);
	return S_OK;
}

HRESULT WINAPI xfi_attributes_GetBlobSize(IMFAttributes *iface, REFGUID key, UINT32 *ret_size)
{
	const PROPVARIANT *value;
	HRESULT hr = begin_get(iface, key, MF_ATTRIBUTE_BLOB, &value);
	if (FAILED(hr))
		return hr;
	if (ret_size)
		*ret_size = value->caub.cElems;
	return end_get(iface, ret_size ? S_OK : E_INVALIDARG);
}

HRESULT WINAPI xfi_attributes_GetBlob(
	IMFAttributes *iface, REFGUID key, UINT8 *buffer, UINT32 size, UINT32 *ret_size)
{
	const PROPVARIANT *value;
	HRESULT hr = begin_get(iface, key, MF_ATTRIBUTE_BLOB, &value);
	if (FAILED(hr))
		return hr;
	if (ret_size)
		*ret_size = value->caub.cElems;
	if (value->caub.cElems > size)
		hr = E_NOT_SUFFICIENT_BUFFER;
	else if (value->caub.cElems && !buffer)
		hr = E_INVALIDARG;
	else if (value->caub.cElems)
		memcpy(buffer, value->caub.pElems, value->caub.cElems);
	return end_get(iface, hr);
}

HRESULT WINAPI xfi_attributes_GetAllocatedBlob(
	IMFAttributes *iface, REFGUID key, UINT8 **ret_blob, UINT32 *ret_size)
{
	PROPVARIANT copy;
	HRESULT hr = ret_blob ? get_copy(iface, key, MF_ATTRIBUTE_BLOB, &copy) : E_INVALIDARG;
	if (FAILED(hr))
		return hr;
	*ret_blob = copy.caub.pElems;
	if (ret_size)
		*ret_size = copy.caub.cElems;
	return S_OK;
}

HRESULT WINAPI xfi_attributes_GetUnknown(
	IMFAttributes *iface, REFGUID key, REFIID riid, LPVOID *ret_object)
{
	PROPVARIANT copy;
	HRESULT hr = ret_object ? get_copy(iface, key, MF_ATTRIBUTE_IUNKNOWN, &copy) : E_INVALIDARG;
	if (FAILED(hr))
		return hr;
	if (!copy.punkVal)
		return MF_E_INVALIDTYPE;
	hr = IUnknown_QueryInterface(copy.punkVal, riid, ret_object);
	IUnknown_Release(copy.punkVal);
	return hr;
}

static bool make_room_locked(struct xfi_attributes *attributes)
{
	struct xfi_attribute *items;
	UINT32 room = attributes->room ? 2 * attributes->room : 8;
	if (attributes->count < attributes->room)
		return true;
	items = realloc(attributes->items, room * sizeof(*items));
	if (!items)
		return false;
	attributes->items = items;
	attributes->room = room;
	return true;
}

/* Takes the value on success. */
static HRESULT put(struct xfi_attributes *attributes, REFGUID key, PROPVARIANT *value)
{
	PROPVARIANT before = { 0 };
	struct xfi_attribute *item;
	HRESULT hr = S_OK;
	pthread_mutex_lock(&attributes->lock);
	item = find_locked(attributes, key);
	if (item) {
		before = item->value;
		item->value = *value;
	} else if (make_room_locked(attributes)) {
		attributes->items[attributes->count++] = (struct xfi_attribute){ *key, *value };
	} else {
		hr = E_OUTOFMEMORY;
	}
	pthread_mutex_unlock(&attributes->lock);
	PropVariantClear(&before);
	return hr;
}

HRESULT WINAPI xfi_attributes_SetItem(IMFAttributes *iface, REFGUID key, REFPROPVARIANT value)
{
	PROPVARIANT copy;
	HRESULT hr;
	if (!value)
		return E_INVALIDARG;
	if (!xfi_propvariant_is_attribute(value))
		return MF_E_INVALIDTYPE;
	hr = PropVariantCopy(&copy, value);
	if (FAILED(hr))
		return hr;
	hr = put(of(iface), key, &copy);
	if (FAILED(hr))
		PropVariantClear(&copy);
	return hr;
}

HRESULT WINAPI xfi_attributes_DeleteItem(IMFAttributes *iface, REFGUID key)
{
	struct xfi_attributes *attributes = of(iface);
	struct xfi_attribute *item;
	PROPVARIANT before = { 0 };
	pthread_mutex_lock(&attributes->lock);
	item = find_locked(attributes, key);
	if (item) {
		struct xfi_attribute *end = attributes->items + attributes->count--;
		before = item->value;
		memmove(item, item + 1, (size_t)(end - (item + 1)) * sizeof(*item));
	}
	pthread_mutex_unlock(&attributes->lock);
	PropVariantClear(&before);
	return S_OK;
}

HRESULT WINAPI xfi_attributes_DeleteAllItems(IMFAttributes *iface)
{
	struct xfi_attributes *attributes = of(iface);
	pthread_mutex_lock(&attributes->lock);
	struct xfi_attribute *items = attributes->items;
	UINT32 count = attributes->count;
	if (count) { /* else the room may stay */
		attributes->items = NULL;
		attributes->count = attributes->room = 0;
	}
	pthread_mutex_unlock(&attributes->lock);
	for (UINT32 i = 0; i < count; i++)
		PropVariantClear(&items[i].value);
	if (count)
		free(items);
	return S_OK;
}

HRESULT WINAPI xfi_attributes_SetUINT32(IMFAttributes *iface, REFGUID key, UINT32 value)
{
	PROPVARIANT item = { .vt = MF_ATTRIBUTE_UINT32 };
	item.ulVal = value;
	return put(of(iface), key, &item);
}

HRESULT WINAPI xfi_attributes_SetUINT64(IMFAttributes *iface, REFGUID key, UINT64 value)
{
	PROPVARIANT item = { .vt = MF_ATTRIBUTE_UINT64 };
	item.uhVal.QuadPart = value;
	return put(of(iface), key, &item);
}

HRESULT WINAPI xfi_attributes_SetDouble(IMFAttributes *iface, REFGUID key, double value)
{
	PROPVARIANT item = { .vt = MF_ATTRIBUTE_DOUBLE };
	item.dblVal = value;
	return put(of(iface), key, &item);
}

HRESULT WINAPI xfi_attributes_SetGUID(IMFAttributes *iface, REFGUID key, REFGUID value)
{
	PROPVARIANT item = { .vt = MF_ATTRIBUTE_GUID };
	item.puuid = (GUID *)value;
	return value ? xfi_attributes_SetItem(iface, key, &item) : E_INVALIDARG;
}

HRESULT WINAPI xfi_attributes_SetString(IMFAttributes *iface, REFGUID key, LPCWSTR value)
{
	PROPVARIANT item = { .vt = MF_ATTRIBUTE_STRING };
	item.pwszVal = (WCHAR *)value;
	return value ? xfi_attributes_SetItem(iface, key, &item) : E_INVALIDARG;
}

HRESULT WINAPI xfi_attributes_SetBlob(
	IMFAttributes *iface, REFGUID key, const UINT8 *bytes, UINT32 size)
{
	PROPVARIANT item = { .vt = MF_ATTRIBUTE_BLOB };
	item.caub.cElems = size;
	item.caub.pElems = (UINT8 *)bytes;
	return bytes || !size ? xfi_attributes_SetItem(iface, key, &item) : E_INVALIDARG;
}

HRESULT WINAPI xfi_attributes_SetUnknown(IMFAttributes *iface, REFGUID key, IUnknown *value)
{
	PROPVARIANT item = { .vt = MF_ATTRIBUTE_IUNKNOWN };
	item.punkVal = value;
	return xfi_attributes_SetItem(iface, key, &item);
}

HRESULT WINAPI xfi_attributes_LockStore(IMFAttributes *iface)
{
	pthread_mutex_lock(&of(iface)->lock);
	return S_OK;
}

HRESULT WINAPI xfi_attributes_UnlockStore(IMFAttributes *iface)
{
	pthread_mutex_unlock(&of(iface)->lock);
	return S_OK;
}

HRESULT WINAPI xfi_attributes_GetCount(IMFAttributes *iface, UINT32 *ret_count)
{
	if (!ret_count)
		return E_INVALIDARG;
	pthread_mutex_lock(&of(iface)->lock);
	*ret_count = of(iface)->count;
	return end_get(iface, S_OK);
}

HRESULT WINAPI xfi_attributes_GetItemByIndex(
	IMFAttributes *iface, UINT32 index, GUID *ret_key, PROPVARIANT *ret_value)
{
	struct xfi_attributes *attributes = of(iface);
	HRESULT hr = E_INVALIDARG;
	pthread_mutex_lock(&attributes->lock);
	if (index < attributes->count && ret_key) {
		*ret_key = attributes->items[index].key;
		hr = ret_value ? PropVariantCopy(ret_value, &attributes->items[index].value) : S_OK;
	}
	return end_get(iface, hr);
}
