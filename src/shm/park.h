/* SPDX-License-Identifier: MIT */
/*
 * Parking: how a thread sleeps until another member changes an object, and how that member wakes
 * it. Threads that wait for the same thing (object, key) share a bucket of a table in the domain,
 * so objects need no room for waiters and a thousand waiters on a thousand keys do not meet.
 */
#ifndef XFI_SHM_PARK_H
#define XFI_SHM_PARK_H

#include "base/bucket.h"
#include "shm/domain.h"

static inline struct xfi_bucket *xfi_park_bucket(const struct xf_domain *domain, uint64_t hash)
{
	return &domain->buckets[hash >> 53];
}

/*
 * Calls try(arg) until it returns something other than XFI_AGAIN, and sleeps in between. A sleeper
 * is woken by an unpark whose bits meet `bits`. Returns try's result, or XF_TIMEOUT.
 *
 * A read-only member cannot note that it waits; its domain is marked observed (xf_domain_export).
 */
int xfi_park(struct xf_domain *domain, uint64_t hash, uint32_t bits, int64_t deadline_ns,
	int (*try)(void *arg), void *arg);

/*
 * May this member sleep on an object? A read-only one leaves no note that it does, so it may only
 * where all wake-ups are made as if somebody did, lest it sleep for ever. 0, -ECHILD, -EACCES.
 */
static inline int xfi_park_check(const struct xf_domain *domain)
{
	int r = xfi_domain_check(domain, false);
	if (r || !domain->read_only)
		return r;
	if (domain->look_only)
		return xf_fail(-EACCES, "this process has joined to look only");
	if (!(atomic_load(&domain->buckets[0].waiters) & XFI_PARK_OBSERVED))
		return xf_fail(-EACCES, "the descriptor is to look only: nobody would wake us");
	return 0;
}

void xfi_unpark_slow(struct xf_domain *domain, uint64_t hash, uint32_t bits, bool all);

/*
 * To be called after the change is published with a sequentially consistent read-modify-write:
 * that store and this load stand against park's count-up and its second try, so either we see
 * the waiter or it sees the change.
 */
static inline void xfi_unpark(struct xf_domain *domain, uint64_t hash, uint32_t bits, bool all)
{
	if (__builtin_expect(xfi_park_waiters(domain->buckets, hash) != 0, 0))
		xfi_unpark_slow(domain, hash, bits, all);
}

/* Threads parked for `hash`, as far as known. */
uint32_t xfi_park_count(const struct xf_domain *domain, uint64_t hash);

/*
 * Wakes a thread that may be parked for `hash` and has been told otherwise to stop, which its try
 * function sees, until it has set `ended`. Also when the words that park goes by were scribbled
 * over, or cannot be written because this member is read-only: so it wakes again and again.
 */
void xfi_park_end(struct xf_domain *domain, uint64_t hash, xfi_u32 *ended);
/* The last thing that the thread does before it is joined. `ended` is private memory. */
void xfi_park_ended(xfi_u32 *ended);

/* Wakes everybody parked in the domain with one of these bits. */
void xfi_unpark_everywhere(struct xf_domain *domain, uint32_t bits);

/*
 * After a death, under the domain's lock: wakes everybody in the buckets where the dead member had
 * threads, and counts afresh those that are still alive. What it had changed and not told of is not
 * looked at here.
 */
void xfi_unpark_recount(struct xf_domain *domain, uint32_t member);

/* Then, or before the slot has its next owner: none of its threads is anywhere. */
void xfi_park_forget(struct xf_domain *domain, uint32_t member);

/* From now on every unpark makes the system call: somebody may wait without a note. */
void xfi_park_observed(struct xf_domain *domain);

#endif
