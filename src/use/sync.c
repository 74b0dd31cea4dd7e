/* SPDX-License-Identifier: MIT */
/* Handles of sync objects, and the calls that belong to neither producer nor consumer. */
#include "base/message.h"
#include "base/params.h"
#include "sync/event.h"
#include "use/op.h"
#include "use/reader.h"
#include "use/sync.h"

/* Closes the handle when there is no memory for the part. */
static int join_part(struct xf_sync *sync, struct xf_sync **ret_sync)
{
	int r = xfi_sync_part_get(sync->base.domain, sync->base.index, &sync->part);
	if (r) {
		xfi_handle_close(&sync->base);
		return r;
	}
	pthread_mutex_lock(&sync->part->lock);
	sync->next = sync->part->handles;
	sync->part->handles = sync;
	pthread_mutex_unlock(&sync->part->lock);
	*ret_sync = sync;
	return 0;
}

int xf_sync_create(struct xf_domain *d, const char *label, struct xf_sync **ret_sync)
{
	if (!ret_sync)
		return xf_fail(-EINVAL, "%s: ret_sync is NULL", __func__);
	int r;
	struct xf_sync *sync = xfi_handle_create(d, XF_SYNC, label, sizeof(*sync), &r);
	if (!sync)
		return r;
	atomic_store(
		&xfi_sync_hot(d, sync->base.index)->state, xfi_sync_state(1, XFI_SYNC_IDLE, 0));
	r = join_part(sync, ret_sync);
	if (!r)
		xfi_handle_publish(&sync->base);
	return r;
}

int xf_sync_open(struct xf_domain *d, xf_id id, struct xf_sync **ret_sync)
{
	if (!ret_sync)
		return xf_fail(-EINVAL, "%s: ret_sync is NULL", __func__);
	int r;
	struct xf_sync *sync = xfi_handle_open(d, XF_SYNC, id, sizeof(*sync), &r);
	return sync ? join_part(sync, ret_sync) : r;
}

xf_id xf_sync_id(const struct xf_sync *sync)
{
	return sync ? xfi_handle_id(&sync->base) : 0;
}

int xf_sync_on_final_release(struct xf_sync *sync, struct xf_event *event)
{
	if (!event)
		return xf_fail(-EINVAL, "%s: event is NULL", __func__);
	if (sync && event->base.domain != sync->part->domain)
		return xf_fail(-EINVAL, "the event is of another domain than the sync object");
	int r = xfi_sync_lock(sync);
	if (r)
		return r;
	r = xfi_sync_part_register(sync->part, event);
	xfi_sync_unlock_and_fire(sync);
	return r;
}

int xf_sync_reset(struct xf_sync *sync)
{
	int r = xfi_sync_lock(sync);
	if (r)
		return r;
	r = xfi_sync_next_use(sync->part->domain, sync->part->index);
	xfi_sync_unlock(sync);
	return r;
}

int xf_sync_info(struct xf_sync *sync, struct xf_sync_info *ret_info)
{
	xfi_message_forget();
	if (!sync || !ret_info)
		return xf_fail(-EINVAL, "%s: sync or ret_info is NULL", __func__);
	int r = xfi_domain_check(sync->part->domain, false);
	if (r)
		return r;
	struct xfi_sync_hot *hot = xfi_sync_handle_hot(sync);
	uint64_t producers = atomic_load(&hot->producers);
	uint64_t readers = atomic_load(&hot->reading) | atomic_load(&hot->releasing);
	uint64_t state = atomic_load(&hot->state);
	struct xf_sync_info info = {
		.size = sizeof(info),
		.use = xfi_sync_use(state),
		.ready = xfi_sync_phase(state) == XFI_SYNC_READY,
		.abandoned = xfi_sync_phase(state) == XFI_SYNC_ABANDONED,
		.pending_ready = (uint32_t)__builtin_popcountll(producers),
		.pending_release = (uint32_t)__builtin_popcountll(readers),
	};
	return XFI_PARAMS_WRITE(ret_info, struct xf_sync_info, &info);
}

static void end_handle_locked(struct xf_sync *sync)
{
	struct xf_sync **link = &sync->part->handles;
	xfi_sync_end_production_locked(sync);
	if (sync->subscribed)
		xfi_sync_unsubscribe_locked(sync);
	while (*link != sync)
		link = &(*link)->next;
	*link = sync->next;
}

void xf_sync_close(struct xf_sync *sync)
{
	XFI_MESSAGE_STAYS;
	if (!sync)
		return;
	struct xfi_sync_part *part = sync->part;
	struct xf_domain *d = part->domain;
	/* In a child of a fork somebody may hold the part's lock for ever; it keeps its copy. */
	if (xfi_domain_check(d, false) == 0) {
		xfi_sync_call_ops_back(sync);
		pthread_mutex_lock(&part->lock);
		end_handle_locked(sync);
		xfi_sync_unlock(sync);
		if (!d->read_only)
			xfi_sync_fire(d, part->index);
		xfi_sync_part_put(part);
	}
	xfi_handle_close(&sync->base);
}
