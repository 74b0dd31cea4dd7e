/* SPDX-License-Identifier: MIT */
/* What a type of object does for those who wait for several at once; see types.c. */
#ifndef XFI_SYNC_WAIT_H
#define XFI_SYNC_WAIT_H

#include <stdbool.h>

#include <crossfence/wait.h>

#include "shm/layout.h"

struct xfi_waitable {
	/* 0 (taken), XFI_AGAIN, XF_ABANDONED or negative. */
	int (*take)(struct xf_wait_item *item);
	/* Does not change the object. True also for what take() would refuse. */
	bool (*ready)(const struct xf_wait_item *item);
	/* Would take() refuse it, with XF_ABANDONED or an error? NULL: never. */
	bool (*refused)(const struct xf_wait_item *item);
	/* Undoes a take() that was 0. */
	void (*give_back)(struct xf_wait_item *item);
	/* Taken from others, so that nobody can take it twice at once? NULL: never. */
	bool (*exclusive)(const struct xf_wait_item *item);
	/* Who waits for any and takes it from others: a word in the slot, see takers.h. NULL, or
	 * returns NULL: all who wait are told. */
	xfi_u64 *(*takers)(const struct xf_wait_item *item);
	/* Whoever waits for it is about to sleep, or has slept; NULL: that is nothing to it. */
	void (*sleeps)(struct xf_wait_item *item, bool begin);
};

/* By type; NULL: cannot be waited for. */
extern const struct xfi_waitable *const xfi_waitables[XFI_TYPES];

#endif
