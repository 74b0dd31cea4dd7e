/* SPDX-License-Identifier: MIT */
/* Timelines that tell of changes in a domain. */
#ifndef XFI_SYNC_CHANGE_H
#define XFI_SYNC_CHANGE_H

#include <crossfence/timeline.h>

/* An object was made. After it is published. */
void xfi_change_object(struct xf_domain *domain);

/* Raises the timeline to what is counted. */
void xfi_change_signal(struct xf_domain *domain, enum xf_change of);

#endif
