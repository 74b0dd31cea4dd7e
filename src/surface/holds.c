/* SPDX-License-Identifier: MIT */
/*
 * The handles of one pool in this process are a list, kept for its slot. Most often there is one,
 * and then nothing here costs more than a bit of private memory.
 *
 * A thread that takes a surface says so before (`trying`) and notes that it has it afterwards,
 * without the lock. Whoever closes looks at the holders first, then whether somebody tries, then
 * who has it: so what has just been taken is seen in one way or the other. What is only tried is
 * left, and goes with the last handle.
 */
#include "surface/holds.h"

#include <errno.h>

#include "shm/object.h"
#include "surface/pool.h"

static struct xf_pool **first_of(const struct xf_pool *pool)
{
	return (struct xf_pool **)xfi_object_kept(pool->base.domain, pool->base.index);
}

static void lock(const struct xf_pool *pool)
{
	pthread_mutex_lock(&pool->base.domain->local_lock);
}

static void unlock(const struct xf_pool *pool)
{
	pthread_mutex_unlock(&pool->base.domain->local_lock);
}

static void note_crowd(struct xf_pool *first)
{
	for (struct xf_pool *p = first; p; p = p->holds.next)
		atomic_store(&p->holds.crowded, first->holds.next != NULL);
}

void xfi_holds_enter(struct xf_pool *pool)
{
	if (xfi_domain_check(pool->base.domain, true))
		return; /* a read-only member holds nothing */
	lock(pool);
	struct xf_pool **first = first_of(pool);
	pool->holds.next = *first;
	*first = pool;
	note_crowd(*first);
	unlock(pool);
}

bool xfi_holds_take(struct xf_pool *pool, uint32_t i)
{
	atomic_fetch_add(&pool->holds.trying[i], 1);
	bool taken = xfi_pool_take(pool, i);
	if (taken)
		atomic_fetch_or(&pool->holds.held, xfi_bit(i));
	atomic_fetch_sub(&pool->holds.trying[i], 1);
	return taken;
}

int xfi_holds_rejoin(struct xf_pool *pool, uint32_t i)
{
	xfi_u64 *holders = &xfi_pool_surface_hot(pool, i)->holders;
	lock(pool); /* it may be held by another handle, which is being closed */
	uint64_t seen = atomic_load(holders);
	while (seen && !atomic_compare_exchange_weak(
			       holders, &seen, seen | xfi_self_bit(pool->base.domain)))
		;
	if (seen)
		atomic_fetch_or(&pool->holds.held, xfi_bit(i));
	unlock(pool);
	return seen ? 0 : -EAGAIN;
}

/* Nobody has it any more before somebody else can. */
bool xfi_holds_give(struct xf_pool *pool, uint32_t i)
{
	bool crowded = atomic_load(&pool->holds.crowded);
	if (crowded)
		lock(pool);
	for (struct xf_pool *p = crowded ? *first_of(pool) : NULL; p; p = p->holds.next)
		atomic_fetch_and(&p->holds.held, ~xfi_bit(i));
	atomic_fetch_and(&pool->holds.held, ~xfi_bit(i));
	bool given = xfi_pool_drop(pool, i);
	if (crowded)
		unlock(pool);
	return given;
}

static bool any_subscribed(const struct xf_pool *first)
{
	while (first && !first->holds.subscribed)
		first = first->holds.next;
	return first;
}

static void subscribe_locked(struct xf_pool *pool, bool in, const struct xf_pool *others)
{
	xfi_u64 *readers = &pool->base.slot->hot.pool.readers;
	uint64_t self = xfi_self_bit(pool->base.domain);
	pool->holds.subscribed = in;
	pool->holds.received |= in;
	if (in)
		atomic_fetch_or(readers, self);
	else if (!any_subscribed(others))
		atomic_fetch_and(readers, ~self);
}

void xfi_holds_subscribe(struct xf_pool *pool, bool in)
{
	lock(pool);
	subscribe_locked(pool, in, *first_of(pool));
	unlock(pool);
}

static bool any_has(const struct xf_pool *first, uint32_t i)
{
	for (const struct xf_pool *p = first; p; p = p->holds.next)
		if (atomic_load(&p->holds.trying[i]) || atomic_load(&p->holds.held) & xfi_bit(i))
			return true;
	return false;
}

static bool any_received(const struct xf_pool *first)
{
	while (first && !first->holds.received)
		first = first->holds.next;
	return first;
}

/* What it has and no other one has; what was shared with us, if it is the last for whom it was. */
static void give_up(struct xf_pool *pool, const struct xf_pool *others)
{
	uint64_t self = xfi_self_bit(pool->base.domain), held = atomic_load(&pool->holds.held);
	bool rest = !others || (pool->holds.received && !any_received(others));
	for (uint32_t i = 0; i < pool->count; i++)
		if (pool->surfaces[i] && (rest || held & xfi_bit(i)) &&
			atomic_load(&xfi_pool_surface_hot(pool, i)->holders) & self &&
			!any_has(others, i))
			(void)xfi_pool_drop(pool, i); /* it was held */
}

void xfi_holds_leave(struct xf_pool *pool, bool gives_up)
{
	if (xfi_domain_check(pool->base.domain, true))
		return;
	lock(pool);
	struct xf_pool **link = first_of(pool);
	while (*link && *link != pool)
		link = &(*link)->holds.next;
	if (*link)
		*link = pool->holds.next;
	struct xf_pool *others = *first_of(pool);
	if (others)
		note_crowd(others);
	if (gives_up) {
		subscribe_locked(pool, false, others);
		give_up(pool, others);
	}
	unlock(pool);
}
