/* SPDX-License-Identifier: MIT */
/*
 * Attributes: what is known about a thing, by GUID. An object whose interface goes on where
 * IMFAttributes ends (a sample, a media type) begins with one and takes its methods. Keys keep the
 * order in which they were first set.
 *
 * Thread-safety: safe. Neither the methods of other attributes nor the objects among the values are
 * called while the lock is held, unless the program itself holds it by LockStore.
 */
#ifndef XFI_WIN_MF_ATTRIBUTES_H
#define XFI_WIN_MF_ATTRIBUTES_H

#include "win/mf/attributes_compare.h"

struct xfi_attribute {
	GUID key;
	PROPVARIANT value;
};

struct xfi_attributes {
	const void *vtbl;
	pthread_mutex_t lock; /* recursive: LockStore */
	struct xfi_attribute *items;
	UINT32 count, room;
};

void xfi_attributes_init(struct xfi_attributes *attributes, const void *vtbl);
void xfi_attributes_finish(struct xfi_attributes *attributes);

/* IMFAttributes' methods but those of IUnknown, for any vtable. */
HRESULT WINAPI xfi_attributes_GetItem(IMFAttributes *iface, REFGUID key, PROPVARIANT *ret_value);
HRESULT WINAPI xfi_attributes_GetItemType(
	IMFAttributes *iface, REFGUID key, MF_ATTRIBUTE_TYPE *ret_type);
HRESULT WINAPI xfi_attributes_CompareItem(
	IMFAttributes *iface, REFGUID key, REFPROPVARIANT value, BOOL *ret_equal);
HRESULT WINAPI xfi_attributes_GetUINT32(IMFAttributes *iface, REFGUID key, UINT32 *ret_value);
HRESULT WINAPI xfi_attributes_GetUINT64(IMFAttributes *iface, REFGUID key, UINT64 *ret_value);
HRESULT WINAPI xfi_attributes_GetDouble(IMFAttributes *iface, REFGUID key, double *ret_value);
HRESULT WINAPI xfi_attributes_GetGUID(IMFAttributes *iface, REFGUID key, GUID *ret_value);
HRESULT WINAPI xfi_attributes_GetStringLength(
	IMFAttributes *iface, REFGUID key, UINT32 *ret_length);
HRESULT WINAPI xfi_attributes_GetString(
	IMFAttributes *iface, REFGUID key, LPWSTR buffer, UINT32 size, UINT32 *ret_length);
HRESULT WINAPI xfi_attributes_GetAllocatedString(
	IMFAttributes *iface, REFGUID key, LPWSTR *ret_string, UINT32 *ret_length);
HRESULT WINAPI xfi_attributes_GetBlobSize(IMFAttributes *iface, REFGUID key, UINT32 *ret_size);
HRESULT WINAPI xfi_attributes_GetBlob(
	IMFAttributes *iface, REFGUID key, UINT8 *buffer, UINT32 size, UINT32 *ret_size);
HRESULT WINAPI xfi_attributes_GetAllocatedBlob(
	IMFAttributes *iface, REFGUID key, UINT8 **ret_blob, UINT32 *ret_size);
HRESULT WINAPI xfi_attributes_GetUnknown(
	IMFAttributes *iface, REFGUID key, REFIID riid, LPVOID *ret_object);
HRESULT WINAPI xfi_attributes_SetItem(IMFAttributes *iface, REFGUID key, REFPROPVARIANT value);
HRESULT WINAPI xfi_attributes_DeleteItem(IMFAttributes *iface, REFGUID key);
HRESULT WINAPI xfi_attributes_DeleteAllItems(IMFAttributes *iface);
HRESULT WINAPI xfi_attributes_SetUINT32(IMFAttributes *iface, REFGUID key, UINT32 value);
HRESULT WINAPI xfi_attributes_SetUINT64(IMFAttributes *iface, REFGUID key, UINT64 value);
HRESULT WINAPI xfi_attributes_SetDouble(IMFAttributes *iface, REFGUID key, double value);
HRESULT WINAPI xfi_attributes_SetGUID(IMFAttributes *iface, REFGUID key, REFGUID value);
HRESULT WINAPI xfi_attributes_SetString(IMFAttributes *iface, REFGUID key, LPCWSTR value);
HRESULT WINAPI xfi_attributes_SetBlob(
	IMFAttributes *iface, REFGUID key, const UINT8 *bytes, UINT32 size);
HRESULT WINAPI xfi_attributes_SetUnknown(IMFAttributes *iface, REFGUID key, IUnknown *value);
HRESULT WINAPI xfi_attributes_LockStore(IMFAttributes *iface);
HRESULT WINAPI xfi_attributes_UnlockStore(IMFAttributes *iface);
HRESULT WINAPI xfi_attributes_GetCount(IMFAttributes *iface, UINT32 *ret_count);
HRESULT WINAPI xfi_attributes_GetItemByIndex(
	IMFAttributes *iface, UINT32 index, GUID *ret_key, PROPVARIANT *ret_value);

/* What a vtable takes over: its methods differ in the type of the first argument alone. */
#define XFI_ATTRIBUTES_ENTRY(name) .name = (void *)xfi_attributes_##name
#define XFI_ATTRIBUTES_METHODS                                                                     \
	XFI_ATTRIBUTES_ENTRY(GetItem), XFI_ATTRIBUTES_ENTRY(GetItemType),                          \
		XFI_ATTRIBUTES_ENTRY(CompareItem), XFI_ATTRIBUTES_ENTRY(Compare),                  \
		XFI_ATTRIBUTES_ENTRY(GetUINT32), XFI_ATTRIBUTES_ENTRY(GetUINT64),                  \
		XFI_ATTRIBUTES_ENTRY(GetDouble), XFI_ATTRIBUTES_ENTRY(GetGUID),                    \
		XFI_ATTRIBUTES_ENTRY(GetStringLength), XFI_ATTRIBUTES_ENTRY(GetString),            \
		XFI_ATTRIBUTES_ENTRY(GetAllocatedString), XFI_ATTRIBUTES_ENTRY(GetBlobSize),       \
		XFI_ATTRIBUTES_ENTRY(GetBlob), XFI_ATTRIBUTES_ENTRY(GetAllocatedBlob),             \
		XFI_ATTRIBUTES_ENTRY(GetUnknown), XFI_ATTRIBUTES_ENTRY(SetItem),                   \
		XFI_ATTRIBUTES_ENTRY(DeleteItem), XFI_ATTRIBUTES_ENTRY(DeleteAllItems),            \
		XFI_ATTRIBUTES_ENTRY(SetUINT32), XFI_ATTRIBUTES_ENTRY(SetUINT64),                  \
		XFI_ATTRIBUTES_ENTRY(SetDouble), XFI_ATTRIBUTES_ENTRY(SetGUID),                    \
		XFI_ATTRIBUTES_ENTRY(SetString), XFI_ATTRIBUTES_ENTRY(SetBlob),                    \
		XFI_ATTRIBUTES_ENTRY(SetUnknown), XFI_ATTRIBUTES_ENTRY(LockStore),                 \
		XFI_ATTRIBUTES_ENTRY(UnlockStore), XFI_ATTRIBUTES_ENTRY(GetCount),                 \
		XFI_ATTRIBUTES_ENTRY(GetItemByIndex), XFI_ATTRIBUTES_ENTRY(CopyAllItems)

#endif
