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
 *	bit 22		swept: the same, from setting the count back until all have been woken
 *	bits 23-31	epoch: the lower bits of `recounts`
 *	bits 32-63	tag: what the first of them waits for, from the hash
 *
 * Waking one thread is only right if all candidates wait for the same thing, for a wrong one would
 * use the wake-up up. In a mixed bucket, which is rare, all are woken. A bucket may turn mixed
 * between the waker's look and its system call; so whoever was woken in a mixed bucket passes the
 * wake-up on to all, whatever has become of its own wait, and once for each single wake-up:
 *
 *	a single wake-up makes `seq` even		nobody has passed it on yet
 *	a wake-up of all makes it odd			whoever was passed over has been woken
 *	one of all with certain bits adds two		it stays what it was, for the others
 *
 * A count too high costs a needless system call, one too low would lose a wake-up. Nobody can say
 * what a dead thread had counted, so the sweep sets the count to 0, changes the epoch and wakes
 * everybody in the bucket; the living count themselves again. A sweeper may be stopped in between:
 * until it has woken them, the bit `swept` makes everybody's wake-ups reach those who are not
 * counted.
 *
 * That is done where the dead member had threads, and nowhere else: each member counts its own in
 * `parked`, before they come in here and after they have left, so it says so wherever they die.
 * There one of them may have been chosen for what another one waits for.
 *
 * What comes round: the epoch has 9 bits in the word, but a waiter remembers all 32 of `recounts`.
 * Its last swap could take another epoch for its own only if it were stopped between that swap and
 * the load before, while members die by a multiple of 512 and the word becomes the same again; or
 * after 2^32 deaths. `seq` comes round after 2^31 wake-ups, each a system call: a thread would have
 * to be stopped between its load of `seq` and its own system call for minutes, and be continued at
 * the one value of 2^31.
 */
#include "base/futex.h"
#include "base/kill_point.h"
#include "shm/looked.h"
#include "shm/park.h"

/* Tests make it narrower. */
#ifndef XFI_PARK_EPOCH_MASK
#define XFI_PARK_EPOCH_MASK 0x1ff
#endif

#define EPOCH_SHIFT 23
#define EPOCH	    ((uint64_t)XFI_PARK_EPOCH_MASK << EPOCH_SHIFT)
#define TAG_SHIFT   32

/* Reasons not to choose one: who else sleeps here cannot be told from the word. */
#define UNCERTAIN (XFI_PARK_MIXED | XFI_PARK_OBSERVED | XFI_PARK_SWEPT)

static uint32_t tag_of(uint64_t hash)
{
	hash ^= hash >> 32;
	hash *= UINT64_C(0xd6e8feb86659fd93);
	return (uint32_t)(hash >> 32);
}

/*
 * The epoch of a word, with all its bits. `recounts` is raised before the word is changed, so it is
 * ahead by one at most. Read before the word it gives an epoch that is right or too early, read
 * after it one that is right or too late; so when a waiter's, taken the first way, equals the
 * present one, taken the second, both are right.
 */
static uint32_t earliest_epoch(uint32_t recounts, uint64_t waiters)
{
	uint32_t first = recounts - 1;
	return first + (((uint32_t)(waiters >> EPOCH_SHIFT) - first) & XFI_PARK_EPOCH_MASK);
}

static uint32_t latest_epoch(const struct xfi_bucket *b, uint64_t waiters)
{
	uint32_t recounts = atomic_load(&b->recounts);
	return recounts - ((recounts - (uint32_t)(waiters >> EPOCH_SHIFT)) & XFI_PARK_EPOCH_MASK);
}

static uint32_t enter(struct xfi_bucket *b, uint32_t tag)
{
	uint32_t recounts = atomic_load(&b->recounts);
	uint64_t seen = atomic_load(&b->waiters), wanted;
	do {
		wanted = seen + 1;
		if (!(seen & XFI_PARK_COUNT))
			wanted = (wanted & ~(XFI_PARK_MIXED | UINT64_MAX << TAG_SHIFT)) |
				 (uint64_t)tag << TAG_SHIFT;
		else if (seen >> TAG_SHIFT != tag)
			wanted |= XFI_PARK_MIXED;
		if ((seen & XFI_PARK_COUNT) == XFI_PARK_COUNT)
			wanted = seen; /* only scribbling leads here; stay at the top */
	} while (!atomic_compare_exchange_weak(&b->waiters, &seen, wanted));
	return earliest_epoch(recounts, wanted);
}

static void leave(struct xfi_bucket *b, uint32_t epoch)
{
	uint64_t seen = atomic_load(&b->waiters);
	while (latest_epoch(b, seen) == epoch && (seen & XFI_PARK_COUNT))
		if (atomic_compare_exchange_weak(&b->waiters, &seen, seen - 1))
			return;
}

enum reach { ONE, SOME, ALL };

static void bump(struct xfi_bucket *b, enum reach reach)
{
	uint32_t seen = atomic_load(&b->seq), next;
	do
		next = reach == ONE ? (seen | 1) + 1 : reach == SOME ? seen + 2 : (seen + 1) | 1;
	while (!atomic_compare_exchange_weak(&b->seq, &seen, next));
}

static void wake_all(struct xfi_bucket *b)
{
	bump(b, ALL);
	xfi_futex_wake(&b->seq, INT32_MAX, XFI_PARK_ALL_BITS);
}

void xfi_unpark_slow(struct xf_domain *d, uint64_t hash, uint32_t bits, bool all)
{
	struct xfi_bucket *b = xfi_park_bucket(d, hash);
	uint64_t waiters = atomic_load(&b->waiters);
	/* Strangers who only share the bucket: whoever waits for this would have set the tag, or
	 * made the bucket mixed. */
	if (!(waiters & UNCERTAIN) && waiters >> TAG_SHIFT != tag_of(hash))
		return;
	all = all || (waiters & UNCERTAIN) || xfi_looked_at(d);
	bump(b, !all ? ONE : bits == XFI_PARK_ALL_BITS ? ALL : SOME);
	XFI_KILL_POINT("unpark:bumped");
	xfi_futex_wake(&b->seq, all ? INT32_MAX : 1, bits);
}

static void pass_on(struct xfi_bucket *b)
{
	uint32_t seq = atomic_load(&b->seq);
	if (!(atomic_load(&b->waiters) & XFI_PARK_MIXED))
		return;
	while (seq % 2 == 0)
		if (atomic_compare_exchange_weak(&b->seq, &seq, seq + 1)) {
			XFI_KILL_POINT("park:passed-on");
			xfi_futex_wake(&b->seq, INT32_MAX, XFI_PARK_ALL_BITS);
			return;
		}
}

static int park_in(struct xf_domain *d, uint64_t hash, uint32_t bits, int64_t deadline_ns,
	int (*try)(void *arg), void *arg)
{
	struct xfi_bucket *b = xfi_park_bucket(d, hash);
	xfi_u16 *ours = &d->parked[d->self][b - d->buckets];
	uint32_t tag = tag_of(hash);
	int r;
	atomic_fetch_add(ours, 1);
	XFI_KILL_POINT("park:noted");
	uint32_t epoch = enter(b, tag);
	XFI_KILL_POINT("park:entered");
	for (;;) {
		/*
		 * Counted, as of this `seq`: the sweep sets the count back before it changes `seq`.
		 * So either we see the new epoch here, or the futex sees another `seq`.
		 */
		uint32_t seq = atomic_load(&b->seq);
		if (latest_epoch(b, atomic_load(&b->waiters)) != epoch)
			epoch = enter(b, tag);
		r = try(arg);
		if (r != XFI_AGAIN)
			break;
		int64_t until = xfi_nap(d, deadline_ns);
		r = xfi_futex_wait(&b->seq, seq, until, bits);
		if (r == -ETIMEDOUT && until == deadline_ns) {
			r = XF_TIMEOUT;
			break;
		}
		if (r == 0) {
			XFI_KILL_POINT("park:woken");
			r = try(arg);
			pass_on(b);
			if (r != XFI_AGAIN)
				break;
		}
		if (xfi_past(deadline_ns)) {
			r = try(arg);
			r = r == XFI_AGAIN ? XF_TIMEOUT : r;
			break;
		}
	}
	leave(b, epoch);
	XFI_KILL_POINT("park:left");
	atomic_fetch_sub(ours, 1);
	return r;
}

/* The same without leaving a trace in memory, which a read-only member cannot. */
static int park_observer(struct xf_domain *d, uint64_t hash, uint32_t bits, int64_t deadline_ns,
	int (*try)(void *arg), void *arg)
{
	struct xfi_bucket *b = xfi_park_bucket(d, hash);
	int r;
	for (;;) {
		uint32_t seq = atomic_load(&b->seq);
		r = try(arg);
		if (r != XFI_AGAIN)
			return r;
		(void)xfi_futex_wait(&b->seq, seq, xfi_nap(d, deadline_ns), bits);
		if (xfi_past(deadline_ns))
			break;
	}
	r = try(arg);
	return r == XFI_AGAIN ? XF_TIMEOUT : r;
}

int xfi_park(struct xf_domain *d, uint64_t hash, uint32_t bits, int64_t deadline_ns,
	int (*try)(void *arg), void *arg)
{
	if (d->read_only)
		return park_observer(d, hash, bits, deadline_ns, try, arg);
	return park_in(d, hash, bits, deadline_ns, try, arg);
}

uint32_t xfi_park_count(const struct xf_domain *d, uint64_t hash)
{
	return atomic_load(&xfi_park_bucket(d, hash)->waiters) & XFI_PARK_COUNT;
}

void xfi_park_end(struct xf_domain *d, uint64_t hash, xfi_u32 *ended)
{
	struct xfi_bucket *b = xfi_park_bucket(d, hash);
	while (!atomic_load(ended)) {
		if (!d->read_only)
			bump(b, ALL);
		xfi_futex_wake(&b->seq, INT32_MAX, XFI_PARK_ALL_BITS);
		xfi_futex_wait(ended, 0, xf_deadline(10 * XFI_MS), FUTEX_BITSET_MATCH_ANY);
	}
}

void xfi_park_ended(xfi_u32 *ended)
{
	atomic_store(ended, 1);
	xfi_futex_wake(ended, 1, FUTEX_BITSET_MATCH_ANY);
}

void xfi_unpark_everywhere(struct xf_domain *d, uint32_t bits)
{
	for (unsigned i = 0; i < XFI_BUCKETS; i++) {
		struct xfi_bucket *b = &d->buckets[i];
		if (!(atomic_load(&b->waiters) & XFI_PARK_ANYBODY))
			continue;
		bump(b, bits == XFI_PARK_ALL_BITS ? ALL : SOME);
		xfi_futex_wake(&b->seq, INT32_MAX, bits);
	}
}

/* Under the lock: nobody else changes epochs. A sweeper that died half-way left `recounts` ahead.
 */
static void recount(struct xfi_bucket *b)
{
	uint64_t seen = atomic_load(&b->waiters), fresh;
	uint32_t epoch = latest_epoch(b, seen) + 1;
	atomic_store(&b->recounts, epoch);
	XFI_KILL_POINT("sweep:epoch");
	do
		fresh = (seen & XFI_PARK_OBSERVED) | XFI_PARK_SWEPT |
			((uint64_t)epoch << EPOCH_SHIFT & EPOCH);
	while (!atomic_compare_exchange_weak(&b->waiters, &seen, fresh));
	XFI_KILL_POINT("sweep:counted-afresh");
	wake_all(b);
	XFI_KILL_POINT("sweep:woken");
	atomic_fetch_and(&b->waiters, ~XFI_PARK_SWEPT);
}

/* Also where a sweeper died between setting a count back and waking. */
void xfi_unpark_recount(struct xf_domain *d, uint32_t member)
{
	if (member >= XF_MEMBERS_MAX)
		return; /* a visitor has no threads here */
	for (unsigned i = 0; i < XFI_BUCKETS; i++)
		if (atomic_load(&d->parked[member][i]) ||
			atomic_load(&d->buckets[i].waiters) & XFI_PARK_SWEPT)
			recount(&d->buckets[i]);
}

void xfi_park_forget(struct xf_domain *d, uint32_t member)
{
	for (unsigned i = 0; member < XF_MEMBERS_MAX && i < XFI_BUCKETS; i++)
		if (atomic_load_explicit(&d->parked[member][i], memory_order_relaxed))
			atomic_store(&d->parked[member][i], 0);
}

void xfi_park_observed(struct xf_domain *d)
{
	for (unsigned i = 0; i < XFI_BUCKETS; i++)
		atomic_fetch_or(&d->buckets[i].waiters, XFI_PARK_OBSERVED);
}
