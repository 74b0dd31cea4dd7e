/* SPDX-License-Identifier: MIT */
/*
 * Gate: something that is closed at first and opened once. Queues hold work back behind it.
 * Thread-safety: safe. xfi_gate_open() may be called from anywhere, the thread included in which a
 * driver tells of a fence: it only wakes.
 */
#ifndef XFI_WIN_MF_GATE_H
#define XFI_WIN_MF_GATE_H

#include "win/prelude.h"

struct xfi_gate;

/* Told once, when the gate opens; owned by whoever waits. */
struct xfi_gate_waiter {
	void (*opened)(struct xfi_gate_waiter *waiter);
	struct xfi_gate_waiter *next; /* gate.waiters */
};

struct xfi_gate *xfi_gate_create(void); /* NULL: no memory */
struct xfi_gate *xfi_gate_ref(struct xfi_gate *gate);
void xfi_gate_unref(struct xfi_gate *gate); /* NULL is allowed */

void xfi_gate_open(struct xfi_gate *gate);
bool xfi_gate_is_open(struct xfi_gate *gate);

/* False: it is open already, and nobody will be told. opened() runs under the gate's lock. */
bool xfi_gate_wait(struct xfi_gate *gate, struct xfi_gate_waiter *waiter);
/* Afterwards the waiter is not told any more. */
void xfi_gate_cancel(struct xfi_gate *gate, struct xfi_gate_waiter *waiter);

#endif
