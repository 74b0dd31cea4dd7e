/* SPDX-License-Identifier: MIT */
/*
 * Sync objects, from the inside out: use/state.c changes what is shared, use/fire.c sets the
 * allocator's event, use/part.c keeps what one process has to do with one object, use/handle.h is
 * the handles and the public calls.
 */
#ifndef XFI_USE_SYNC_H
#define XFI_USE_SYNC_H

#include <crossfence/sync.h>

#include "shm/domain.h"

enum { XFI_SYNC_IDLE = 0, XFI_SYNC_SHARING = 1, XFI_SYNC_READY = 2, XFI_SYNC_ABANDONED = 3 };

#define XFI_SYNC_USE ((UINT64_C(1) << 48) - 1)

static inline uint64_t xfi_sync_use(uint64_t state)
{
	return state & XFI_SYNC_USE;
}

static inline unsigned xfi_sync_phase(uint64_t state)
{
	return (state >> 48) & 3;
}

static inline uint64_t xfi_sync_state(uint64_t use, unsigned phase, uint32_t member)
{
	return (use & XFI_SYNC_USE) | (uint64_t)phase << 48 | (uint64_t)member << 56;
}

static inline struct xfi_sync_hot *xfi_sync_hot(const struct xf_domain *domain, uint32_t index)
{
	return &xfi_slot(domain, index)->hot.sync;
}

/*
 * The members that have something pending. What goes from set to set enters the new one first, so
 * read in this order an empty result is true.
 */
static inline uint64_t xfi_sync_pending(const struct xfi_sync_hot *hot)
{
	uint64_t members = atomic_load(&hot->producers);
	members |= atomic_load(&hot->reading);
	return members | atomic_load(&hot->releasing);
}

/* use/fire.c */

/*
 * Sets the registered event if nothing is pending, and rings those who watch the slot for it. To be
 * called after whatever ends something.
 */
void xfi_sync_fire(struct xf_domain *domain, uint32_t index);

/* Finishes what a member that died in there began; xfi_sync_fire() afterwards. */
void xfi_sync_fire_for_dead(struct xf_domain *domain, uint32_t index, uint32_t member);

/* One at a time for each member and object: the part's lock. The event's handle stays open. */
void xfi_sync_register(struct xf_domain *domain, uint32_t index, const struct xf_event *event);
/* If the registration is this member's. */
void xfi_sync_unregister(struct xf_domain *domain, uint32_t index, uint32_t member);

/* use/state.c */

/* 0: `use` is ready (perhaps it was already); XF_ABANDONED; -ESTALE: `use` is over. */
int xfi_sync_make_ready(struct xf_domain *domain, uint32_t index, uint64_t use);

/* The caller's member produces `use` no more; abandons it if nobody else does. */
void xfi_sync_give_up(struct xf_domain *domain, uint32_t index, uint64_t use);

/* -EBUSY: a release is pending. */
int xfi_sync_next_use(struct xf_domain *domain, uint32_t index);

/* Those who wait for it get XF_ABANDONED. */
void xfi_sync_abandon_timeline(struct xf_timeline *timeline);

/* Makes those who wait look again. */
void xfi_sync_wake(struct xf_domain *domain, uint32_t index);

/* `use` is ready, or was before it was reset. */
static inline bool xfi_sync_was_ready(const struct xf_domain *domain, uint32_t index, uint64_t use)
{
	return atomic_load(&xfi_slot(domain, index)->cold.sync.last_ready) >= use;
}

/* It is of no use to wait any longer for `use`. */
static inline bool xfi_sync_settled(const struct xf_domain *domain, uint32_t index, uint64_t use)
{
	uint64_t state = atomic_load(&xfi_sync_hot(domain, index)->state);
	return xfi_sync_was_ready(domain, index, use) ||
	       (xfi_sync_use(state) >= use && xfi_sync_phase(state) == XFI_SYNC_ABANDONED);
}

/* use/part.c */

struct xfi_sync_note { /* an event to set when ready */
	struct xf_event *event; /* our own handle */
	uint64_t use;
	struct xfi_sync_note *next;
};

#define XFI_SYNC_TIMELINES 8

/*
 * What this process has to do with one sync object, whatever the number of its handles. The shared
 * sets have one bit for the process; these are the counts behind the bits.
 */
struct xfi_sync_part {
	struct xf_domain *domain;
	uint32_t index;
	uint32_t refs; /* handles; under domain.local_lock */
	struct xfi_sync_part *next; /* in the domain's table of parts; under domain.local_lock */

	pthread_mutex_t lock; /* guards what follows, and the handles */
	struct xf_sync *handles;
	uint32_t producing; /* behind `producers` */
	uint32_t releasing; /* behind `releasing` */
	/* [0] is the one in use; queues may still be waiting on the others, which were abandoned.
	 */
	struct xf_timeline *timelines[XFI_SYNC_TIMELINES];
	struct xfi_sync_note *notes;
	bool has_notifier; /* a thread, once there was a note */
	bool stop; /* for the notifier */
	pthread_t notifier;
	xfi_u32 notifier_ended;
	struct xf_event *final; /* our own handle of the event registered last */
};

/* The part of this process, with a reference; the object is open. */
int xfi_sync_part_get(struct xf_domain *domain, uint32_t index, struct xfi_sync_part **ret_part);
void xfi_sync_part_put(struct xfi_sync_part *part);

/* The timeline queues can wait on for `use` and later ones. */
int xfi_sync_part_timeline(struct xfi_sync_part *part, uint64_t use, struct xf_timeline **ret);

/* All with the lock held. */
void xfi_sync_part_produce(struct xfi_sync_part *part);
void xfi_sync_part_produced(struct xfi_sync_part *part);
void xfi_sync_part_release(struct xfi_sync_part *part);
void xfi_sync_part_released(struct xfi_sync_part *part);
int xfi_sync_part_note(struct xfi_sync_part *part, struct xf_event *event, uint64_t use);
void xfi_sync_part_notify(struct xfi_sync_part *part);
int xfi_sync_part_register(struct xfi_sync_part *part, struct xf_event *event);

#endif
