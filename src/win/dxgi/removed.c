/* SPDX-License-Identifier: MIT */
#include "win/dxgi/removed.h"

#include <crossfence/event.h>
#include <crossfence/keyed_mutex.h>

#include "win/dxgi/fence.h"
#include "win/dxgi/resource.h"
#include "win/nt/codes.h"
#include "win/nt/event.h"
#include "win/nt/handle.h"

struct xfi_removed_event {
	struct xfi_removed_event *next; /* xfi_device.removed_events */
	struct xfi_object *event;
	DWORD cookie;
};

/* What its GPU had still to do for them will not be done. */
static void abandon(struct xfi_device *device)
{
	for (struct xfi_resource *r = device->keyed; r; r = r->next_keyed)
		if (atomic_load(&r->owned))
			(void)xf_keyed_mutex_revoke(r->mutex); /* it is ours, or is abandoned */
}

void xfi_device_remove(struct xfi_device *device)
{
	if (atomic_exchange(&device->removed, true))
		return;
	abandon(device);
	xfi_fence11_removed(device);
	for (struct xfi_removed_event *e = device->removed_events; e; e = e->next)
		(void)xf_event_set(xfi_event_of(e->event)); /* our reference keeps it */
}

HRESULT xfi_removed_register(struct xfi_device *device, HANDLE handle, DWORD *ret_cookie)
{
	struct xfi_removed_event *e;
	if (!ret_cookie)
		return E_INVALIDARG;
	*ret_cookie = 0;
	e = calloc(1, sizeof(*e));
	if (!e)
		return E_OUTOFMEMORY;
	int r = xfi_nt_handle_ref(handle, &xfi_event_type, EVENT_MODIFY_STATE, &e->event);
	if (r) {
		free(e);
		return xfi_hresult(r);
	}
	xfi_device_lock(device);
	e->cookie = *ret_cookie = ++device->removed_cookie;
	e->next = device->removed_events;
	device->removed_events = e;
	if (atomic_load(&device->removed))
		(void)xf_event_set(xfi_event_of(e->event)); /* likewise */
	xfi_device_unlock(device);
	return S_OK;
}

static void drop(struct xfi_removed_event **link)
{
	struct xfi_removed_event *e = *link;
	*link = e->next;
	xfi_object_unref(e->event);
	free(e);
}

void xfi_removed_unregister(struct xfi_device *device, DWORD cookie)
{
	xfi_device_lock(device);
	struct xfi_removed_event **link = &device->removed_events;
	while (*link && (*link)->cookie != cookie)
		link = &(*link)->next;
	if (*link)
		drop(link);
	xfi_device_unlock(device);
}

void xfi_removed_end(struct xfi_device *device)
{
	while (device->removed_events)
		drop(&device->removed_events);
}
