/* SPDX-License-Identifier: MIT */
/* Records of a guest process' events. */
#ifndef XFG_EVENT_H
#define XFG_EVENT_H

#include <stdint.h>

#include <crossfence/guest.h>
#include "wire/list.h"

struct xf_guest_event {
	struct xfw_list link; /* one bucket of xf_guest.buckets, while the host may signal it */
	struct xf_guest *guest;
	uint64_t id, device;
	uint64_t count;
	uint32_t session; /* number of the session it belongs to (xf_guest.sessions) */
	uint8_t manual, signalled;
	uint8_t listed; /* is in its bucket: the host may signal it */
	uint8_t exported; /* its handle was given out */
	uint8_t closed; /* by the user; freed when it leaves its bucket */
	uint8_t cpu; /* has a CPU event object at the driver */
};

/* A SIGNAL arrived. */
void xfg_signal_locked(struct xf_guest *guest, uint64_t id, int last_use);

/* The host no longer refers to events of `device`, or to any (0 with `all`). */
void xfg_drop_records_locked(struct xf_guest *guest, uint64_t device, int all);

/* Takes `event` if it is signalled. */
int xfg_take_locked(struct xf_guest_event *event);

#endif
