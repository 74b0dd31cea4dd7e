/* SPDX-License-Identifier: MIT */
/* Timeline handles, for waiting on several objects at once. */
#ifndef XFI_SYNC_TIMELINE_H
#define XFI_SYNC_TIMELINE_H

#include <crossfence/timeline.h>

#include "sync/handle.h"
#include "sync/looks.h"
#include "sync/wait.h"

struct xf_timeline {
	struct xfi_handle base;
	_Atomic uint32_t refs; /* until it is closed; and of queues. Of a borrowed one: 0 */
	xf_id opened; /* 0 for the one who made it */
	_Atomic uint64_t poll_value;
	_Atomic bool poll_waits; /* a descriptor is armed, and not ready */
	_Atomic uint32_t waits; /* threads that sleep, and the descriptor */
	_Atomic bool looked_at; /* is listed; see lookout.h, which owns the next two */
	struct xf_timeline *next;
	uint64_t seen;
	struct xfi_foresight foresight; /* of threads that look themselves */
	struct xfi_twin *twin; /* the owner's, or NULL */
};

/* See xfi_handle_borrow(). */
int xfi_timeline_borrow(struct xf_domain *domain, xf_id id, struct xf_timeline *ret_timeline);

/*
 * For queues, which come to what they wait for when its handle may be closed long since: the object
 * stays open for as many references, and what is known of it from earlier waits is kept. Its
 * descriptor and its twin end with xf_timeline_close().
 */
void xfi_timeline_ref(struct xf_timeline *timeline);
void xfi_timeline_unref(struct xf_timeline *timeline);

/* Waits for the value or, after a kick, for *stop: -ECANCELED. For queues. */
int xfi_timeline_wait_unless(
	struct xf_timeline *timeline, uint64_t value, const _Atomic bool *stop);

/*
 * The counter. Of an abandoned timeline that a device uses the word says nothing any more: it lets
 * devices go on, and those of the dead write to it. The word is read first, see try().
 */
static inline uint64_t xfi_timeline_counter(const struct xfi_timeline_hot *hot)
{
	uint64_t counter = atomic_load(&hot->counter), reached = atomic_load(&hot->reached);
	return reached ? reached - 1 : counter;
}

/* -EINVAL, with the sentence: `value` cannot be signalled, since the counter is further. */
int xfi_timeline_lower(uint64_t value, uint64_t counter);

/* Wakes those whose value a device has written; false: nothing new. */
bool xfi_timeline_notice(struct xf_timeline *timeline);

/* Where its waiters are parked, for xfi_park_end(); the answer outlives the handle. */
struct xf_domain *xfi_timeline_parking(const struct xf_timeline *timeline, uint64_t *ret_hash);

/* Those who wait for more than the counter get XF_ABANDONED. */
void xfi_timeline_abandon(struct xf_timeline *timeline);
bool xfi_timeline_abandoned(const struct xf_timeline *timeline);

extern const struct xfi_type_ops xfi_timeline_ops;
extern const struct xfi_waitable xfi_timeline_waitable;

#endif
