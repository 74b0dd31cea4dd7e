/* SPDX-License-Identifier: MIT */
/*
 * Event objects, for rooms that take event handles: keep a reference from
 * xfi_nt_handle_ref(handle, &xfi_event_type, EVENT_MODIFY_STATE, &object) for as long as the event
 * may have to be set; the caller of the room may close the handle meanwhile.
 */
#ifndef XFI_WIN_EVENT_H
#define XFI_WIN_EVENT_H

#include <crossfence/event.h>

#include "win/nt/object.h"

extern const struct xfi_object_type xfi_event_type;

/* A new event without a name, with a reference for the caller. Flags: XF_EVENT_*. */
int xfi_event_create(uint32_t flags, struct xfi_object **ret_object);

/* The core event behind an object of xfi_event_type, owned by it. */
struct xf_event *xfi_event_of(struct xfi_object *object);

#endif
