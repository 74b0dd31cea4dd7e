/* SPDX-License-Identifier: MIT */
/* The final release: sets the allocator's event when nothing is pending. */
#ifndef XFI_USE_FIRE_H
#define XFI_USE_FIRE_H

#include <crossfence/sync.h>

#include "shm/domain.h"

/*
 * Sets the registered event if nothing is pending, and rings those who watch the slot for it. To be
 * called after whatever ends something.
 */
void xfi_sync_fire(struct xf_domain *domain, uint32_t index);

/* Finishes what a member that died in there began; xfi_sync_fire() afterwards. */
void xfi_sync_fire_for_dead(struct xf_domain *domain, uint32_t index, uint32_t member);

/* One at a time for each member and object: the part's lock. The event's handle stays open. */
void xfi_sync_register(struct xf_domain *domain, uint32_t index, const struct xf_event *event);
/* If the registration is this member's. */
void xfi_sync_unregister(struct xf_domain *domain, uint32_t index, uint32_t member);

#endif
