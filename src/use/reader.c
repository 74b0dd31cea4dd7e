/* SPDX-License-Identifier: MIT */
/* Those who wait for ready: subscribers, their threads and queues, and events. */
#include "base/message.h"
#include "shm/park.h"
#include "sync/event.h"
#include "use/reader.h"
#include "use/sync.h"

/* Takes the process out of `reading` once all its subscribers are done with the use. */
static void reading_done_locked(struct xf_sync *sync)
{
	uint64_t use = xfi_sync_use(xfi_sync_handle_state(sync));
	for (struct xf_sync *s = sync->part->handles; s; s = s->next)
		if (s->subscribed && s->done < use)
			return;
	atomic_fetch_and(&xfi_sync_handle_hot(sync)->reading, ~xfi_self_bit(sync->part->domain));
}

/* The use cannot change as long as we are in `reading`, so it is the one that was waited for. */
void xfi_sync_end_reading_locked(struct xf_sync *sync)
{
	sync->done = xfi_sync_use(xfi_sync_handle_state(sync));
	reading_done_locked(sync);
}

int xf_sync_skip(struct xf_sync *sync)
{
	int r = xfi_sync_lock(sync);
	if (r)
		return r;
	uint64_t state = xfi_sync_handle_state(sync);
	if (!sync->subscribed)
		r = -EPERM;
	else if (xfi_sync_phase(state) != XFI_SYNC_READY || sync->done >= xfi_sync_use(state))
		r = -EAGAIN;
	if (!r) {
		sync->reading = false;
		xfi_sync_end_reading_locked(sync);
	}
	xfi_sync_unlock_and_fire(sync);
	return r;
}

int xf_sync_subscribe(struct xf_sync *sync)
{
	int r = xfi_sync_lock(sync);
	if (r)
		return r;
	if (!sync->subscribed) {
		atomic_fetch_or(
			&xfi_sync_handle_hot(sync)->readers, xfi_self_bit(sync->part->domain));
		/* Idle: who shares the use later sees us. Otherwise it is not ours. */
		uint64_t state = xfi_sync_handle_state(sync), use = xfi_sync_use(state);
		sync->done = xfi_sync_phase(state) == XFI_SYNC_IDLE ? use - 1 : use;
		sync->waited = sync->done;
		sync->reading = false;
		sync->subscribed = true;
	}
	xfi_sync_unlock(sync);
	return 0;
}

void xfi_sync_unsubscribe_locked(struct xf_sync *sync)
{
	bool any = false;
	sync->subscribed = false;
	for (struct xf_sync *s = sync->part->handles; s; s = s->next)
		any |= s->subscribed;
	if (!any)
		atomic_fetch_and(
			&xfi_sync_handle_hot(sync)->readers, ~xfi_self_bit(sync->part->domain));
	reading_done_locked(sync);
}

int xf_sync_unsubscribe(struct xf_sync *sync)
{
	int r = xfi_sync_lock(sync);
	if (r)
		return r;
	if (sync->subscribed)
		xfi_sync_unsubscribe_locked(sync);
	xfi_sync_unlock_and_fire(sync);
	return 0;
}

/* What a wait that begins now waits for. */
static uint64_t next_use_locked(const struct xf_sync *sync)
{
	uint64_t use = xfi_sync_use(xfi_sync_handle_state(sync));
	if (!sync->subscribed)
		return use;
	if (sync->reading)
		return sync->waited;
	if (use <= sync->done)
		use = sync->done + 1;
	return use <= sync->waited ? sync->waited + 1 : use;
}

struct attempt {
	struct xf_sync *sync;
	uint64_t use;
	bool subscribed;
};

static int try_ready(void *arg)
{
	struct attempt *attempt = arg;
	const struct xfi_sync_part *part = attempt->sync->part;
	uint64_t state = xfi_sync_handle_state(attempt->sync);
	unsigned phase = xfi_sync_phase(state);
	bool ours = xfi_sync_use(state) >= attempt->use;
	if (ours && (phase == XFI_SYNC_ABANDONED || phase == XFI_SYNC_READY)) {
		attempt->use = xfi_sync_use(state);
		return phase == XFI_SYNC_READY ? 0 : XF_ABANDONED;
	}
	/* Ready already, and reset since: what a subscriber waits for is not reset. */
	if (!attempt->subscribed && xfi_sync_was_ready(part->domain, part->index, attempt->use))
		return 0;
	return XFI_AGAIN;
}

static int wait_here(struct xf_sync *sync, int64_t deadline_ns, uint64_t *ret_use)
{
	struct xfi_sync_part *part = sync->part;
	int r = xfi_park_check(part->domain);
	if (r)
		return r;
	pthread_mutex_lock(&part->lock);
	struct attempt attempt = { sync, next_use_locked(sync), sync->subscribed };
	xfi_sync_unlock(sync);
	r = try_ready(&attempt);
	if (r == XFI_AGAIN)
		r = deadline_ns <= 0 ? XF_TIMEOUT
				     : xfi_park(part->domain, xfi_park_hash(part->index, 0),
					       XFI_PARK_ALL_BITS, deadline_ns, try_ready, &attempt);
	if (r != 0 && r != XF_ABANDONED)
		return r;
	*ret_use = attempt.use;
	pthread_mutex_lock(&part->lock);
	if (sync->subscribed) {
		/* What is ready stays until we release it. What is abandoned may be over. */
		sync->waited = attempt.use;
		sync->reading = r == 0;
		if (r == XF_ABANDONED)
			sync->done = sync->waited;
	}
	xfi_sync_unlock(sync);
	return r;
}

static int wait_on_queue(struct xf_sync *sync, struct xf_queue *queue, uint64_t *ret_use)
{
	struct xf_timeline *timeline;
	int r = xfi_sync_lock(sync);
	if (r)
		return r;
	uint64_t use = next_use_locked(sync);
	r = xfi_sync_part_timeline(sync->part, use, &timeline);
	if (!r)
		r = xf_queue_wait(queue, timeline, use);
	if (!r) {
		sync->waited = use;
		sync->reading = true;
		*ret_use = use;
	}
	xfi_sync_unlock(sync);
	return r;
}

int xf_sync_ready_wait_use(
	struct xf_sync *sync, struct xf_queue *queue, int64_t deadline_ns, uint64_t *ret_use)
{
	xfi_message_forget();
	if (!sync || !ret_use)
		return xf_fail(-EINVAL, "%s: sync or ret_use is NULL", __func__);
	return queue ? wait_on_queue(sync, queue, ret_use) : wait_here(sync, deadline_ns, ret_use);
}

int xf_sync_ready_wait(struct xf_sync *sync, struct xf_queue *queue, int64_t deadline_ns)
{
	uint64_t use;
	xfi_message_forget();
	return sync ? xf_sync_ready_wait_use(sync, queue, deadline_ns, &use)
		    : xf_fail(-EINVAL, "%s: sync is NULL", __func__);
}

int xf_sync_on_ready(struct xf_sync *sync, struct xf_event *event)
{
	if (!event)
		return xf_fail(-EINVAL, "%s: event is NULL", __func__);
	if (sync && event->base.domain != sync->part->domain)
		return xf_fail(-EINVAL, "the event is of another domain than the sync object");
	int r = xfi_sync_lock(sync);
	if (r)
		return r;
	uint64_t use = xfi_sync_use(xfi_sync_handle_state(sync));
	bool settled = xfi_sync_settled(sync->part->domain, sync->part->index, use);
	r = settled ? xf_event_set(event) : xfi_sync_part_note(sync->part, event, use);
	xfi_sync_unlock(sync);
	return r;
}
