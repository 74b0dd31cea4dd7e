/* SPDX-License-Identifier: MIT */
/*
 * Goal: exclusive hand-on by key that costs two compare-and-swaps when nobody waits, and that a
 * death at any instruction leaves in one of three states: free, held by somebody alive, abandoned.
 *
 * One word decides (its bits: keyed_word.h). Key, fence and data lie beside it and are written by
 * the owner only, before it releases:
 *
 *	free --acquire: CAS--> held --release: key, fence; CAS--> free
 *	                        `---- owner closed or died: CAS ----> abandoned, for good
 *
 * Die before a CAS, and it has not happened; die after it, and it has. What a release may leave
 * undone is waking, which the sweep does after a death.
 *
 * An acquirer reads the word (free), then the key, then swaps. If the swap succeeds the key was not
 * written in between, since its writer must have held the mutex, which changes the sequence. The
 * sequence has 30 bits; should it come round exactly while a thread sleeps between its two steps,
 * the key, read again by the new owner, tells.
 */
#include <errno.h>
#include <string.h>

#include "base/cpu.h"
#include "base/kill_point.h"
#include "base/message.h"
#include "shm/bell.h"
#include "shm/park.h"
#include "sync/keyed_fence.h"
#include "sync/keyed_mutex.h"

#include "sync/keyed_explain.h"
#include "sync/lend.h"

#define NO_GENERATION UINT32_MAX /* equals no process's */

/* Tests begin just before the sequence wraps. */
#ifndef XFI_KM_FIRST_SEQUENCE
#define XFI_KM_FIRST_SEQUENCE(index) 0
#endif

/*
 * Some 40 microseconds: what sleeping and being woken on another CPU takes on a virtual machine.
 * With less, one late hand-off makes both sides sleep, and then each is late for the other.
 */
#define SPINS 2000

#define unlikely(x) __builtin_expect(!!(x), 0)

/* What an uncontended pair goes by. Closes the handle again when it fails. */
static int prepare(struct xf_keyed_mutex *mutex)
{
	struct xf_domain *d = mutex->base.domain;
	mutex->salt = xfi_park_salt(mutex->base.index);
	mutex->buckets = d->buckets;
	if (d->read_only) { /* never owns anything */
		mutex->base.generation = NO_GENERATION;
		return 0;
	}
	int r = xfi_number_take(d, mutex->base.index, &mutex->number);
	if (r) {
		xfi_handle_close(&mutex->base);
		return xf_fail(r, "this process has 2^24 handles of one keyed mutex");
	}
	mutex->owner = (uint64_t)(d->self + 1) << 56 | (uint64_t)mutex->number.number << 32;
	return 0;
}

int xf_keyed_mutex_create(struct xf_domain *d, uint64_t initial_key, const char *label,
	struct xf_keyed_mutex **ret_mutex)
{
	if (!ret_mutex)
		return xf_fail(-EINVAL, "%s: ret_mutex is NULL", __func__);
	int r;
	struct xf_keyed_mutex *mutex =
		xfi_handle_create(d, XF_KEYED_MUTEX, label, sizeof(*mutex), &r);
	if (!mutex)
		return r;
	struct xfi_keyed_hot *hot = &mutex->base.slot->hot.keyed;
	uint32_t word = XFI_KM_FIRST_SEQUENCE(mutex->base.index) * UINT32_C(4);
	atomic_store_explicit(&hot->key, initial_key, memory_order_relaxed);
	atomic_store_explicit(&hot->word, word, memory_order_relaxed);
	r = prepare(mutex);
	if (r)
		return r;
	xfi_handle_publish(&mutex->base);
	*ret_mutex = mutex;
	return 0;
}

int xf_keyed_mutex_open(struct xf_domain *d, xf_id id, struct xf_keyed_mutex **ret_mutex)
{
	if (!ret_mutex)
		return xf_fail(-EINVAL, "%s: ret_mutex is NULL", __func__);
	int r;
	struct xf_keyed_mutex *mutex = xfi_handle_open(d, XF_KEYED_MUTEX, id, sizeof(*mutex), &r);
	if (!mutex)
		return r;
	r = prepare(mutex);
	if (!r)
		*ret_mutex = mutex;
	return r;
}

bool xfi_keyed_mutex_held(const struct xf_keyed_mutex *mutex)
{
	return xfi_km_owns(atomic_load(&mutex->base.slot->hot.keyed.word), mutex->owner);
}

bool xfi_keyed_mutex_abandoned(const struct xf_keyed_mutex *mutex)
{
	return (atomic_load(&mutex->base.slot->hot.keyed.word) & XFI_KM_STATE) > XFI_KM_HELD;
}

/*
 * Made in this process, by a full member, and without a descriptor: one comparison for the short
 * paths. What it turns down is looked at closely.
 */
static inline bool ours(const struct xf_keyed_mutex *mutex)
{
	return atomic_load_explicit(xfi_fork_page, memory_order_relaxed) == mutex->base.generation;
}

/* 0, -ECHILD or -EACCES. */
static int check(const struct xf_keyed_mutex *mutex)
{
	return ours(mutex) ? 0 : xfi_domain_check(mutex->base.domain, true);
}

/* They have been told who slept then; who comes later sees it. */
static void told(struct xf_domain *d, uint32_t index)
{
	xfi_u64 *word = &xfi_slot(d, index)->hot.keyed.word;
	uint64_t seen = atomic_load(word);
	if ((seen & XFI_KM_STATE) == XFI_KM_UNTOLD)
		atomic_compare_exchange_strong(word, &seen, xfi_km_next(seen, XFI_KM_ABANDONED, 0));
}

/* Waiters for any key must hear of it, wherever they sleep. */
void xfi_keyed_mutex_tell_abandoned(struct xf_domain *d, uint32_t index)
{
	xfi_unpark_everywhere(d, xfi_park_object_bit(index));
	xfi_ring_watchers(d, index);
	XFI_KILL_POINT("abandon:told");
	told(d, index);
}

static void abandon_if_held(struct xf_keyed_mutex *mutex)
{
	xfi_u64 *word = &mutex->base.slot->hot.keyed.word;
	uint64_t seen = atomic_load(word);
	if (!xfi_km_owns(seen, mutex->owner))
		return;
	atomic_compare_exchange_strong(word, &seen, xfi_km_next(seen, XFI_KM_UNTOLD, 0));
	XFI_KILL_POINT("close:abandoned");
	xfi_keyed_mutex_tell_abandoned(mutex->base.domain, mutex->base.index);
}

void xf_keyed_mutex_close(struct xf_keyed_mutex *mutex)
{
	XFI_MESSAGE_STAYS;
	if (!mutex)
		return;
	if (check(mutex) == 0) {
		abandon_if_held(mutex);
		xfi_number_give(mutex->base.domain, mutex->base.index, &mutex->number);
	}
	xfi_handle_close(&mutex->base);
}

xf_id xf_keyed_mutex_id(const struct xf_keyed_mutex *mutex)
{
	return mutex ? xfi_handle_id(&mutex->base) : 0;
}

/*
 * The CPUs of the last two owners that had to wait tell waiters whether spinning makes sense. Who
 * never waits leaves no note: nobody gains by spinning for one that is always in time.
 */
static inline void note_cpu(struct xfi_keyed_hot *hot)
{
	uint32_t cpus = atomic_load_explicit(&hot->cpus, memory_order_relaxed);
	atomic_store_explicit(&hot->cpus, cpus << 16 | xfi_cpu(), memory_order_relaxed);
}

static bool others_run_elsewhere(const struct xfi_keyed_hot *hot)
{
	uint32_t cpus = atomic_load_explicit(&hot->cpus, memory_order_relaxed);
	uint32_t here = xfi_cpu();
	return here &&
	       ((cpus & 0xffff && (cpus & 0xffff) != here) || (cpus >> 16 && cpus >> 16 != here));
}

/* The sequence came round to the same number while we slept: not our key after all. */
static int give_back(struct xf_keyed_mutex *mutex, uint64_t key, uint64_t held)
{
	struct xfi_keyed_hot *hot = &mutex->base.slot->hot.keyed;
	uint64_t hash = xfi_park_hash(mutex->base.index, key);
	atomic_compare_exchange_strong(&hot->word, &held, xfi_km_released(held));
	xfi_unpark(mutex->base.domain, hash, xfi_park_bit(hash), false);
	xfi_ring_watchers(mutex->base.domain, mutex->base.index);
	return XFI_AGAIN;
}

static inline int try_acquire(struct xf_keyed_mutex *mutex, uint64_t key, uint64_t *ret_fence)
{
	struct xfi_keyed_hot *hot = &mutex->base.slot->hot.keyed;
	uint64_t held;
	int r = xfi_km_try(hot, mutex->owner, key, &held);
	if (unlikely(r == XFI_KM_WRAPPED))
		return give_back(mutex, atomic_load(&hot->key), held);
	if (r)
		return r;
	atomic_store_explicit(&mutex->held, held, memory_order_relaxed);
	*ret_fence = atomic_load_explicit(&hot->fence, memory_order_relaxed);
	note_cpu(hot);
	return 0;
}

static bool ready(const struct xf_keyed_mutex *mutex, uint64_t key)
{
	const struct xfi_keyed_hot *hot = &mutex->base.slot->hot.keyed;
	unsigned state = atomic_load(&hot->word) & XFI_KM_STATE;
	return state > XFI_KM_HELD || (state == XFI_KM_FREE && atomic_load(&hot->key) == key);
}

struct attempt {
	struct xf_keyed_mutex *mutex;
	uint64_t key;
	uint64_t *ret_fence;
};

static int try_attempt(void *arg)
{
	struct attempt *attempt = arg;
	return try_acquire(attempt->mutex, attempt->key, attempt->ret_fence);
}

/* Spins only while somebody who may release soon runs on another CPU, then sleeps. */
static int acquire_slow(struct attempt *attempt, int64_t deadline_ns)
{
	struct xf_keyed_mutex *mutex = attempt->mutex;
	int r;
	if (deadline_ns <= 0)
		return XF_TIMEOUT;
	for (int i = 0; i < SPINS && others_run_elsewhere(&mutex->base.slot->hot.keyed); i++) {
		xfi_cpu_relax();
		if (i % 64 == 63 && xfi_past(deadline_ns)) {
			/* Not to sleep: the kernel ends a sleep up to 50 us after its deadline. */
			r = try_attempt(attempt);
			return r == XFI_AGAIN ? XF_TIMEOUT : r;
		}
		if (!ready(mutex, attempt->key))
			continue;
		r = try_attempt(attempt);
		if (r != XFI_AGAIN)
			return r;
	}
	uint64_t hash = xfi_park_hash(mutex->base.index, attempt->key);
	uint32_t bits = xfi_park_bit(hash) | xfi_park_object_bit(mutex->base.index);
	return xfi_park(mutex->base.domain, hash, bits, deadline_ns, try_attempt, attempt);
}

/* Everything but the free mutex with our key, at the first attempt, by a member. */
__attribute__((noinline, cold)) static int acquire_otherwise(
	struct xf_keyed_mutex *mutex, uint64_t key, int64_t deadline_ns, uint64_t *ret_fence)
{
	uint64_t fence = 0;
	if (!mutex)
		return xf_fail(-EINVAL, "%s: mutex is NULL", "xf_keyed_mutex_acquire");
	struct attempt attempt = { mutex, key, &fence };
	int r = check(mutex);
	if (!r)
		r = try_acquire(mutex, key, &fence);
	if (r == XFI_AGAIN)
		r = acquire_slow(&attempt, deadline_ns);
	if (r >= 0)
		xfi_handle_rearm(&mutex->base);
	if (r == XF_TIMEOUT && deadline_ns > 0)
		(void)xfi_keyed_mutex_explain_timeout(mutex, key);
	else if (r == XF_TIMEOUT || r == -EDEADLK) /* who only tries has no time for words */
		xfi_message_forget();
	if (ret_fence)
		*ret_fence = fence;
	return r;
}

__attribute__((noinline, cold)) static int acquire_after_wrap(struct xf_keyed_mutex *mutex,
	uint64_t key, int64_t deadline_ns, uint64_t *ret_fence, uint64_t held)
{
	(void)give_back(mutex, atomic_load(&mutex->base.slot->hot.keyed.key), held);
	return acquire_otherwise(mutex, key, deadline_ns, ret_fence);
}

int xf_keyed_mutex_acquire(
	struct xf_keyed_mutex *mutex, uint64_t key, int64_t deadline_ns, uint64_t *ret_fence)
{
	if (unlikely(!mutex || !ours(mutex)))
		return acquire_otherwise(mutex, key, deadline_ns, ret_fence);
	/* try_acquire() once more, short: this is what an uncontended pair costs. */
	struct xfi_keyed_hot *hot = &mutex->base.slot->hot.keyed;
	uint64_t seen = atomic_load_explicit(&hot->word, memory_order_acquire);
	if (unlikely((seen & XFI_KM_STATE) != XFI_KM_FREE ||
		     atomic_load_explicit(&hot->key, memory_order_acquire) != key))
		return acquire_otherwise(mutex, key, deadline_ns, ret_fence);
	XFI_KILL_POINT("acquire:fast");
	uint64_t held = xfi_km_acquired(seen, mutex->owner);
	if (unlikely(!atomic_compare_exchange_strong(&hot->word, &seen, held)))
		return acquire_otherwise(mutex, key, deadline_ns, ret_fence);
	XFI_KILL_POINT("acquire:fast-taken");
	if (unlikely(atomic_load_explicit(&hot->key, memory_order_relaxed) != key))
		return acquire_after_wrap(mutex, key, deadline_ns, ret_fence, held);
	if (ret_fence)
		*ret_fence = atomic_load_explicit(&hot->fence, memory_order_relaxed);
	atomic_store_explicit(&mutex->held, held, memory_order_relaxed);
	return 0;
}

__attribute__((noinline, cold)) static int refuse(const struct xf_keyed_mutex *mutex)
{
	return xfi_keyed_mutex_abandoned(mutex) ? XF_ABANDONED
						: xfi_keyed_mutex_explain_not_owned(mutex);
}

__attribute__((noinline, cold)) static int notify(struct xf_keyed_mutex *mutex, uint64_t hash)
{
	xfi_unpark(mutex->base.domain, hash, xfi_park_bit(hash), false);
	xfi_ring_watchers(mutex->base.domain, mutex->base.index);
	return 0;
}

static inline uint64_t held_as(const struct xf_keyed_mutex *mutex)
{
	return atomic_load_explicit(&mutex->held, memory_order_relaxed);
}

/* Publishes the fence as what it is: a number, or a timeline's. */
static inline int hand_on(struct xf_keyed_mutex *mutex, uint64_t held, uint64_t key, uint64_t fence)
{
	struct xfi_slot *slot = mutex->base.slot;
	uint64_t hash = xfi_park_hash_salted(mutex->salt, key);
	atomic_store_explicit(&mutex->held, 0, memory_order_relaxed);
	if (unlikely(!xfi_km_release(&slot->hot.keyed, held, key, fence)))
		return refuse(mutex); /* taken for dead, or scribbled over */
	XFI_KILL_POINT("release:released");
	if (unlikely(xfi_park_waiters(mutex->buckets, hash) | atomic_load(&slot->watchers)))
		return notify(mutex, hash);
	return 0;
}

int xfi_keyed_mutex_hand_on(struct xf_keyed_mutex *mutex, uint64_t key, uint64_t fence)
{
	uint64_t held = held_as(mutex);
	return held ? hand_on(mutex, held, key, fence) : refuse(mutex);
}

static inline int release(struct xf_keyed_mutex *mutex, uint64_t key, uint64_t fence)
{
	uint64_t held = held_as(mutex);
	if (unlikely(!held))
		return refuse(mutex);
	xfi_km_unfence(&mutex->base.slot->hot.keyed);
	return hand_on(mutex, held, key, fence);
}

__attribute__((noinline, cold)) static int release_otherwise(
	struct xf_keyed_mutex *mutex, uint64_t key, uint64_t fence)
{
	int r = mutex ? check(mutex)
		      : xf_fail(-EINVAL, "%s: mutex is NULL", "xf_keyed_mutex_release");
	return r ? r : release(mutex, key, fence);
}

int xf_keyed_mutex_release(struct xf_keyed_mutex *mutex, uint64_t key, uint64_t fence)
{
	if (unlikely(!mutex || !ours(mutex)))
		return release_otherwise(mutex, key, fence);
	return release(mutex, key, fence);
}

bool xfi_keyed_mutex_elsewhere(const struct xf_keyed_mutex *mutex)
{
	uint64_t word = atomic_load(&mutex->base.slot->hot.keyed.word);
	return (word & XFI_KM_STATE) == XFI_KM_HELD && !xfi_km_owns(word, mutex->owner);
}

/* Takes it with whatever key it carries. XFI_AGAIN: it changed at just that moment. */
static int take_any(struct xf_keyed_mutex *mutex, uint64_t *ret_held)
{
	struct xfi_keyed_hot *hot = &mutex->base.slot->hot.keyed;
	int r = xfi_km_try(hot, mutex->owner, atomic_load(&hot->key), ret_held);
	return r == XFI_KM_WRAPPED ? 0 : r; /* any key is right */
}

int xfi_keyed_mutex_rekey(struct xf_keyed_mutex *mutex, uint64_t key)
{
	struct xfi_keyed_hot *hot = &mutex->base.slot->hot.keyed;
	uint64_t held, hash = xfi_park_hash_salted(mutex->salt, key);
	int r = XFI_AGAIN;
	if (atomic_load(&hot->key) == key)
		return xfi_keyed_mutex_elsewhere(mutex) ? XFI_AGAIN : 0;
	for (int attempts = 0; r == XFI_AGAIN && attempts < 64; attempts++) {
		if (xfi_keyed_mutex_elsewhere(mutex))
			return XFI_AGAIN;
		r = take_any(mutex, &held);
	}
	if (r)
		return r == -EDEADLK ? 0 : r; /* owned by this very handle: let it be */
	XFI_KILL_POINT("rekey:taken");
	if (!xfi_km_release(hot, held, key, atomic_load(&hot->fence)))
		return XF_ABANDONED;
	XFI_KILL_POINT("rekey:released");
	return notify(mutex, hash);
}

int xf_keyed_mutex_set_data(struct xf_keyed_mutex *mutex, const void *data, size_t size)
{
	xfi_message_forget();
	if (!mutex || (!data && size))
		return xf_fail(-EINVAL, "%s: mutex or data is NULL", __func__);
	int r = check(mutex);
	if (r)
		return r;
	if (!xfi_keyed_mutex_held(mutex))
		return refuse(mutex);
	if (size > XF_KEYED_MUTEX_DATA_MAX)
		return -EMSGSIZE;
	if (size)
		xfi_put_bytes(mutex->base.slot->hot.keyed.data, data, size);
	xfi_u32 *stored = &mutex->base.slot->hot.keyed.data_size;
	uint32_t fenced = atomic_load_explicit(stored, memory_order_relaxed) & XFI_KM_FENCED;
	atomic_store_explicit(stored, (uint32_t)size | fenced, memory_order_relaxed);
	return 0;
}

int xf_keyed_mutex_get_data(struct xf_keyed_mutex *mutex, void *data, size_t size, size_t *ret_size)
{
	xfi_message_forget();
	if (!mutex || !ret_size || (!data && size))
		return xf_fail(-EINVAL, "%s: mutex, ret_size or data is NULL", __func__);
	int r = check(mutex);
	if (r)
		return r;
	if (!xfi_keyed_mutex_held(mutex))
		return refuse(mutex);
	size_t stored =
		atomic_load_explicit(&mutex->base.slot->hot.keyed.data_size, memory_order_relaxed) &
		~XFI_KM_FENCED;
	if (stored > XF_KEYED_MUTEX_DATA_MAX)
		stored = XF_KEYED_MUTEX_DATA_MAX;
	if (size)
		xfi_get_bytes(
			data, mutex->base.slot->hot.keyed.data, size < stored ? size : stored);
	*ret_size = stored;
	return 0;
}

static bool ready_handle(void *arg)
{
	struct xf_keyed_mutex *mutex = arg;
	return ready(mutex, atomic_load(&mutex->poll_key));
}

int xf_keyed_mutex_fd(struct xf_keyed_mutex *mutex, uint64_t key, int *ret_fd)
{
	xfi_message_forget();
	if (!mutex || !ret_fd)
		return xf_fail(-EINVAL, "%s: mutex or ret_fd is NULL", __func__);
	atomic_store(&mutex->poll_key, key);
	int r = xfi_poll_open(mutex->base.domain, &mutex->base.poll, mutex->base.index,
		ready_handle, mutex, ret_fd);
	if (!r)
		mutex->base.generation =
			NO_GENERATION; /* every acquire arms the descriptor again */
	return r;
}

static int take_item(struct xf_wait_item *item)
{
	return try_acquire(item->object, item->value, &item->fence);
}

static bool item_refused(const struct xf_wait_item *item)
{
	return xfi_keyed_mutex_abandoned(item->object) || xfi_keyed_mutex_held(item->object);
}

static bool item_ready(const struct xf_wait_item *item)
{
	return ready(item->object, item->value) || item_refused(item);
}

static void give_item_back(struct xf_wait_item *item)
{
	(void)xf_keyed_mutex_give_back(item->object);
}

static bool item_exclusive(const struct xf_wait_item *item)
{
	return true;
}

const struct xfi_waitable xfi_keyed_mutex_waitable = { .take = take_item,
	.ready = item_ready,
	.refused = item_refused,
	.give_back = give_item_back,
	.exclusive = item_exclusive };

static bool member_died(struct xf_domain *d, uint32_t index, uint32_t member)
{
	xfi_u64 *word = &xfi_slot(d, index)->hot.keyed.word;
	xfi_lender_died(d, index, member);
	xfi_fencer_died(d, index, member);
	uint64_t seen = atomic_load(word);
	while (seen >> 56 == member + 1 && (seen & XFI_KM_STATE) == XFI_KM_HELD)
		if (atomic_compare_exchange_strong(
			    word, &seen, xfi_km_next(seen, XFI_KM_UNTOLD, 0)))
			break;
	return false;
}

/* Held by somebody alive: its release tells. */
static uint32_t tell(struct xf_domain *d, uint32_t index)
{
	struct xfi_keyed_hot *hot = &xfi_slot(d, index)->hot.keyed;
	unsigned state = atomic_load(&hot->word) & XFI_KM_STATE;
	uint64_t hash = xfi_park_hash(index, atomic_load(&hot->key));
	if (state == XFI_KM_HELD || state == XFI_KM_ABANDONED)
		return 0;
	if (state == XFI_KM_FREE)
		xfi_unpark(d, hash, xfi_park_bit(hash), true);
	xfi_ring_watchers(d, index);
	return state == XFI_KM_UNTOLD ? xfi_park_object_bit(index) : 0;
}

const struct xfi_type_ops xfi_keyed_mutex_ops = {
	.member_died = member_died,
	.tell = tell,
	.told = told,
};
