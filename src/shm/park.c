/* SPDX-License-Identifier: MIT */
/*
 * Goal: a change that nobody waits for costs one load; one that somebody waits for wakes exactly
 * one thread where one is enough; and threads that die in here take nothing with them.
 *
 * A bucket has a futex word `seq`, which every wake-up changes, and the word `waiters`:
 *
 *	bits 0-19	count of threads that wait here, or are about to
 *	bit 20		mixed: they do not all wait for the same thing
 *	bit 21		observed: there may be waiters that are not counted (read-only members)
 *	bits 22-31	epoch: one more each time the count was set back to 0 after a death
 *	bits 32-63	tag: what the first of them waits for, from the hash
 *
 * Waking one thread is only right if all candidates wait for the same thing, for a wrong one would
 * use the wake-up up. In a mixed bucket, which is rare, all are woken. A bucket may turn mixed
 * between the waker's look and its system call; so a thread that was woken in vain in a mixed
 * bucket passes the wake-up on to all, once for each single wake-up: single ones leave `seq` even,
 * general ones odd.
 *
 * A count too high costs a needless system call, one too low would lose a wake-up. Nobody can say
 * what a dead thread had counted, so the sweep sets the count to 0, changes the epoch and wakes
 * everybody; the living count themselves again.
 */
#include "base/futex.h"
#include "base/kill_point.h"
#include "shm/park.h"

#define EPOCH_SHIFT 22
#define EPOCH	    (UINT64_C(0x3ff) << EPOCH_SHIFT)
#define TAG_SHIFT   32

static uint32_t tag_of(uint64_t hash)
{
	hash ^= hash >> 32;
	hash *= UINT64_C(0xd6e8feb86659fd93);
	return (uint32_t)(hash >> 32);
}

static uint64_t enter(struct xfi_bucket *b, uint32_t tag)
{
	uint64_t seen = atomic_load(&b->waiters), wanted;
	do {
		wanted = seen + 1;
		if (!(seen & XFI_PARK_COUNT))
			wanted = (wanted & ~(XFI_PARK_MIXED | UINT64_MAX << TAG_SHIFT)) |
				 (uint64_t)tag << TAG_SHIFT;
		else if (seen >> TAG_SHIFT != tag)
			wanted |= XFI_PARK_MIXED;
		if ((seen & XFI_PARK_COUNT) == XFI_PARK_COUNT)
			wanted = seen; /* only a liar can get here; stay at the top */
	} while (!atomic_compare_exchange_weak(&b->waiters, &seen, wanted));
	return wanted & EPOCH;
}

static void leave(struct xfi_bucket *b, uint64_t epoch)
{
	uint64_t seen = atomic_load(&b->waiters);
	while ((seen & EPOCH) == epoch && (seen & XFI_PARK_COUNT))
		if (atomic_compare_exchange_weak(&b->waiters, &seen, seen - 1))
			return;
}

/* seq moves on to the next even (one woken) or odd (all woken) number. */
static void bump(struct xfi_bucket *b, bool all)
{
	uint32_t seen = atomic_load(&b->seq);
	while (!atomic_compare_exchange_weak(&b->seq, &seen, all ? (seen + 1) | 1 : (seen | 1) + 1))
		;
}

void xfi_unpark_slow(struct xf_domain *d, uint64_t hash, uint32_t bits, bool all)
{
	struct xfi_bucket *b = xfi_park_bucket(d, hash);
	uint64_t waiters = atomic_load(&b->waiters);
	/* Strangers who only share the bucket: whoever waits for this would have set the tag, or
	 * made the bucket mixed. */
	if (!(waiters & (XFI_PARK_MIXED | XFI_PARK_OBSERVED)) &&
		waiters >> TAG_SHIFT != tag_of(hash))
		return;
	all = all || (waiters & (XFI_PARK_MIXED | XFI_PARK_OBSERVED));
	bump(b, all);
	XFI_KILL_POINT("unpark:bumped");
	xfi_futex_wake(&b->seq, all ? INT32_MAX : 1, bits);
}

static void pass_on(struct xfi_bucket *b, uint32_t bits)
{
	uint32_t seq = atomic_load(&b->seq);
	if (!(atomic_load(&b->waiters) & XFI_PARK_MIXED) || seq % 2)
		return;
	if (atomic_compare_exchange_strong(&b->seq, &seq, seq + 1))
		xfi_futex_wake(&b->seq, INT32_MAX, bits);
}

static int park_in(struct xfi_bucket *b, uint32_t tag, uint32_t bits, int64_t deadline_ns,
	int (*try)(void *arg), void *arg)
{
	uint64_t epoch = enter(b, tag);
	int r;
	XFI_KILL_POINT("park:entered");
	for (;;) {
		/*
		 * Counted, as of this `seq`: the sweep sets the count back before it changes `seq`.
		 * So either we see the new epoch here, or the futex sees another `seq`.
		 */
		uint32_t seq = atomic_load(&b->seq);
		if ((atomic_load(&b->waiters) & EPOCH) != epoch)
			epoch = enter(b, tag);
		r = try(arg);
		if (r != XFI_AGAIN)
			break;
		r = xfi_futex_wait(&b->seq, seq, deadline_ns, bits);
		if (r == -ETIMEDOUT) {
			r = XF_TIMEOUT;
			break;
		}
		if (r == 0) {
			XFI_KILL_POINT("park:woken");
			r = try(arg);
			if (r != XFI_AGAIN)
				break;
			pass_on(b, bits);
		}
		if (xfi_past(deadline_ns)) {
			r = try(arg);
			r = r == XFI_AGAIN ? XF_TIMEOUT : r;
			break;
		}
	}
	leave(b, epoch);
	return r;
}

/* The same without leaving a trace in memory, which a read-only member cannot. */
static int park_observer(
	struct xfi_bucket *b, uint32_t bits, int64_t deadline_ns, int (*try)(void *arg), void *arg)
{
	int r;
	for (;;) {
		uint32_t seq = atomic_load(&b->seq);
		r = try(arg);
		if (r != XFI_AGAIN)
			return r;
		if (xfi_futex_wait(&b->seq, seq, deadline_ns, bits) == -ETIMEDOUT ||
			xfi_past(deadline_ns))
			break;
	}
	r = try(arg);
	return r == XFI_AGAIN ? XF_TIMEOUT : r;
}

int xfi_park(struct xf_domain *d, uint64_t hash, uint32_t bits, int64_t deadline_ns,
	int (*try)(void *arg), void *arg)
{
	struct xfi_bucket *b = xfi_park_bucket(d, hash);
	if (d->read_only)
		return park_observer(b, bits, deadline_ns, try, arg);
	return park_in(b, tag_of(hash), bits, deadline_ns, try, arg);
}

uint32_t xfi_park_count(const struct xf_domain *d, uint64_t hash)
{
	return atomic_load(&xfi_park_bucket(d, hash)->waiters) & XFI_PARK_COUNT;
}

static void wake_all(struct xfi_bucket *b)
{
	bump(b, true);
	xfi_futex_wake(&b->seq, INT32_MAX, XFI_PARK_ALL_BITS);
}

void xfi_park_end(struct xf_domain *d, uint64_t hash, xfi_u32 *ended)
{
	struct xfi_bucket *b = xfi_park_bucket(d, hash);
	while (!atomic_load(ended)) {
		if (!d->read_only)
			bump(b, true);
		xfi_futex_wake(&b->seq, INT32_MAX, XFI_PARK_ALL_BITS);
		xfi_futex_wait(ended, 0, xf_deadline(10 * XFI_MS), FUTEX_BITSET_MATCH_ANY);
	}
}

void xfi_park_ended(xfi_u32 *ended)
{
	atomic_store(ended, 1);
	xfi_futex_wake(ended, 1, FUTEX_BITSET_MATCH_ANY);
}

void xfi_unpark_everyone(struct xf_domain *d)
{
	for (unsigned i = 0; i < XFI_BUCKETS; i++)
		if (atomic_load(&d->buckets[i].waiters) & (XFI_PARK_COUNT | XFI_PARK_OBSERVED))
			wake_all(&d->buckets[i]);
}

void xfi_unpark_recount(struct xf_domain *d, bool thorough)
{
	for (unsigned i = 0; i < XFI_BUCKETS; i++) {
		struct xfi_bucket *b = &d->buckets[i];
		uint64_t seen = atomic_load(&b->waiters), fresh;
		/* Thorough: a sweeper died, perhaps right here, between setting back and waking. */
		if (!(seen & (XFI_PARK_COUNT | XFI_PARK_OBSERVED)) && !thorough)
			continue;
		do
			fresh = (seen & XFI_PARK_OBSERVED) |
				((seen + (UINT64_C(1) << EPOCH_SHIFT)) & EPOCH);
		while (!atomic_compare_exchange_weak(&b->waiters, &seen, fresh));
		XFI_KILL_POINT("sweep:counted-afresh");
		wake_all(b);
	}
}

void xfi_park_observed(struct xf_domain *d)
{
	for (unsigned i = 0; i < XFI_BUCKETS; i++)
		atomic_fetch_or(&d->buckets[i].waiters, XFI_PARK_OBSERVED);
}
