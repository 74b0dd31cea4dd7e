/* SPDX-License-Identifier: MIT */
/* Messages of a guest process' session: sending them, and waiting for what comes. */
#ifndef XFG_IO_H
#define XFG_IO_H

#include <stdbool.h>

#include "guest/event.h"
#include "guest/guest.h"

/* Somebody blocked in a call; lives on that thread's stack. */
struct xfg_waiter {
	struct xfw_list link; /* xf_guest.waiters, while it sleeps */
	struct xfw_list request; /* xf_guest.requests, until it is answered */
	struct xf_guest_event *event; /* waits for this event, or */
	uint32_t tag; /* for the answer to this request */
	uint32_t word; /* futex: 1 when woken */
	bool answered;
	int32_t result;
	uint32_t status;
	void *data; /* room for the answer's payload */
	size_t size; /* in: of the room; out: of the answer, possibly more than fitted */
};

/*
 * Waits, as the reader or asleep, until `me` is satisfied. `lock` is held on entry and exit.
 * 0; XF_TIMEOUT; negative when the channel is lost.
 */
int xfg_await_locked(struct xf_guest *guest, struct xfg_waiter *me, int64_t deadline_ns);
void xfg_wake(struct xfg_waiter *waiter);

/* Reads what is there without waiting; `lock` held. */
int xfg_read_now_locked(struct xf_guest *guest);

/* Sends one message; fills in session, process and sequence. Locks by itself. */
int xfg_send(struct xf_guest *guest, struct xfw_msg *msg, const void *payload);

/* Sends what was put off: notes of records that have gone. Locks by itself. */
void xfg_flush(struct xf_guest *guest);

/* Lists `me` as waiting for the answer to `msg`, whose tag is filled in; and ends that. */
void xfg_request_begin(struct xf_guest *guest, struct xfw_msg *msg, struct xfg_waiter *me);
void xfg_request_end(struct xf_guest *guest, struct xfg_waiter *me);

/* Sends a request and waits for its answer. Locks by itself. */
int xfg_request(struct xf_guest *guest, struct xfw_msg *msg, const void *payload,
	struct xfg_waiter *me, int64_t deadline_ns);

void xfg_lose_locked(struct xf_guest *guest, int why);

#endif
