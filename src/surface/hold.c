/* SPDX-License-Identifier: MIT */
/*
 * Taking a free surface from a pool, or waiting until there is one. Free is what nobody holds, has
 * nothing pending, and has its mutex owned by nobody.
 */
#include <errno.h>

#include "base/kill_point.h"
#include "base/message.h"
#include "base/params.h"
#include "shm/bell.h"
#include "shm/park.h"
#include "surface/carried.h"
#include "surface/hold.h"
#include "surface/pool.h"
#include "surface/surface.h"
#include "surface/use.h"
#include "sync/keyed_mutex.h"
#include "use/sync.h"

struct attempt {
	struct xf_pool *pool;
	bool rekey;
	uint64_t owned; /* surfaces that nobody holds, though somebody owns their mutex */
	uint64_t watched; /* those of them that we wait for */
	uint32_t taken;
	uint64_t use;
};

/* Beside the results: what is to be waited for has changed. */
#define LOOK_AGAIN 1002

/*
 * Surface `i`, which is this member's alone: 0; XFI_AGAIN: in use after all; or an error. What is
 * not to be had is given back.
 */
static int make_ready(struct attempt *attempt, uint32_t i)
{
	struct xf_pool *pool = attempt->pool;
	int r = xfi_surface_begin_use(pool->surfaces[i], &attempt->use);
	if (r != XFI_UNTRACKED) { /* its sync object says from here on that it is in use */
		(void)xfi_holds_give(pool, i);
		return r ? XFI_AGAIN : 0;
	}
	r = XF_ABANDONED; /* again, if it is just then */
	for (int attempts = 0; r == XF_ABANDONED && attempts < 16; attempts++)
		r = xfi_surface_ready_mutex(pool->surfaces[i], attempt->rekey);
	if (!r)
		attempt->use = atomic_fetch_add(&pool->base.slot->hot.pool.uses, 1) + 1;
	else
		(void)xfi_holds_give(pool, i);
	if (r == XFI_AGAIN)
		attempt->owned |= xfi_bit(i);
	return r == XF_ABANDONED ? -EPROTO : r;
}

/*
 * A mutex may be owned by who is no holder: a reader that gives up first and releases afterwards,
 * or one that came too late for the share. Then its surface is not taken; doing so in vain would
 * wake others who wait.
 */
static bool is_candidate(struct attempt *attempt, uint32_t i)
{
	struct xf_surface *surface = attempt->pool->surfaces[i];
	if (atomic_load(&xfi_pool_surface_hot(attempt->pool, i)->holders) ||
		xfi_surface_in_use(surface))
		return false;
	if (!xfi_surface_owned_elsewhere(surface))
		return true;
	attempt->owned |= xfi_bit(i);
	return false;
}

static int try_hold(void *arg)
{
	struct attempt *attempt = arg;
	struct xf_pool *pool = attempt->pool;
	uint32_t first = atomic_load(&pool->next);
	attempt->owned = 0;
	for (uint32_t n = 0; n < pool->count; n++) {
		uint32_t i = (first + n) % pool->count;
		if (!is_candidate(attempt, i) || !xfi_holds_take(pool, i))
			continue;
		XFI_KILL_POINT("pool:held");
		int r = make_ready(attempt, i);
		if (r == XFI_AGAIN)
			continue;
		atomic_store(&pool->next, (i + 1) % pool->count);
		attempt->taken = i;
		return r;
	}
	return attempt->owned & ~attempt->watched ? LOOK_AGAIN : XFI_AGAIN;
}

static struct xfi_watched watch(const struct xfi_handle *handle)
{
	return (struct xfi_watched){ handle->domain, handle->index };
}

/*
 * The pool, its sync objects, and the mutexes of the surfaces `owned`: whatever says that a surface
 * is free.
 */
static uint32_t list_objects(
	const struct xf_pool *pool, uint64_t owned, struct xfi_watched watched[XF_POOL_MAX + 1])
{
	uint32_t count = 0;
	watched[count++] = watch(&pool->base);
	for (uint32_t i = 0; i < pool->count; i++) {
		struct xf_keyed_mutex *mutex;
		if (pool->surfaces[i]->sync)
			watched[count++] = watch(&pool->surfaces[i]->sync->base);
		else if (owned & xfi_bit(i) && xf_surface_mutex(pool->surfaces[i], &mutex) == 0)
			watched[count++] = watch(&mutex->base);
	}
	return count;
}

/* Of all mutexes: streams look for themselves which surface they want. */
uint32_t xfi_pool_watch(const struct xf_pool *pool, struct xfi_watched watched[XF_POOL_MAX + 1])
{
	return list_objects(pool, UINT64_MAX, watched);
}

/* Until somebody frees a surface, or owns one that is free. */
static int wait_for_free(struct attempt *attempt, int64_t deadline_ns)
{
	const struct xf_pool *pool = attempt->pool;
	struct xfi_watched watched[XF_POOL_MAX + 1];
	attempt->watched = attempt->owned;
	uint32_t count = list_objects(pool, attempt->watched, watched);
	if (count > 1)
		return xfi_bell_wait(watched, count, deadline_ns, try_hold, attempt);
	return xfi_park(pool->base.domain, xfi_park_hash(pool->base.index, 0), XFI_PARK_ALL_BITS,
		deadline_ns, try_hold, attempt);
}

static int hold(struct attempt *attempt, int64_t deadline_ns)
{
	int r = xfi_domain_check(attempt->pool->base.domain, true);
	if (!r)
		r = try_hold(attempt);
	while (r == LOOK_AGAIN || (r == XFI_AGAIN && deadline_ns > 0)) {
		if (deadline_ns <= 0 || xfi_past(deadline_ns))
			return XF_TIMEOUT;
		r = wait_for_free(attempt, deadline_ns);
	}
	return r == XFI_AGAIN ? XF_TIMEOUT : r;
}

int xf_pool_hold(struct xf_pool *pool, int64_t deadline_ns, uint32_t *ret_index)
{
	struct attempt attempt = { .pool = pool, .rekey = true };
	xfi_message_forget();
	if (!pool || !ret_index)
		return xf_fail(-EINVAL, "%s: pool or ret_index is NULL", __func__);
	int r = hold(&attempt, deadline_ns);
	if (!r)
		*ret_index = attempt.taken;
	return r;
}

/* What its mutex carries, for the holder to acquire it with. */
static void read_key(struct xf_surface *surface, struct xf_pool_use *use)
{
	struct xf_keyed_mutex *mutex;
	if (xf_surface_mutex(surface, &mutex))
		return;
	use->key = atomic_load(&mutex->base.slot->hot.keyed.key);
	use->fence = atomic_load(&mutex->base.slot->hot.keyed.fence);
}

int xf_pool_hold_use(struct xf_pool *pool, int64_t deadline_ns, struct xf_pool_use *ret_use)
{
	struct attempt attempt = { .pool = pool };
	xfi_message_forget();
	if (!pool || !xfi_params_size(ret_use, "struct xf_pool_use"))
		return pool ? -EINVAL : xf_fail(-EINVAL, "%s: pool is NULL", __func__);
	int r = hold(&attempt, deadline_ns);
	if (r)
		return r;
	struct xf_pool_use use = { .index = attempt.taken, .use = attempt.use };
	read_key(pool->surfaces[attempt.taken], &use);
	return XFI_PARAMS_WRITE(ret_use, struct xf_pool_use, &use);
}
