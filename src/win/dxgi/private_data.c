/* SPDX-License-Identifier: MIT */

#include "win/dxgi/private_data.h"

struct xfi_private_item {
	struct xfi_private_item *next; /* xfi_private_data.first */
	GUID guid;
	IUnknown *object; /* NULL: bytes */
	UINT size;
	uint8_t bytes[];
};

static struct xfi_private_item **find(struct xfi_private_data *data, REFGUID guid)
{
	struct xfi_private_item **link = &data->first;
	while (*link && memcmp(&(*link)->guid, guid, sizeof(GUID)))
		link = &(*link)->next;
	return link;
}

static void drop(struct xfi_private_item **link)
{
	struct xfi_private_item *item = *link;
	*link = item->next;
	if (item->object)
		IUnknown_Release(item->object);
	free(item);
}

static HRESULT put(struct xfi_private_data *data, REFGUID guid, struct xfi_private_item *item)
{
	struct xfi_private_item **link = find(data, guid);
	if (*link)
		drop(link);
	item->guid = *guid;
	item->next = data->first;
	data->first = item;
	return S_OK;
}

/* NULL bytes remove the item, as on Windows. */
HRESULT xfi_private_set(struct xfi_private_data *data, REFGUID guid, UINT size, const void *bytes)
{
	struct xfi_private_item **link, *item;
	if (!bytes) {
		link = find(data, guid);
		if (!*link)
			return S_FALSE;
		drop(link);
		return S_OK;
	}
	item = malloc(sizeof(*item) + size);
	if (!item)
		return E_OUTOFMEMORY;
	item->object = NULL;
	item->size = size;
	memcpy(item->bytes, bytes, size);
	return put(data, guid, item);
}

HRESULT xfi_private_set_interface(
	struct xfi_private_data *data, REFGUID guid, const IUnknown *object)
{
	struct xfi_private_item *item;
	if (!object) /* kept as any other, until it is removed */
		return xfi_private_set(data, guid, sizeof(object), &object);
	item = malloc(sizeof(*item));
	if (!item)
		return E_OUTOFMEMORY;
	item->object = (IUnknown *)object;
	item->size = sizeof(object);
	IUnknown_AddRef(item->object);
	return put(data, guid, item);
}

HRESULT xfi_private_get(struct xfi_private_data *data, REFGUID guid, UINT *size, void *bytes)
{
	struct xfi_private_item *item = *find(data, guid);
	UINT room;
	if (!size)
		return E_INVALIDARG;
	room = *size;
	*size = item ? item->size : 0;
	if (!item)
		return DXGI_ERROR_NOT_FOUND;
	if (!bytes)
		return S_OK;
	if (room < item->size)
		return DXGI_ERROR_MORE_DATA;
	if (item->object) {
		IUnknown_AddRef(item->object);
		memcpy(bytes, &item->object, sizeof(item->object));
	} else {
		memcpy(bytes, item->bytes, item->size);
	}
	return S_OK;
}

void xfi_private_clear(struct xfi_private_data *data)
{
	while (data->first)
		drop(&data->first);
}
