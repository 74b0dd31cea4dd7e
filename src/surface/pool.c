/* SPDX-License-Identifier: MIT */
/*
 * A pool is a slot that counts its surfaces; each surface carries the set of members that hold it.
 * Taking a free surface is one compare-and-swap of that set from empty to oneself, giving it up is
 * one fetch-and, and so is what the sweep does for the dead.
 *
 * Where surfaces carry sync objects, those say who is not done with them. A member then is a holder
 * only while it begins the next use, so that two do not begin the same one.
 */
#include <errno.h>
#include <string.h>

#include "base/message.h"
#include "shm/arena.h"
#include "shm/directory.h"
#include "shm/lifeline.h"
#include "shm/object.h"
#include "surface/carried.h"
#include "surface/device.h"
#include "surface/pool.h"
#include "surface/surface.h"
#include "surface/use.h"
#include "use/sync.h"

#include <crossfence/pool.h>

/* Its surfaces name the pool before it is published, by the id that it will have. */
static int make_surfaces(
	struct xf_pool *pool, struct xfi_surface_plan *plan, const int *fds, uint32_t count)
{
	uint32_t generation = xfi_head_generation(atomic_load(&pool->base.slot->head));
	plan->pool = xfi_id(XF_POOL, pool->base.index, generation);
	for (; pool->count < count; pool->count++) {
		plan->pool_index = pool->count;
		plan->fd = fds ? fds[pool->count] : -1;
		int r = xfi_surface_make(pool->base.domain, plan, &pool->surfaces[pool->count]);
		if (r)
			return r;
	}
	return 0;
}

static int check_arguments(
	struct xf_domain *d, uint32_t count, uint32_t flags, struct xf_pool **ret_pool)
{
	if (!d || !ret_pool)
		return xf_fail(-EINVAL, "domain or ret_pool is NULL");
	if (!count || count > XF_POOL_MAX)
		return xf_fail(
			-EINVAL, "count is %u; a pool has 1 to %u surfaces", count, XF_POOL_MAX);
	if (!xfi_surface_flags_ok(flags))
		return xf_fail(-EINVAL, "flags 0x%x: keyed, or with a sync object, or 0", flags);
	return 0;
}

/* `fds` NULL: surfaces of the payload. */
static int make(struct xf_domain *d, struct xfi_surface_plan *plan, const int *fds, uint32_t count,
	const char *label, struct xf_pool **ret_pool)
{
	int r;
	struct xf_pool *pool = xfi_handle_create(d, XF_POOL, label, sizeof(*pool), &r);
	if (!pool)
		return r;
	xfi_holds_enter(pool);
	struct xfi_pool_hot *hot = &pool->base.slot->hot.pool;
	xfi_put(&hot->count, count);
	xfi_put(&hot->width, plan->desc.width_px);
	xfi_put(&hot->height, plan->desc.height_px);
	xfi_put(&hot->fourcc, plan->desc.fourcc);
	r = make_surfaces(pool, plan, fds, count);
	if (r) {
		xf_pool_close(pool);
		return r;
	}
	xfi_put(&hot->first, xf_surface_id(pool->surfaces[0]));
	xfi_handle_publish(&pool->base);
	*ret_pool = pool;
	return 0;
}

int xf_pool_create(struct xf_domain *d, const struct xf_surface_desc *desc, uint32_t count,
	uint32_t flags, const char *label, struct xf_pool **ret_pool)
{
	struct xfi_surface_plan plan;
	xfi_message_forget();
	int r = check_arguments(d, count, flags, ret_pool);
	if (!r)
		r = xfi_surface_plan(&plan, desc);
	if (!r)
		r = xfi_surface_check_own(&plan);
	if (r)
		return r;
	plan.flags = flags;
	memset(plan.desc.label, 0, sizeof(plan.desc.label)); /* they are called after the pool */
	return make(d, &plan, NULL, count, label, ret_pool);
}

int xf_pool_import(struct xf_domain *d, const struct xf_surface_desc *desc, const int *fds,
	uint32_t count, uint32_t flags, const char *label, struct xf_pool **ret_pool)
{
	struct xfi_surface_plan plan;
	xfi_message_forget();
	int r = check_arguments(d, count, flags, ret_pool);
	if (!r && !fds)
		r = xf_fail(-EINVAL, "fds is NULL");
	if (!r)
		r = xfi_surface_plan(&plan, desc);
	if (!r && plan.desc.memory == XF_MEMORY_HOST)
		r = xf_fail(-EINVAL, "a pool of host memory is not imported: members could not "
				     "open it");
	for (uint32_t i = 0; !r && i < count; i++)
		r = fds[i] < 0 ? -EBADF : 0;
	if (!r)
		r = xfi_device_bits(d, &plan.desc, &plan.device_bits);
	if (r)
		return r;
	plan.flags = flags;
	memset(plan.desc.label, 0, sizeof(plan.desc.label));
	return make(d, &plan, fds, count, label, ret_pool);
}

/* Getting it can fail where the surface is there: that is no other's lie. */
static bool is_of_device(const struct xfi_surface_hot *hot)
{
	return xfi_device_kind(xfi_get(&hot->flags)) != XF_MEMORY_HOST;
}

/* 1: opened; 0: it is not there, or not what it should be. */
static int open_surface(struct xf_pool *pool, xf_id surface, uint32_t index)
{
	struct xf_domain *d = pool->base.domain;
	int r = surface ? xf_surface_open(d, surface, &pool->surfaces[index]) : -ESTALE;
	if (r == -ENOMEM || (r && r != -ESTALE &&
				    is_of_device(&xfi_slot(d, xfi_id_index(surface))->hot.surface)))
		return r;
	return !r;
}

/* Those that the directory lacks. Each claim is checked: index, no double, count. */
static int open_surfaces_by_walk(struct xf_pool *pool, xf_id id, uint32_t found)
{
	struct xf_domain *d = pool->base.domain;
	uint32_t end = atomic_load(&d->header->slots_end);
	for (uint32_t i = 0; i < end && i < d->geometry.capacity && found < pool->count; i++) {
		struct xfi_part part = { id, xfi_get(&xfi_slot(d, i)->hot.surface.index) };
		xf_id surface = xfi_object_id(d, i);
		if (part.place >= pool->count || pool->surfaces[part.place] ||
			!xfi_is_part(d, i, &part))
			continue;
		int r = open_surface(pool, surface, part.place);
		if (r < 0)
			return r;
		found += (uint32_t)r;
	}
	return found == pool->count ? 0 : -ESTALE;
}

static int open_surfaces(struct xf_pool *pool, xf_id id)
{
	uint32_t found = 0;
	for (uint32_t i = 0; i < pool->count; i++) {
		struct xfi_part part = { id, i };
		bool sure; /* there can be no newer one but by somebody's lie */
		xf_id surface = xfi_directory_find(
			pool->base.domain, xfi_hash_of_part(&part), xfi_is_part, &part, &sure);
		int r = open_surface(pool, surface, i);
		if (r < 0)
			return r;
		found += (uint32_t)r;
	}
	return found == pool->count ? 0 : open_surfaces_by_walk(pool, id, found);
}

/* Who made it made them so, and producers write all of them by what the first one says. */
static bool are_alike(const struct xf_pool *pool)
{
	for (uint32_t i = 1; i < pool->count; i++)
		if (memcmp(&pool->surfaces[i]->desc, &pool->surfaces[0]->desc,
			    sizeof(pool->surfaces[0]->desc)) != 0)
			return false;
	return true;
}

int xf_pool_open(struct xf_domain *d, xf_id id, struct xf_pool **ret_pool)
{
	if (!ret_pool)
		return xf_fail(-EINVAL, "%s: ret_pool is NULL", __func__);
	int r;
	struct xf_pool *pool = xfi_handle_open(d, XF_POOL, id, sizeof(*pool), &r);
	if (!pool)
		return r;
	xfi_holds_enter(pool);
	pool->count = xfi_get(&pool->base.slot->hot.pool.count);
	if (pool->count < 1 || pool->count > XF_POOL_MAX) {
		pool->count = 0;
		r = -EPROTO;
	}
	if (!r)
		r = open_surfaces(pool, id);
	if (!r && !are_alike(pool))
		r = -EPROTO;
	if (r) {
		xf_pool_close(pool);
		return r;
	}
	*ret_pool = pool;
	return 0;
}

xf_id xfi_pool_find_surface(struct xf_domain *d, xf_id id, uint32_t i)
{
	struct xfi_part part = { id, i };
	bool sure;
	xf_id found = xfi_directory_find(d, xfi_hash_of_part(&part), xfi_is_part, &part, &sure);
	return found ? found : xfi_directory_walk(d, xfi_is_part, &part);
}

static void keep_surface(struct xf_domain *d, xf_id id, uint64_t members)
{
	const struct xfi_surface_hot *hot = &xfi_slot(d, xfi_id_index(id))->hot.surface;
	xf_id carried = atomic_load(&hot->carried);
	if (is_of_device(hot))
		return;
	xfi_object_keep(d, XF_SURFACE, id, members);
	if (xfi_id_type(carried) == XF_KEYED_MUTEX || xfi_id_type(carried) == XF_SYNC)
		xfi_object_keep(d, (enum xf_type)xfi_id_type(carried), carried, members);
}

void xfi_pool_keep(struct xf_domain *d, xf_id id, uint64_t members)
{
	if (xfi_id_type(id) != XF_POOL || xfi_object_check(d, XF_POOL, id))
		return;
	const struct xfi_slot *slot = xfi_slot(d, xfi_id_index(id));
	uint32_t count = xfi_get(&slot->hot.pool.count);
	xfi_object_keep(d, XF_POOL, id, members);
	if (count > XF_POOL_MAX)
		return;
	for (uint32_t i = 0; i < count; i++) {
		xf_id surface = xfi_pool_find_surface(d, id, i);
		if (surface)
			keep_surface(d, surface, members);
	}
}

static void close_handles(struct xf_pool *pool)
{
	for (uint32_t i = 0; i < pool->count; i++)
		xf_surface_close(pool->surfaces[i]);
	xfi_handle_close(&pool->base);
}

void xfi_pool_close(struct xf_pool *pool)
{
	if (!pool)
		return;
	xfi_holds_leave(pool, false);
	close_handles(pool);
}

void xf_pool_close(struct xf_pool *pool)
{
	XFI_MESSAGE_STAYS;
	if (!pool)
		return;
	xfi_holds_leave(pool, true);
	close_handles(pool);
}

xf_id xf_pool_id(const struct xf_pool *pool)
{
	return pool ? xfi_handle_id(&pool->base) : 0;
}

uint32_t xf_pool_count(const struct xf_pool *pool)
{
	return pool ? pool->count : 0;
}

struct xf_surface *xf_pool_surface(struct xf_pool *pool, uint32_t index)
{
	return pool && index < pool->count ? pool->surfaces[index] : NULL;
}

bool xfi_pool_is_free(const struct xf_pool *pool, uint32_t i)
{
	return !atomic_load(&xfi_pool_surface_hot(pool, i)->holders) &&
	       !xfi_surface_in_use(pool->surfaces[i]) &&
	       !xfi_surface_owned_elsewhere(pool->surfaces[i]);
}

bool xfi_pool_begin_use(struct xf_pool *pool, uint32_t i)
{
	uint64_t use;
	return xfi_surface_begin_use(pool->surfaces[i], &use) != -EBUSY &&
	       xfi_surface_ready_mutex(pool->surfaces[i], true) == 0;
}

void xfi_pool_abandon(struct xf_pool *pool, uint32_t i)
{
	(void)xfi_surface_end_use(pool->surfaces[i]); /* -EPERM: it was said to be ready */
	(void)xfi_pool_drop(pool, i); /* false: somebody took it away from us */
}

/* For surfaces with sync objects the subscribers are theirs. */
static void subscribe_each(struct xf_pool *pool, bool in)
{
	for (uint32_t i = 0; i < pool->count; i++) {
		struct xf_sync *sync = pool->surfaces[i] ? pool->surfaces[i]->sync : NULL;
		if (sync) /* fails as we would have */
			(void)(in ? xf_sync_subscribe(sync) : xf_sync_unsubscribe(sync));
	}
}

static int change_readers(struct xf_pool *pool, bool in)
{
	xfi_message_forget();
	if (!pool)
		return xf_fail(-EINVAL, "%s: pool is NULL",
			in ? "xf_pool_subscribe" : "xf_pool_unsubscribe");
	int r = xfi_domain_check(pool->base.domain, true);
	if (r)
		return r;
	subscribe_each(pool, in);
	xfi_holds_subscribe(pool, in);
	return 0;
}

int xf_pool_subscribe(struct xf_pool *pool)
{
	return change_readers(pool, true);
}

int xf_pool_unsubscribe(struct xf_pool *pool)
{
	return change_readers(pool, false);
}

static int check_index(struct xf_pool *pool, uint32_t index)
{
	if (!pool)
		return xf_fail(-EINVAL, "pool is NULL");
	if (index >= pool->count)
		return xf_fail(
			-EINVAL, "index is %u; the pool has %u surfaces", index, pool->count);
	return xfi_domain_check(pool->base.domain, true);
}

/*
 * A reader that dies between our look at the readers and the fetch-or would be added after the
 * sweep has looked; so look again afterwards, and take back whoever is no reader any more. The
 * sweep removes readers before it removes holders.
 */
int xf_pool_share(struct xf_pool *pool, uint32_t index, uint32_t *ret_readers)
{
	xfi_message_forget();
	int r = check_index(pool, index);
	if (r)
		return r;
	uint64_t self = xfi_self_bit(pool->base.domain);
	xfi_u64 *holders = &xfi_pool_surface_hot(pool, index)->holders;
	if (!(atomic_load(holders) & self))
		return -EPERM;
	uint64_t readers = atomic_load(&pool->base.slot->hot.pool.readers) & ~self;
	XFI_KILL_POINT("pool:sharing");
	atomic_fetch_or(holders, readers);
	XFI_KILL_POINT("pool:shared");
	uint64_t left = readers & ~atomic_load(&pool->base.slot->hot.pool.readers);
	if (left)
		atomic_fetch_and(holders, ~left);
	if (ret_readers)
		*ret_readers = (uint32_t)__builtin_popcountll(readers & ~left);
	return 0;
}

int xf_pool_rejoin(struct xf_pool *pool, uint32_t index)
{
	xfi_message_forget();
	int r = check_index(pool, index);
	return r ? r : xfi_holds_rejoin(pool, index);
}

int xf_pool_give(struct xf_pool *pool, uint32_t index)
{
	xfi_message_forget();
	int r = check_index(pool, index);
	if (!r)
		r = xfi_surface_end_use(pool->surfaces[index]);
	if (r != XFI_UNTRACKED)
		return r;
	return xfi_holds_give(pool, index) ? 0 : -EPERM;
}

int xf_pool_reclaimed(struct xf_pool *pool, uint64_t *ret_count)
{
	xfi_message_forget();
	if (!pool || !ret_count)
		return xf_fail(-EINVAL, "%s: pool or ret_count is NULL", __func__);
	int r = xfi_domain_check(pool->base.domain, false);
	if (!r)
		*ret_count = atomic_load(&pool->base.slot->hot.pool.reclaimed);
	return r;
}

static bool surface_member_died(struct xf_domain *d, uint32_t index, uint32_t member)
{
	return atomic_load(&xfi_slot(d, index)->hot.surface.holders) & xfi_bit(member);
}

static void surface_member_gone(struct xf_domain *d, uint32_t index, uint32_t member)
{
	struct xfi_surface_hot *hot = &xfi_slot(d, index)->hot.surface;
	uint64_t bit = xfi_bit(member);
	/* Also what it may have added on behalf of readers that are gone: see xf_pool_share(). */
	uint64_t keep = xfi_members_in_use(d) & ~bit;
	uint64_t before = atomic_fetch_and(&hot->holders, keep);
	xf_id id = xfi_get(&hot->pool);
	if (!(before & ~keep) || xfi_object_check(d, XF_POOL, id))
		return;
	uint32_t pool = xfi_id_index(id);
	if (before & bit)
		atomic_fetch_add(&xfi_slot(d, pool)->hot.pool.reclaimed, 1);
	if (!(before & keep))
		xfi_pool_freed(d, pool);
}

/* Given back, and whoever waits for one not told, perhaps. */
static uint32_t surface_tell(struct xf_domain *d, uint32_t index)
{
	const struct xfi_surface_hot *hot = &xfi_slot(d, index)->hot.surface;
	xf_id id = xfi_get(&hot->pool);
	if (!atomic_load(&hot->holders) && xfi_id_type(id) == XF_POOL &&
		xfi_object_check(d, XF_POOL, id) == 0)
		xfi_pool_freed(d, xfi_id_index(id));
	return 0;
}

static void surface_freed(struct xf_domain *d, uint32_t index)
{
	struct xfi_surface_hot *hot = &xfi_slot(d, index)->hot.surface;
	uint64_t begin = xfi_get(&hot->payload_offset), bytes = xfi_get(&hot->size_bytes);
	if (begin != UINT64_MAX && bytes)
		xfi_arena_drop_payload(d, begin, bytes);
	/* Dropped once: what is done again after a death half-way finds no range any more. */
	xfi_put(&hot->size_bytes, 0);
	atomic_signal_fence(memory_order_seq_cst);
}

static bool pool_member_died(struct xf_domain *d, uint32_t index, uint32_t member)
{
	atomic_fetch_and(&xfi_slot(d, index)->hot.pool.readers, ~xfi_bit(member));
	return false;
}

const struct xfi_type_ops xfi_surface_ops = {
	.member_died = surface_member_died,
	.member_gone = surface_member_gone,
	.tell = surface_tell,
	.freed = surface_freed,
};
const struct xfi_type_ops xfi_pool_ops = { .member_died = pool_member_died };
