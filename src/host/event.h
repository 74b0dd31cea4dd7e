/* SPDX-License-Identifier: MIT */
/* Processes of the host itself and their events. */
#ifndef XFH_EVENT_H
#define XFH_EVENT_H

#include "host/host.h"

/* Any thread; struct xf_host_events. */
int xfh_own_event_signal(void *self, xf_host_handle process, uint64_t event, uint32_t flags);
void xfh_local_finish(struct xf_host *host);

#endif
