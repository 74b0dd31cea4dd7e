/* SPDX-License-Identifier: MIT */
/* The calls all kinds of queues share. */
#include <errno.h>
#include <stdlib.h>

#include <crossfence/queue.h>

#include "base/message.h"
#include "base/params.h"
#include "sync/timeline.h"

struct xf_queue {
	struct xf_queue_ops ops;
	void *self;
};

int xf_queue_create(const struct xf_queue_ops *given, void *self, struct xf_queue **ret_queue)
{
	struct xf_queue_ops ops;
	xfi_message_forget();
	if (!ret_queue)
		return xf_fail(-EINVAL, "ret_queue is NULL");
	int r = XFI_PARAMS_READ(&ops, struct xf_queue_ops, given);
	if (r)
		return r;
	if (!ops.name || !ops.wait || !ops.signal || !ops.call || !ops.finish || !ops.destroy)
		return xf_fail(-EINVAL, "struct xf_queue_ops lacks its name or one of its calls");
	struct xf_queue *queue = malloc(sizeof(*queue));
	if (!queue)
		return -ENOMEM;
	*queue = (struct xf_queue){ ops, self };
	*ret_queue = queue;
	return 0;
}

void xf_queue_destroy(struct xf_queue *queue)
{
	XFI_MESSAGE_STAYS;
	if (!queue)
		return;
	queue->ops.destroy(queue->self);
	free(queue);
}

const char *xf_queue_kind(const struct xf_queue *queue)
{
	return queue ? queue->ops.name : "";
}

void *xf_queue_self(const struct xf_queue *queue, const char *name)
{
	return queue && queue->ops.name == name ? queue->self : NULL;
}

int xf_queue_wait(struct xf_queue *queue, struct xf_timeline *timeline, uint64_t value)
{
	xfi_message_forget();
	return queue && timeline ? queue->ops.wait(queue->self, timeline, value)
				 : xf_fail(-EINVAL, "%s: queue or timeline is NULL", __func__);
}

int xf_queue_signal(struct xf_queue *queue, struct xf_timeline *timeline, uint64_t value)
{
	uint64_t counter;
	xfi_message_forget();
	if (!queue || !timeline)
		return xf_fail(-EINVAL, "%s: queue or timeline is NULL", __func__);
	int r = xf_timeline_value(timeline, &counter);
	if (!r && value < counter)
		r = xfi_timeline_lower(value, counter);
	return r ? r : queue->ops.signal(queue->self, timeline, value);
}

int xf_queue_call(struct xf_queue *queue, void (*fn)(void *arg), void *arg)
{
	xfi_message_forget();
	return queue && fn ? queue->ops.call(queue->self, fn, arg)
			   : xf_fail(-EINVAL, "%s: queue or fn is NULL", __func__);
}

int xf_queue_finish(struct xf_queue *queue, int64_t deadline_ns)
{
	xfi_message_forget();
	return queue ? queue->ops.finish(queue->self, deadline_ns)
		     : xf_fail(-EINVAL, "%s: queue is NULL", __func__);
}

int xf_queue_call_or_drop(
	struct xf_queue *queue, void (*fn)(void *arg), void (*dropped)(void *arg), void *arg)
{
	xfi_message_forget();
	if (!queue || !fn || !dropped)
		return xf_fail(-EINVAL, "%s: an argument is NULL", __func__);
	if (!queue->ops.call_or_drop)
		return xf_fail(-EOPNOTSUPP, "a queue of kind %s cannot tell what it drops",
			queue->ops.name);
	return queue->ops.call_or_drop(queue->self, fn, dropped, arg);
}
