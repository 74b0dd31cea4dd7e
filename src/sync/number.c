/* SPDX-License-Identifier: MIT */
/*
 * The numbers in use are a ring in their order, private to the process. The next one is one more
 * than the last; if it is in use, it is the next in the ring, and the search goes on from there. So
 * a number in use is passed once each time the numbers come round, and taking one costs the same
 * however many there are. One just given back comes last: somebody may remember it who was lent it.
 */
#include "sync/number.h"

/* A power of two; the word of a keyed mutex has room for 24 bits. Tests have fewer. */
#ifndef XFI_NUMBERS
#define XFI_NUMBERS (UINT32_C(1) << 24)
#endif

static uint32_t after(uint32_t number)
{
	return (number + 1) & (XFI_NUMBERS - 1);
}

static void join_ring(struct xfi_number *previous, struct xfi_number *n)
{
	n->previous = previous ? previous : n;
	n->next = previous ? previous->next : n;
	n->previous->next = n->next->previous = n;
}

/* *at has the last number before *next that is in use; NULL: none is. */
static int find(struct xfi_number **at, uint32_t *next)
{
	uint32_t first = *next;
	while (*at && (*at)->next->number == *next) {
		*at = (*at)->next;
		*next = after(*next);
		if (*next == first)
			return -EMFILE;
	}
	return 0;
}

int xfi_number_take(struct xf_domain *d, uint32_t index, struct xfi_number *n)
{
	pthread_mutex_lock(&d->local_lock);
	struct xfi_number **at = &d->local[index].numbers;
	uint32_t *next = &d->local[index].next_number;
	int r = find(at, next);
	if (!r) {
		n->number = *next;
		*next = after(*next);
		join_ring(*at, n);
		*at = n;
	}
	pthread_mutex_unlock(&d->local_lock);
	return r;
}

void xfi_number_give(struct xf_domain *d, uint32_t index, struct xfi_number *n)
{
	if (!n->next)
		return;
	pthread_mutex_lock(&d->local_lock);
	struct xfi_number **at = &d->local[index].numbers;
	n->previous->next = n->next;
	n->next->previous = n->previous;
	if (*at == n)
		*at = n->previous == n ? NULL : n->previous;
	pthread_mutex_unlock(&d->local_lock);
}
