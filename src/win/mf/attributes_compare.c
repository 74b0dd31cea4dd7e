/* SPDX-License-Identifier: MIT */
/*
 * Two sets of attributes at once, of which the other may be anybody's: Compare and CopyAllItems.
 * Each is read item by item, so that no lock is held while another one is taken: two threads that
 * compare a with b and b with a must not wait for each other. A set that others change meanwhile is
 * compared as it was at one time or another; LockStore keeps it still.
 */
#include "win/mf/attributes.h"

#include <mferror.h>

/* Item by index until the end; false: no such item any more. */
static bool item_of(IMFAttributes *attributes, UINT32 index, GUID *ret_key, PROPVARIANT *ret_value)
{
	return SUCCEEDED(attributes->lpVtbl->GetItemByIndex(attributes, index, ret_key, ret_value));
}

/* Every item of `some` is in `other` with that value. Or, if `common`, none with another value. */
static BOOL contains(IMFAttributes *other, IMFAttributes *some, bool common)
{
	BOOL match = TRUE;
	PROPVARIANT value;
	GUID key;
	for (UINT32 i = 0; match && item_of(some, i, &key, &value); i++) {
		if (FAILED(other->lpVtbl->CompareItem(other, &key, &value, &match)))
			match = FALSE;
		if (!match && common)
			match = other->lpVtbl->GetItem(other, &key, NULL) == MF_E_ATTRIBUTENOTFOUND;
		PropVariantClear(&value);
	}
	return match;
}

static UINT32 count_of(IMFAttributes *attributes)
{
	UINT32 count = 0;
	(void)attributes->lpVtbl->GetCount(attributes, &count); /* none, then */
	return count;
}

HRESULT WINAPI xfi_attributes_Compare(
	IMFAttributes *iface, IMFAttributes *theirs, MF_ATTRIBUTES_MATCH_TYPE type, BOOL *ret_match)
{
	if (!theirs || !ret_match)
		return E_INVALIDARG;
	if (type == MF_ATTRIBUTES_MATCH_SMALLER)
		type = count_of(iface) > count_of(theirs) ? MF_ATTRIBUTES_MATCH_THEIR_ITEMS
							  : MF_ATTRIBUTES_MATCH_OUR_ITEMS;
	switch (type) {
	case MF_ATTRIBUTES_MATCH_OUR_ITEMS:
		*ret_match = contains(theirs, iface, false);
		return S_OK;
	case MF_ATTRIBUTES_MATCH_THEIR_ITEMS:
		*ret_match = contains(iface, theirs, false);
		return S_OK;
	case MF_ATTRIBUTES_MATCH_ALL_ITEMS:
		*ret_match = count_of(iface) == count_of(theirs) && contains(theirs, iface, false);
		return S_OK;
	case MF_ATTRIBUTES_MATCH_INTERSECTION:
		*ret_match = contains(theirs, iface, true);
		return S_OK;
	default:
		return E_INVALIDARG;
	}
}

HRESULT WINAPI xfi_attributes_CopyAllItems(IMFAttributes *iface, IMFAttributes *to)
{
	PROPVARIANT value;
	GUID key;
	HRESULT hr;
	if (!to)
		return E_INVALIDARG;
	if (to == iface)
		return S_OK;
	hr = to->lpVtbl->DeleteAllItems(to);
	for (UINT32 i = 0; SUCCEEDED(hr) && item_of(iface, i, &key, &value); i++) {
		hr = to->lpVtbl->SetItem(to, &key, &value);
		PropVariantClear(&value);
	}
	return hr;
}

/* The object that is nothing but attributes. */

struct bag {
	struct xfi_attributes attributes;
	_Atomic ULONG refs;
};

static struct bag *of(IMFAttributes *iface)
{
	return (struct bag *)iface;
}

static HRESULT WINAPI bag_QueryInterface(IMFAttributes *iface, REFIID riid, void **ret)
{
	if (!ret)
		return E_POINTER;
	*ret = NULL;
	if (!IsEqualGUID(riid, &IID_IUnknown) && !IsEqualGUID(riid, &IID_IMFAttributes))
		return E_NOINTERFACE;
	*ret = iface;
	atomic_fetch_add(&of(iface)->refs, 1);
	return S_OK;
}

static ULONG WINAPI bag_AddRef(IMFAttributes *iface)
{
	return atomic_fetch_add(&of(iface)->refs, 1) + 1;
}

static ULONG WINAPI bag_Release(IMFAttributes *iface)
{
	ULONG refs = atomic_fetch_sub(&of(iface)->refs, 1) - 1;
	if (!refs) {
		xfi_attributes_finish(&of(iface)->attributes);
		free(of(iface));
	}
	return refs;
}

static const IMFAttributesVtbl bag_vtbl = {
	/* IUnknown */
	bag_QueryInterface,
	bag_AddRef,
	bag_Release,
	/* IMFAttributes */
	XFI_ATTRIBUTES_METHODS,
};

HRESULT WINAPI MFCreateAttributes(IMFAttributes **ret_attributes, UINT32 size)
{
	struct bag *bag;
	if (!ret_attributes)
		return E_POINTER;
	bag = calloc(1, sizeof(*bag));
	if (!bag)
		return E_OUTOFMEMORY;
	xfi_attributes_init(&bag->attributes, &bag_vtbl);
	atomic_init(&bag->refs, 1);
	*ret_attributes = (IMFAttributes *)bag;
	return S_OK;
}
