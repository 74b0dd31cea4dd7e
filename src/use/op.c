/* SPDX-License-Identifier: MIT */
/*
 * The ends of things: ready and release. What is handed to a queue is an op, which is an errand:
 * the queue does it when it has done everything before it. The op is listed in its handle, which
 * ends it when it is closed before that.
 */
#include <stdlib.h>

#include "use/errand.h"
#include "use/op.h"
#include "use/reader.h"
#include "use/sync.h"

enum kind { READY, RELEASE_READING, RELEASE_OTHER };

struct xfi_sync_op {
	struct xfi_errand errand; /* first */
	struct xf_sync *sync;
	enum kind kind;
	uint64_t use;
	struct xfi_sync_op *next; /* sync.ops */
};

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
		xfi_sync_end_reading_locked(sync);
		break;
	case RELEASE_OTHER:
		xfi_sync_part_released(part);
		break;
	}
	return r;
}

static void unlist_locked(struct xfi_sync_op *op)
{
	struct xfi_sync_op **link = &op->sync->ops;
	while (*link != op)
		link = &(*link)->next;
	*link = op->next;
}

/* On a thread of the queue. */
static void run(void *number)
{
	struct xfi_sync_op *op = (struct xfi_sync_op *)xfi_errand_begin(number);
	if (!op)
		return;
	struct xf_sync *sync = op->sync;
	if (!xfi_domain_check(sync->part->domain, true)) {
		pthread_mutex_lock(&sync->part->lock);
		unlist_locked(op);
		/* A ready that comes too late changes nothing, and nobody is there to be told. */
		(void)finish_locked(sync, op->kind, op->use);
		xfi_sync_unlock_and_fire(sync);
		free(op);
	}
	xfi_errand_done(&sync->under_way);
}

/*
 * Hands `kind` over, or does it at once. Unlocks. When the queue refuses nothing has happened yet;
 * the caller undoes what it counted.
 */
static int hand_over(struct xf_sync *sync, struct xf_queue *queue, enum kind kind, uint64_t use)
{
	if (!queue) {
		int r = finish_locked(sync, kind, use);
		xfi_sync_unlock_and_fire(sync);
		return r;
	}
	struct xfi_sync_op *op = malloc(sizeof(*op));
	if (op) {
		*op = (struct xfi_sync_op){
			.sync = sync, .kind = kind, .use = use, .next = sync->ops
		};
		sync->ops = op;
	}
	xfi_sync_unlock(sync);
	int r = op ? xf_queue_call(queue, run, xfi_errand_send(&op->errand, &sync->under_way))
		   : -ENOMEM;
	if (r && op && xfi_errand_call_back(&op->errand)) {
		pthread_mutex_lock(&sync->part->lock);
		unlist_locked(op);
		xfi_sync_unlock(sync);
		free(op);
	}
	return r;
}

int xf_sync_begin(struct xf_sync *sync)
{
	int r = xfi_sync_lock(sync);
	if (r)
		return r;
	if (!sync->begun)
		xfi_sync_part_produce(sync->part);
	uint64_t state = xfi_sync_handle_state(sync);
	bool idle = xfi_sync_phase(state) == XFI_SYNC_IDLE;
	sync->begun = idle;
	sync->begun_use = xfi_sync_use(state);
	if (!idle)
		xfi_sync_part_produced(sync->part);
	xfi_sync_unlock_and_fire(sync);
	if (idle)
		return 0;
	return xfi_sync_phase(state) == XFI_SYNC_ABANDONED ? XF_ABANDONED : -EALREADY;
}

int xf_sync_ready(struct xf_sync *sync, struct xf_queue *queue)
{
	int r = xfi_sync_lock(sync);
	if (r)
		return r;
	bool begun = sync->begun;
	if (!begun)
		xfi_sync_part_produce(sync->part);
	uint64_t state = xfi_sync_handle_state(sync),
		 use = begun ? sync->begun_use : xfi_sync_use(state);
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
	xfi_sync_unlock_and_fire(sync);
	return r;
}

int xf_sync_release(struct xf_sync *sync, struct xf_queue *queue)
{
	uint64_t use;
	return xf_sync_release_use(sync, queue, &use);
}

int xf_sync_release_use(struct xf_sync *sync, struct xf_queue *queue, uint64_t *ret_use)
{
	int r = ret_use ? xfi_sync_lock(sync) : xf_fail(-EINVAL, "%s: ret_use is NULL", __func__);
	if (r)
		return r;
	bool reading = sync->subscribed && sync->reading;
	uint64_t use = reading ? sync->waited : xfi_sync_use(xfi_sync_handle_state(sync));
	if (reading)
		sync->reading = false;
	else
		xfi_sync_part_release(sync->part);
	r = hand_over(sync, queue, reading ? RELEASE_READING : RELEASE_OTHER, 0);
	if (!r) {
		*ret_use = use;
		return 0;
	}
	pthread_mutex_lock(&sync->part->lock);
	if (reading)
		sync->reading = true;
	else
		xfi_sync_part_released(sync->part);
	xfi_sync_unlock_and_fire(sync);
	return r;
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

void xfi_sync_call_ops_back(struct xf_sync *sync)
{
	pthread_mutex_lock(&sync->part->lock);
	for (struct xfi_sync_op *op = sync->ops; op; op = op->next)
		(void)xfi_errand_call_back(&op->errand);
	xfi_sync_unlock(sync);
	xfi_errand_wait(&sync->under_way);
}

void xfi_sync_end_production_locked(struct xf_sync *sync)
{
	while (sync->ops) {
		struct xfi_sync_op *op = sync->ops;
		sync->ops = op->next;
		if (op->kind == READY)
			stop_producing_locked(sync, op->use);
		else
			(void)finish_locked(sync, op->kind, op->use);
		free(op);
	}
	if (sync->begun)
		stop_producing_locked(sync, sync->begun_use);
	sync->begun = false;
}

int xfi_sync_unbegin(struct xf_sync *sync)
{
	int r = xfi_sync_lock(sync);
	if (r)
		return r;
	if (sync->begun)
		stop_producing_locked(sync, sync->begun_use);
	else
		r = -EPERM;
	sync->begun = false;
	xfi_sync_unlock_and_fire(sync);
	return r;
}

bool xfi_sync_produces(struct xf_sync *sync)
{
	if (xfi_sync_lock(sync))
		return false;
	bool produces = sync->begun;
	xfi_sync_unlock(sync);
	return produces;
}
