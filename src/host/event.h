/* SPDX-License-Identifier: MIT */
/* Processes of the host itself and their events. */
#ifndef XFI_HOST_EVENT_H
#define XFI_HOST_EVENT_H

#include "host/host.h"

/* Any thread; struct xf_host_events. */
int xfi_own_event_signal(void *self, xf_host_handle process, uint64_t event, uint32_t flags);
void xfi_local_finish(struct xf_host *host);

#endif
