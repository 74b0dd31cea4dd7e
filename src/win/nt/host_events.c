/* SPDX-License-Identifier: MIT */
/* Event handles of this process as events of a host service. */
#include <crossfence/win/win.h>

#include <errno.h>

#include "win/nt/event.h"
#include "win/nt/handle.h"

/* From any thread; setting an event does not block. */
static int signal_handle(void *self, xf_host_handle process, uint64_t event, uint32_t flags)
{
	struct xfi_object *object;
	int r = xfi_nt_handle_ref(
		(HANDLE)(uintptr_t)event, &xfi_event_type, EVENT_MODIFY_STATE, &object);
	if (r)
		return r == -ENOTTY ? -EPROTOTYPE : r;
	r = xf_event_set(xfi_event_of(object));
	xfi_object_unref(object);
	return r;
}

const struct xf_host_events *xf_win_host_events(void)
{
	static const struct xf_host_events events = { sizeof(events), NULL, signal_handle };
	return &events;
}
