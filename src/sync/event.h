/* SPDX-License-Identifier: MIT */
/* Event handles, for waiting on several objects at once. */
#ifndef XFI_SYNC_EVENT_H
#define XFI_SYNC_EVENT_H

#include <crossfence/event.h>

#include "sync/handle.h"
#include "sync/wait.h"

struct xf_event {
	struct xfi_handle base;
	xf_id opened; /* 0 for the one who made it */
	bool manual; /* the checked copy */
};

/* See xfi_handle_borrow(). */
int xfi_event_borrow(struct xf_domain *domain, xf_id id, struct xf_event *ret_event);

/*
 * Sets the event unless `ticket` is what set it last in this way. Tickets have bit 0 clear; see
 * use/fire.c. A plain set leaves the last one where it is.
 */
void xfi_event_set_once(struct xf_event *event, uint64_t ticket);
uint64_t xfi_event_ticket(const struct xf_event *event); /* 0: none */

extern const struct xfi_waitable xfi_event_waitable;
extern const struct xfi_type_ops xfi_event_ops;

#endif
