/* SPDX-License-Identifier: MIT */
/*
 * Bells: how one thread waits for several objects at once. Its member is among each object's
 * watchers (watch.h) while it sleeps on its member's one bell, however many objects there are.
 * Whoever changes an object rings the watchers' bells, and posts those that have a descriptor for
 * it (poll.c).
 */
#ifndef XFI_SHM_BELL_H
#define XFI_SHM_BELL_H

#include "base/futex.h"
#include "shm/domain.h"

/* Wakes the members' threads that sleep on their bells. */
void xfi_ring(struct xf_domain *domain, uint64_t members);

/* Makes the helpers of all members look at everything again; any thread. */
void xfi_ring_helpers(struct xf_domain *domain);

/*
 * Tells the members' descriptors whose bits meet `bits`, see poll.c. An object's bit is shared with
 * others, whose descriptors are then looked at in vain.
 */
void xfi_post(struct xf_domain *domain, uint64_t members, uint32_t bits);

static inline uint32_t xfi_post_bit(uint32_t index)
{
	return UINT32_C(1) << (index % 31);
}

/* Of the threads alone. */
#define XFI_POST_THREADS (UINT32_C(1) << 31)

void xfi_ring_watchers_slow(struct xf_domain *domain, uint32_t index);

/* To be called after a change is published, as xfi_unpark(). */
static inline void xfi_ring_watchers(struct xf_domain *domain, uint32_t index)
{
	if (__builtin_expect(atomic_load(&xfi_slot(domain, index)->watchers) != 0, 0))
		xfi_ring_watchers_slow(domain, index);
}

#define XFI_WATCH_MAX 128

struct xfi_watched {
	struct xf_domain *domain;
	uint32_t index;
	xfi_u64 *takers; /* in the slot; NULL: among its watchers instead */
};

/*
 * As xfi_park() (park.h), for a thread that waits until one of several objects changes: calls
 * try(arg) until it returns something other than XFI_AGAIN, and sleeps in between. Objects of
 * several domains mean several bells. Who was among the takers of an object then looks at it, see
 * takers.h.
 */
int xfi_bell_wait(const struct xfi_watched *watched, uint32_t count, int64_t deadline_ns,
	int (*try)(void *arg), void *arg);

#endif
