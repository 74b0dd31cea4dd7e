/* SPDX-License-Identifier: MIT */
/*
 * When a thread looks at a counter that a device writes, if it does so itself. Waits for one
 * counter are alike: it sleeps until shortly before the last two would have been over, looks all
 * the time for a moment, and then at intervals that grow. Each sleep costs some three microseconds
 * of a CPU, so it is few of them, and the moment a fiftieth of the wait, that keep it cheap.
 */
#ifndef XFI_SYNC_LOOKS_H
#define XFI_SYNC_LOOKS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What is known from before; of a handle, and written by one thread at a time: `taken`. */
struct xfi_foresight {
	_Atomic bool taken;
	int64_t expected_ns; /* 0: nothing is known */
	int64_t last_ns; /* the last wait; the shorter of two is expected */
	uint32_t early; /* waits in a row that were over when we woke */
};

/* Of one wait. */
struct xfi_looks {
	struct xfi_foresight *of;
	int64_t since, seen; /* when it began, and when somebody last looked in vain */
	int64_t watch_until; /* 0: we have not slept until it was expected */
	bool overslept; /* if what is looked at next is there */
	int64_t until; /* and not before this */
	int slack; /* the thread's timer slack before */
};

/* True: this thread looks; false: another does so already, be woken. */
bool xfi_looks_begin(struct xfi_looks *looks, struct xfi_foresight *of, int64_t now);

/* After a look in vain: until when to sleep; not later than `now`: not at all. */
int64_t xfi_looks_next(struct xfi_looks *looks, int64_t now);

/* The wait is over; `found`: because the value was there. */
void xfi_looks_end(struct xfi_looks *looks, bool found, int64_t now);

#endif
