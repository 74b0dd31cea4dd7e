/* SPDX-License-Identifier: MIT */
/*
 * Handles of sync objects. What is handed to a queue is an op, which the queue calls back when it
 * has done everything before it; the op is listed in its handle, which ends it when it is closed
 * while the queue never came to it.
 */
#include <errno.h>
#include <stdlib.h>

#include "shm/object.h"
#include "shm/park.h"
#include "sync/event.h"
#include "sync/sync.h"

enum kind { READY, RELEASE_READING, RELEASE_OTHER };

struct op {
	struct xf_sync *sync;
	enum kind kind;
	uint64_t use;
	struct op *next; /* sync.ops */
};

struct xf_sync {
	struct xfi_sync_part *part;
	/* Guarded by part.lock. */
	struct xf_sync *next; /* part.handles */
	struct op *ops;
	bool begun; /* producing; counted in part.producing */
	uint64_t begun_use;
	bool subscribed;
	bool reading; /* has waited for `waited`, and not released it */
	uint64_t waited; /* the last use waited for */
	uint64_t done; /* the last use that this subscriber has nothing to do with any more */
};

static struct xfi_sync_hot *hot_of(const struct xf_sync *sync)
{
	return xfi_sync_hot(sync->part->domain, sync->part->index);
}

static uint64_t state_of(const struct xf_sync *sync)
{
	return atomic_load(&hot_of(sync)->state);
}

static int make_handle(struct xf_domain *d, uint32_t index, struct xf_sync **ret_sync)
{
	struct xf_sync *sync = calloc(1, sizeof(*sync));
	int r = sync ? xfi_sync_part_get(d, index, &sync->part) : -ENOMEM;
	if (r) {
		free(sync);
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
	uint32_t index;
	if (!d || !ret_sync)
		return -EINVAL;
	int r = xfi_object_create(d, XF_SYNC, label, &index);
	if (r)
		return r;
	atomic_store(&xfi_sync_hot(d, index)->state, xfi_sync_state(1, XFI_SYNC_IDLE, 0));
	r = make_handle(d, index, ret_sync);
	if (r)
		xfi_object_close(d, index);
	else
		xfi_object_publish(d, index);
	return r;
}

int xf_sync_open(struct xf_domain *d, xf_id id, struct xf_sync **ret_sync)
{
	if (!d || !ret_sync)
		return -EINVAL;
	int r = xfi_object_open(d, XF_SYNC, id);
	if (r)
		return r;
	r = make_handle(d, xfi_id_index(id), ret_sync);
	if (r)
		xfi_object_close(d, xfi_id_index(id));
	return r;
}

xf_id xf_sync_id(const struct xf_sync *sync)
{
	return sync ? xfi_object_id(sync->part->domain, sync->part->index) : 0;
}

static int lock(struct xf_sync *sync)
{
	if (!sync)
		return -EINVAL;
	int r = xfi_domain_check(sync->part->domain, true);
	if (!r)
		pthread_mutex_lock(&sync->part->lock);
	return r;
}

static void unlock(struct xf_sync *sync)
{
	pthread_mutex_unlock(&sync->part->lock);
}

static void fire(struct xf_sync *sync)
{
	xfi_sync_fire(sync->part->domain, sync->part->index);
}

static void unlock_and_fire(struct xf_sync *sync)
{
	unlock(sync);
	fire(sync);
}

/* Takes the process out of `reading` once all its subscribers are done with the use. */
static void reading_done_locked(struct xf_sync *sync)
{
	uint64_t use = xfi_sync_use(state_of(sync));
	for (struct xf_sync *s = sync->part->handles; s; s = s->next)
		if (s->subscribed && s->done < use)
			return;
	atomic_fetch_and(&hot_of(sync)->reading, ~xfi_self_bit(sync->part->domain));
}

/* The use cannot change as long as we are in `reading`, so it is the one that was waited for. */
static void end_reading_locked(struct xf_sync *sync)
{
	sync->done = xfi_sync_use(state_of(sync));
	reading_done_locked(sync);
}

static int finish_locked(struct xf_sync *sync, enum kind kind, uint64_t use)
{
	struct xfi_sync_part *part = sync->part;
	int r = 0;
	switch (kind) {
	case READY:
		r = xfi_sync_make_ready(part->domain, part->index, use);
		xfi_sync_part_produced(part);
		xfi_sync_part_notify(part);
		break;
	case RELEASE_READING:
		end_reading_locked(sync);
		break;
	case RELEASE_OTHER:
		xfi_sync_part_released(part);
		break;
	}
	return r;
}

static void unlist_locked(struct op *op)
{
	struct op **link = &op->sync->ops;
	while (*link != op)
		link = &(*link)->next;
	*link = op->next;
}

/* On a thread of the queue. */
static void run(void *arg)
{
	struct op *op = arg;
	struct xf_sync *sync = op->sync;
	if (xfi_domain_check(sync->part->domain, true))
		return;
	pthread_mutex_lock(&sync->part->lock);
	unlist_locked(op);
	/* A ready that comes too late changes nothing, and nobody is there to be told. */
	(void)finish_locked(sync, op->kind, op->use);
	unlock_and_fire(sync);
	free(op);
}

/*
 * Hands `kind` over, or does it at once. Unlocks. When the queue refuses nothing has happened yet;
 * the caller undoes what it counted.
 */
static int hand_over(struct xf_sync *sync, struct xf_queue *queue, enum kind kind, uint64_t use)
{
	if (!queue) {
		int r = finish_locked(sync, kind, use);
		unlock_and_fire(sync);
		return r;
	}
	struct op *op = malloc(sizeof(*op));
	if (op) {
		*op = (struct op){ sync, kind, use, sync->ops };
		sync->ops = op;
	}
	unlock(sync);
	int r = op ? xf_queue_call(queue, run, op) : -ENOMEM;
	if (r && op) {
		pthread_mutex_lock(&sync->part->lock);
		unlist_locked(op);
		unlock(sync);
		free(op);
	}
	return r;
}

int xf_sync_begin(struct xf_sync *sync)
{
	int r = lock(sync);
	if (r)
		return r;
	if (!sync->begun)
		xfi_sync_part_produce(sync->part);
	uint64_t state = state_of(sync);
	bool idle = xfi_sync_phase(state) == XFI_SYNC_IDLE;
	sync->begun = idle;
	sync->begun_use = xfi_sync_use(state);
	if (!idle)
		xfi_sync_part_produced(sync->part);
	unlock_and_fire(sync);
	if (idle)
		return 0;
	return xfi_sync_phase(state) == XFI_SYNC_ABANDONED ? XF_ABANDONED : -EALREADY;
}

int xf_sync_ready(struct xf_sync *sync, struct xf_queue *queue)
{
	int r = lock(sync);
	if (r)
		return r;
	bool begun = sync->begun;
	if (!begun)
		xfi_sync_part_produce(sync->part);
	uint64_t state = state_of(sync), use = begun ? sync->begun_use : xfi_sync_use(state);
	sync->begun = false; /* its count goes over to the op */
	if (use != xfi_sync_use(state))
		queue = NULL; /* says -ESTALE, or abandoned, at once */
	else if (xfi_sync_phase(state) == XFI_SYNC_ABANDONED)
		queue = NULL;
	r = hand_over(sync, queue, READY, use);
	if (!r || !queue)
		return r;
	pthread_mutex_lock(&sync->part->lock);
	sync->begun = begun;
	if (!begun)
		xfi_sync_part_produced(sync->part);
	unlock_and_fire(sync);
	return r;
}

int xf_sync_release(struct xf_sync *sync, struct xf_queue *queue)
{
	int r = lock(sync);
	if (r)
		return r;
	bool reading = sync->subscribed && sync->reading;
	if (reading)
		sync->reading = false;
	else
		xfi_sync_part_release(sync->part);
	r = hand_over(sync, queue, reading ? RELEASE_READING : RELEASE_OTHER, 0);
	if (!r)
		return 0;
	pthread_mutex_lock(&sync->part->lock);
	if (reading)
		sync->reading = true;
	else
		xfi_sync_part_released(sync->part);
	unlock_and_fire(sync);
	return r;
}

int xf_sync_skip(struct xf_sync *sync)
{
	int r = lock(sync);
	if (r)
		return r;
	uint64_t state = state_of(sync);
	if (!sync->subscribed)
		r = -EPERM;
	else if (xfi_sync_phase(state) != XFI_SYNC_READY || sync->done >= xfi_sync_use(state))
		r = -EAGAIN;
	if (!r) {
		sync->reading = false;
		end_reading_locked(sync);
	}
	unlock_and_fire(sync);
	return r;
}

int xf_sync_subscribe(struct xf_sync *sync)
{
	int r = lock(sync);
	if (r)
		return r;
	if (!sync->subscribed) {
		atomic_fetch_or(&hot_of(sync)->readers, xfi_self_bit(sync->part->domain));
		/* Idle: who shares the use later sees us. Otherwise it is not ours. */
		uint64_t state = state_of(sync), use = xfi_sync_use(state);
		sync->done = xfi_sync_phase(state) == XFI_SYNC_IDLE ? use - 1 : use;
		sync->waited = sync->done;
		sync->reading = false;
		sync->subscribed = true;
	}
	unlock(sync);
	return 0;
}

static void unsubscribe_locked(struct xf_sync *sync)
{
	bool any = false;
	sync->subscribed = false;
	for (struct xf_sync *s = sync->part->handles; s; s = s->next)
		any |= s->subscribed;
	if (!any)
		atomic_fetch_and(&hot_of(sync)->readers, ~xfi_self_bit(sync->part->domain));
	reading_done_locked(sync);
}

int xf_sync_unsubscribe(struct xf_sync *sync)
{
	int r = lock(sync);
	if (r)
		return r;
	if (sync->subscribed)
		unsubscribe_locked(sync);
	unlock_and_fire(sync);
	return 0;
}

/* What a wait that begins now waits for. */
static uint64_t next_use_locked(const struct xf_sync *sync)
{
	uint64_t use = xfi_sync_use(state_of(sync));
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
	uint64_t state = state_of(attempt->sync);
	unsigned phase = xfi_sync_phase(state);
	bool ours = xfi_sync_use(state) >= attempt->use;
	if (ours && phase == XFI_SYNC_ABANDONED)
		return XF_ABANDONED;
	if (ours && phase == XFI_SYNC_READY)
		return 0;
	/* Ready already, and reset since: what a subscriber waits for is not reset. */
	if (!attempt->subscribed && xfi_sync_was_ready(part->domain, part->index, attempt->use))
		return 0;
	return XFI_AGAIN;
}

static int wait_here(struct xf_sync *sync, int64_t deadline_ns)
{
	struct xfi_sync_part *part = sync->part;
	int r = xfi_domain_check_wait(part->domain);
	if (r)
		return r;
	pthread_mutex_lock(&part->lock);
	struct attempt attempt = { sync, next_use_locked(sync), sync->subscribed };
	unlock(sync);
	r = try_ready(&attempt);
	if (r == XFI_AGAIN)
		r = deadline_ns <= 0 ? XF_TIMEOUT
				     : xfi_park(part->domain, xfi_park_hash(part->index, 0),
					       XFI_PARK_ALL_BITS, deadline_ns, try_ready, &attempt);
	if (r != 0 && r != XF_ABANDONED)
		return r;
	pthread_mutex_lock(&part->lock);
	if (sync->subscribed) {
		sync->waited = xfi_sync_use(state_of(sync));
		sync->reading = r == 0;
		if (r == XF_ABANDONED)
			sync->done = sync->waited;
	}
	unlock(sync);
	return r;
}

int xf_sync_ready_wait(struct xf_sync *sync, struct xf_queue *queue, int64_t deadline_ns)
{
	struct xf_timeline *timeline;
	if (!sync)
		return -EINVAL;
	if (!queue)
		return wait_here(sync, deadline_ns);
	int r = lock(sync);
	if (r)
		return r;
	uint64_t use = next_use_locked(sync);
	r = xfi_sync_part_timeline(sync->part, use, &timeline);
	if (!r)
		r = xf_queue_wait(queue, timeline, use);
	if (!r) {
		sync->waited = use;
		sync->reading = true;
	}
	unlock(sync);
	return r;
}

int xf_sync_on_ready(struct xf_sync *sync, struct xf_event *event)
{
	if (!event || (sync && event->domain != sync->part->domain))
		return -EINVAL;
	int r = lock(sync);
	if (r)
		return r;
	uint64_t use = xfi_sync_use(state_of(sync));
	bool settled = xfi_sync_settled(sync->part->domain, sync->part->index, use);
	r = settled ? xf_event_set(event) : xfi_sync_part_note(sync->part, event, use);
	unlock(sync);
	return r;
}

int xf_sync_on_final_release(struct xf_sync *sync, struct xf_event *event)
{
	if (!event || (sync && event->domain != sync->part->domain))
		return -EINVAL;
	int r = lock(sync);
	if (r)
		return r;
	r = xfi_sync_part_register(sync->part, event);
	unlock_and_fire(sync);
	return r;
}

int xf_sync_reset(struct xf_sync *sync)
{
	int r = lock(sync);
	if (r)
		return r;
	r = xfi_sync_next_use(sync->part->domain, sync->part->index);
	unlock(sync);
	return r;
}

int xf_sync_info(struct xf_sync *sync, struct xf_sync_info *ret_info)
{
	if (!sync || !ret_info)
		return -EINVAL;
	int r = xfi_domain_check(sync->part->domain, false);
	if (r)
		return r;
	struct xfi_sync_hot *hot = hot_of(sync);
	uint64_t producers = atomic_load(&hot->producers);
	uint64_t readers = atomic_load(&hot->reading) | atomic_load(&hot->releasing);
	uint64_t state = atomic_load(&hot->state);
	*ret_info = (struct xf_sync_info){
		.use = xfi_sync_use(state),
		.ready = xfi_sync_phase(state) == XFI_SYNC_READY,
		.abandoned = xfi_sync_phase(state) == XFI_SYNC_ABANDONED,
		.pending_ready = (uint32_t)__builtin_popcountll(producers),
		.pending_release = (uint32_t)__builtin_popcountll(readers),
	};
	return 0;
}

/* This process alone was producing the use, and stops. */
static void stop_producing_locked(struct xf_sync *sync, uint64_t use)
{
	struct xfi_sync_part *part = sync->part;
	if (part->producing == 1)
		xfi_sync_give_up(part->domain, part->index, use);
	xfi_sync_part_produced(part);
	xfi_sync_part_notify(part);
}

static void end_handle_locked(struct xf_sync *sync)
{
	struct xf_sync **link = &sync->part->handles;
	while (sync->ops) {
		struct op *op = sync->ops;
		sync->ops = op->next;
		if (op->kind == READY)
			stop_producing_locked(sync, op->use);
		else
			(void)finish_locked(sync, op->kind, op->use);
		free(op);
	}
	if (sync->begun)
		stop_producing_locked(sync, sync->begun_use);
	if (sync->subscribed)
		unsubscribe_locked(sync);
	while (*link != sync)
		link = &(*link)->next;
	*link = sync->next;
}

void xf_sync_close(struct xf_sync *sync)
{
	if (!sync)
		return;
	struct xfi_sync_part *part = sync->part;
	struct xf_domain *d = part->domain;
	/* In a child of a fork somebody may hold the part's lock for ever; it keeps its copy. */
	if (xfi_domain_check(d, false) == 0) {
		uint32_t index = part->index;
		pthread_mutex_lock(&part->lock);
		end_handle_locked(sync);
		unlock(sync);
		if (!d->read_only)
			xfi_sync_fire(d, index);
		xfi_sync_part_put(part);
		xfi_object_close(d, index);
	}
	free(sync);
}
