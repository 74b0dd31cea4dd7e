/* SPDX-License-Identifier: MIT */
/* What a member holds for as long as it can reach the domain's memory. */
#ifndef XFI_SHM_PRESENCE_H
#define XFI_SHM_PRESENCE_H

#include "shm/domain.h"

/* Once the member has its slot. Its domain closes `presence` after the member has left. */
void xfi_presence_show(struct xf_domain *domain);

bool xfi_presence_shown(const struct xf_domain *domain, uint32_t member);

/*
 * Says that this member has a device's memory: then what it has begun on the device may go on
 * writing for some milliseconds after its own memory is gone.
 */
void xfi_presence_of_device(struct xf_domain *domain);
bool xfi_presence_has_device(const struct xf_domain *domain, uint32_t member);

/* It was shown, and is not any more. */
bool xfi_presence_ended(const struct xf_domain *domain, uint32_t member);

#endif
