/* SPDX-License-Identifier: MIT */
/*
 * Numbers that tell the handles apart that this process has of one object. One that is in use is
 * never given out again, however many there have been.
 */
#ifndef XFI_SYNC_NUMBER_H
#define XFI_SYNC_NUMBER_H

#include "shm/domain.h"

/* One handle's, in a ring with those of the others; the handle owns it. */
struct xfi_number {
	uint32_t number;
	struct xfi_number *previous, *next; /* NULL: none taken */
};

/* For a handle that is open already. -EMFILE: all numbers are in use. */
int xfi_number_take(struct xf_domain *domain, uint32_t index, struct xfi_number *number);

/* Before the handle is closed, and never in a forked child. */
void xfi_number_give(struct xf_domain *domain, uint32_t index, struct xfi_number *number);

#endif
