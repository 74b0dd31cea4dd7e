/* SPDX-License-Identifier: MIT */
/*
 * A mutex handed on while its last owner's queue still works. Its fence is a value of a timeline of
 * that owner's, whose id the slot keeps; a bit beside the data says that it is one.
 *
 * What if the owner dies before the fence is passed? Its timeline is abandoned, which tells those
 * who have it open. Who has not, and finds it gone, must be able to conclude that the fence was
 * passed: so the sweep abandons the mutex itself, in the first of its steps, before any slot is
 * freed. A timeline that is gone and a mutex that is not abandoned means: passed.
 */
#include <errno.h>

#include <crossfence/queue.h>

#include "base/kill_point.h"
#include "base/message.h"
#include "shm/object.h"
#include "sync/keyed_fence.h"
#include "sync/keyed_mutex.h"
#include "sync/timeline.h"

static int refuse(const struct xf_keyed_mutex *mutex)
{
	return xfi_keyed_mutex_abandoned(mutex) ? XF_ABANDONED : -EPERM;
}

static int check_owner(const struct xf_keyed_mutex *mutex)
{
	int r = xfi_handle_check(mutex ? &mutex->base : NULL);
	return r || xfi_keyed_mutex_held(mutex) ? r : refuse(mutex);
}

static int check_timeline(
	const struct xf_keyed_mutex *mutex, const struct xf_timeline *timeline, uint64_t value)
{
	struct xf_domain *d = mutex->base.domain;
	if (!timeline || timeline->base.domain != d)
		return xf_fail(-EINVAL, "timeline is NULL, or of another domain than the mutex");
	if (atomic_load(&timeline->base.slot->hot.timeline.owner) != d->self + 1)
		return xf_fail(-EINVAL, "the timeline is not owned by this process "
					"(XF_TIMELINE_OWNED), so nobody would learn of its death");
	if (atomic_load(&timeline->base.slot->hot.timeline.abandoned))
		return xf_fail(-EINVAL, "the timeline is abandoned");
	return value < XF_TIMELINE_RELEASED ? 0 : xf_fail(-EINVAL, "value is 2^63 - 1 or more");
}

/*
 * The order of the stores is: no timeline; its id; the fence (with the release). See reads_fence():
 * whoever reads a fence between two equal ids has the one that belongs to it.
 */
static void name_timeline(struct xfi_slot *slot, xf_id id)
{
	struct xfi_keyed_hot *hot = &slot->hot.keyed;
	xfi_km_unfence(hot);
	atomic_store(&slot->cold.fence_timeline, id);
	XFI_KILL_POINT("fence:named");
	atomic_fetch_or(&hot->data_size, XFI_KM_FENCED);
}

int xf_keyed_mutex_release_after(
	struct xf_keyed_mutex *mutex, uint64_t key, struct xf_timeline *timeline, uint64_t value)
{
	xfi_message_forget();
	int r = check_owner(mutex);
	if (!r)
		r = check_timeline(mutex, timeline, value);
	if (r)
		return r;
	name_timeline(mutex->base.slot, xf_timeline_id(timeline));
	return xfi_keyed_mutex_hand_on(mutex, key, value);
}

int xf_keyed_mutex_fence(struct xf_keyed_mutex *mutex, xf_id *ret_timeline, uint64_t *ret_value)
{
	xfi_message_forget();
	if (!ret_timeline || !ret_value)
		return xf_fail(-EINVAL, "%s: ret_timeline or ret_value is NULL", __func__);
	int r = check_owner(mutex);
	if (r)
		return r;
	struct xfi_slot *slot = mutex->base.slot;
	bool fenced = atomic_load(&slot->hot.keyed.data_size) & XFI_KM_FENCED;
	*ret_timeline = fenced ? atomic_load(&slot->cold.fence_timeline) : 0;
	*ret_value = atomic_load(&slot->hot.keyed.fence);
	return 0;
}

int xf_keyed_mutex_give_back(struct xf_keyed_mutex *mutex)
{
	xfi_message_forget();
	int r = check_owner(mutex);
	if (r)
		return r;
	struct xfi_keyed_hot *hot = &mutex->base.slot->hot.keyed;
	return xfi_keyed_mutex_hand_on(mutex, atomic_load(&hot->key), atomic_load(&hot->fence));
}

static bool names_fence(struct xfi_slot *slot, xf_id id)
{
	return atomic_load(&slot->hot.keyed.data_size) & XFI_KM_FENCED &&
	       atomic_load(&slot->cold.fence_timeline) == id;
}

/*
 * The fence, and whose it is. An owner may be releasing at the same time: it says that there is no
 * timeline, or names its own, before it writes a fence, and so the second look differs.
 */
static bool reads_fence(struct xfi_slot *slot, xf_id *ret_id, uint64_t *ret_value)
{
	*ret_id = atomic_load(&slot->cold.fence_timeline);
	if (!names_fence(slot, *ret_id))
		return false;
	*ret_value = atomic_load(&slot->hot.keyed.fence);
	return names_fence(slot, *ret_id);
}

static bool lost(struct xf_domain *d, struct xfi_slot *slot, uint32_t member)
{
	xf_id id;
	uint64_t value;
	if (!reads_fence(slot, &id, &value) || xfi_object_check(d, XF_TIMELINE, id))
		return false;
	struct xfi_timeline_hot *hot = &xfi_slot(d, xfi_id_index(id))->hot.timeline;
	return atomic_load(&hot->owner) == member + 1 && xfi_timeline_counter(hot) < value;
}

void xfi_fencer_died(struct xf_domain *d, uint32_t index, uint32_t member)
{
	struct xfi_slot *slot = xfi_slot(d, index);
	xfi_u64 *word = &slot->hot.keyed.word;
	if (!lost(d, slot, member))
		return;
	uint64_t seen = atomic_load(word);
	while ((seen & XFI_KM_STATE) <= XFI_KM_HELD)
		if (atomic_compare_exchange_strong(
			    word, &seen, xfi_km_next(seen, XFI_KM_UNTOLD, 0)))
			break;
	XFI_KILL_POINT("fence:abandoned");
	/* The sweep tells of what the dead member had open. */
	if (!(atomic_load(&slot->openers) & xfi_bit(member)))
		xfi_keyed_mutex_tell_abandoned(d, index);
}
