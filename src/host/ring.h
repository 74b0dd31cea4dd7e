/* SPDX-License-Identifier: MIT */
/*
 * What waits to leave a channel, in order: any thread pushes, whoever flushes takes. A ring can be
 * replaced by a larger one at any time; whoever comes too late for the old one goes to the new one.
 */
#ifndef XFH_RING_H
#define XFH_RING_H

#include <stdatomic.h>
#include <stdint.h>

struct xfh_item {
	_Atomic uint64_t ready; /* position + 1 once the fields are written */
	uint32_t process;
	uint32_t flags;
	uint64_t event;
	int64_t since_ns; /* when it was pushed, of one that is looked at; 0 */
	uint8_t *bytes; /* not a signal: an encoded message without sequence; owned */
};

struct xfh_ring {
	struct xfh_ring *newer; /* NULL: the last; written before `end` */
	uint64_t n; /* power of two */
	_Atomic uint64_t tail; /* producers; XFH_RING_CLOSED: no position is given out any more */
	_Atomic uint64_t end; /* how many positions were, + 1; 0: it is the last one */
	struct xfh_item items[];
};

#define XFH_RING_CLOSED (UINT64_C(1) << 63)

struct xfh_rings {
	_Atomic(struct xfh_ring *) last; /* where producers push */
	struct xfh_ring *first; /* of all that there were, which are kept until the end */
	/* The flusher's: where it takes from, and what next. */
	struct xfh_ring *at;
	uint64_t head;
};

/* For so many items at a time. 0, -ENOMEM. */
int xfh_rings_init(struct xfh_rings *rings, uint64_t room);
/* The service's, one at a time: from its return on there is room for so many. 0, -ENOMEM. */
int xfh_rings_grow(struct xfh_rings *rings, uint64_t room);
void xfh_rings_finish(struct xfh_rings *rings);
/* The caller has been counted in, so there is room. `item`: all but `ready` and `since_ns`. */
void xfh_rings_push(struct xfh_rings *rings, const struct xfh_item *item);
/* The flusher's. Takes the next item, if it is there: 1. */
int xfh_rings_take(struct xfh_rings *rings, struct xfh_item *ret_item);

#endif
