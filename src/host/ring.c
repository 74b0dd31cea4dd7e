/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include <crossfence/result.h>
#include "host/queue_time.h"
#include "host/ring.h"

static struct xfh_ring *make(uint64_t room)
{
	uint64_t n = 64;
	while (n < room)
		n *= 2;
	struct xfh_ring *ring = calloc(1, sizeof(*ring) + n * sizeof(ring->items[0]));
	if (ring)
		ring->n = n;
	return ring;
}

int xfh_rings_init(struct xfh_rings *rings, uint64_t room)
{
	struct xfh_ring *ring = make(room);
	if (!ring)
		return -ENOMEM;
	rings->first = rings->at = ring;
	rings->head = 0;
	atomic_store(&rings->last, ring);
	return 0;
}

/*
 * A producer counts itself in under a limit, and then looks for the ring. The caller raises the
 * limit after this has returned: whoever was counted in under the new limit has seen the new ring,
 * and in the old one there are never more than the old limit allowed.
 *
 * Closing is one step with giving out positions: whoever got one before it pushes to the old ring,
 * and everybody else has read the closed mark and goes on. So each thread's items stay in order,
 * for the flusher empties the old ring, to its end, before it goes on too. Until `end` is known it
 * finds nothing more there; the caller flushes once more after this.
 */
int xfh_rings_grow(struct xfh_rings *rings, uint64_t room)
{
	struct xfh_ring *old = atomic_load(&rings->last);
	if (old->n >= room)
		return 0;
	struct xfh_ring *ring = make(room);
	if (!ring)
		return -ENOMEM;
	old->newer = ring;
	atomic_store(&rings->last, ring);
	uint64_t given = atomic_fetch_or(&old->tail, XFH_RING_CLOSED);
	/* Release: `newer` before the end behind which the flusher (acquire) looks for it. */
	atomic_store_explicit(&old->end, given + 1, memory_order_release);
	return 0;
}

void xfh_rings_finish(struct xfh_rings *rings)
{
	for (struct xfh_ring *ring = rings->first, *next; ring; ring = next) {
		next = ring->newer;
		free(ring);
	}
	rings->first = rings->at = NULL;
}

void xfh_rings_push(struct xfh_rings *rings, const struct xfh_item *given)
{
	struct xfh_ring *ring;
	uint64_t position;
	/*
	 * Acquire and release: we may have been counted in long before the item here was freed.
	 * Then somebody between was counted in after that, and took an earlier position: this
	 * chain of additions hands us what it saw. A closed ring has a newer one, which was there
	 * before it was closed.
	 */
	do {
		ring = atomic_load(&rings->last);
		position = atomic_fetch_add_explicit(&ring->tail, 1, memory_order_acq_rel);
	} while (position & XFH_RING_CLOSED);
	struct xfh_item *item = &ring->items[position & (ring->n - 1)];
	item->process = given->process;
	item->event = given->event;
	item->flags = given->flags;
	item->bytes = given->bytes;
	item->since_ns = xfh_queue_time_samples(position) && !given->bytes ? xf_now() : 0;
	/* Release: the fields before the mark by which the flusher (acquire) knows they are there.
	 */
	atomic_store_explicit(&item->ready, position + 1, memory_order_release);
}

/* The flusher is at the end of a ring that was replaced. */
static int go_on(struct xfh_rings *rings)
{
	uint64_t end = atomic_load_explicit(&rings->at->end, memory_order_acquire);
	if (!end || rings->head != end - 1)
		return 0;
	rings->at = rings->at->newer;
	rings->head = 0;
	return 1;
}

int xfh_rings_take(struct xfh_rings *rings, struct xfh_item *ret_item)
{
	struct xfh_item *item;
	do {
		item = &rings->at->items[rings->head & (rings->at->n - 1)];
		/* Acquire: pairs with push. */
		if (atomic_load_explicit(&item->ready, memory_order_acquire) == rings->head + 1) {
			ret_item->process = item->process;
			ret_item->event = item->event;
			ret_item->flags = item->flags;
			ret_item->since_ns = item->since_ns;
			ret_item->bytes = item->bytes;
			rings->head++;
			return 1;
		}
	} while (go_on(rings));
	return 0;
}
