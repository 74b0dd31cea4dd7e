/* SPDX-License-Identifier: MIT */
/*
 * A VkQueue as a queue. Work is submitted by whoever hands it over, as long as nothing is held
 * back; else by the sender, a CPU queue of ours that waits for timelines and goes on in order. The
 * device raises a semaphore to each work's number, and the teller, a thread of ours, waits for
 * that and tells those outside: timelines that are to be signalled, and our own, whose values are
 * the fences of what was handed on.
 *
 * One teller for each queue, and not one for several: a wait for any of several semaphores is a
 * loop that never sleeps in some drivers.
 *
 * Work that comes to nothing, because a fence before it was abandoned or the device is lost, takes
 * with it the mutexes that were handed on for it; and our timeline, once what was submitted before
 * has been told of.
 */
#include "base/message.h"
#include "vulkan/queue.h"
#include "vulkan/semaphore.h"

#include <errno.h>
#include <stdlib.h>

static const char kind[] = "vulkan";

struct xfv_queue *xfv_queue_of(const struct xf_queue *queue)
{
	return xf_queue_self(queue, kind);
}

static void fail_locked(struct xfv_queue *q, int result)
{
	if (!q->failed)
		q->failed = result;
}

void xfv_queue_fail(struct xfv_queue *q, int result)
{
	pthread_mutex_lock(&q->lock);
	fail_locked(q, result);
	pthread_mutex_unlock(&q->lock);
}

static int failed(struct xfv_queue *q)
{
	pthread_mutex_lock(&q->lock);
	int r = q->failed;
	pthread_mutex_unlock(&q->lock);
	return r;
}

uint64_t xfv_queue_number(struct xfv_queue *q)
{
	pthread_mutex_lock(&q->lock);
	uint64_t number = q->number;
	pthread_mutex_unlock(&q->lock);
	return number;
}

int xfv_queue_check(struct xfv_queue *q)
{
	int r = xfv_check(q->vulkan);
	if (!r)
		r = failed(q);
	return r == -EIO ? xf_fail(r, "the device is lost, or failed earlier") : r;
}

static int vk_submit(struct xfv_queue *q, const VkSubmitInfo *info, VkFence fence)
{
	pthread_mutex_lock(q->queue_lock);
	VkResult error = q->vulkan->vk.QueueSubmit(q->queue, 1, info, fence);
	pthread_mutex_unlock(q->queue_lock);
	return error ? xfv_failed("vkQueueSubmit", error) : 0;
}

/* Nothing to do but to raise the semaphore, behind all that was submitted. */
static int submit_empty(struct xfv_queue *q, uint64_t number)
{
	const VkTimelineSemaphoreSubmitInfo values = {
		.sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO,
		.signalSemaphoreValueCount = 1,
		.pSignalSemaphoreValues = &number
	};
	const VkSubmitInfo info = { .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
		.pNext = &values,
		.signalSemaphoreCount = 1,
		.pSignalSemaphores = &q->progress };
	return vk_submit(q, &info, VK_NULL_HANDLE);
}

static int submit_full(struct xfv_queue *q, struct xfv_work *work)
{
	uint32_t waits = work->n_waits, signals = work->n_signals + 1;
	work->signals[work->n_signals] = q->progress;
	work->signal_values[work->n_signals] = work->number;
	if (work->after) {
		work->waits[waits] = q->progress;
		work->wait_values[waits] = work->after;
		work->stages[waits++] = VK_PIPELINE_STAGE_ALL_COMMANDS_BIT;
	}
	for (uint32_t i = 0; i < work->n_peers; i++) {
		work->waits[waits] = work->peers[i]->semaphore;
		work->wait_values[waits] = work->peer_values[i];
		work->stages[waits++] = VK_PIPELINE_STAGE_ALL_COMMANDS_BIT;
	}
	const VkTimelineSemaphoreSubmitInfo values = {
		.sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO,
		.waitSemaphoreValueCount = waits,
		.pWaitSemaphoreValues = work->wait_values,
		.signalSemaphoreValueCount = signals,
		.pSignalSemaphoreValues = work->signal_values
	};
	const VkSubmitInfo info = { .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
		.pNext = &values,
		.waitSemaphoreCount = waits,
		.pWaitSemaphores = work->waits,
		.pWaitDstStageMask = work->stages,
		.commandBufferCount = work->n_commands,
		.pCommandBuffers = work->commands,
		.signalSemaphoreCount = signals,
		.pSignalSemaphores = work->signals };
	return vk_submit(q, &info, work->fence);
}

static bool is_submission(const struct xfv_work *work)
{
	return work->signals;
}

static int submit_locked(struct xfv_queue *q, struct xfv_work *work)
{
	int r = q->failed;
	for (uint32_t i = 0; !r && i < work->n_peers; i++)
		r = xfv_peer_expect_locked(work->peers[i], work->peer_values[i]);
	if (r)
		return r;
	r = is_submission(work) ? submit_full(q, work) : submit_empty(q, work->number);
	if (r == -EIO)
		q->failed = r;
	if (!r)
		q->sent = work->number;
	return r;
}

static void call(struct xfv_work *work)
{
	struct xfv_queue *q = work->queue;
	int r = xfv_work_wait(q, work->number, UINT64_MAX);
	xfv_work_hurry(q, work->number);
	/* Meanwhile all else is held back; so what was told of came before. */
	if (!r)
		r = xfv_teller_finish(&q->teller, XF_NEVER);
	if (!r)
		r = failed(q);
	if (!r)
		work->fn(work->arg);
	if (r)
		xfv_work_come_to_nothing(work, r);
	else
		xfv_work_free(work);
}

static void is_there(struct xfv_queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->held_back--;
	pthread_mutex_unlock(&q->lock);
}

/* On the sender, in its turn: what it waited for is passed. */
static void send(void *arg)
{
	struct xfv_work *work = arg;
	struct xfv_queue *q = work->queue;
	bool calls = work->fn;
	xfv_work_close_fences(work);
	pthread_mutex_lock(&q->lock);
	int r = submit_locked(q, work);
	if (!r && !calls)
		xfv_work_pass_on(work);
	if (!calls)
		q->held_back--;
	pthread_mutex_unlock(&q->lock);
	if (r)
		xfv_work_come_to_nothing(work, r);
	else if (calls)
		call(work);
	if (calls)
		is_there(q);
}

static void not_sent(void *arg)
{
	struct xfv_work *work = arg;
	struct xfv_queue *q = work->queue;
	xfv_work_come_to_nothing(work, XF_ABANDONED);
	is_there(q);
}

static void passed(void *arg)
{
	is_there(arg);
}

static void not_passed(void *arg)
{
	struct xfv_queue *q = arg;
	pthread_mutex_lock(&q->lock);
	fail_locked(q, XF_ABANDONED);
	q->held_back--;
	pthread_mutex_unlock(&q->lock);
}

/* The sender waits already, and says that it has when there is memory to tell it so. */
static int pay_locked(struct xfv_queue *q)
{
	int r = 0;
	while (!r && q->owed) {
		r = xf_queue_call_or_drop(q->sender, passed, not_passed, q);
		q->owed -= !r;
	}
	return r;
}

/* The sender knows it in its turn; what it should wait for comes before it. */
static int hold_back_locked(struct xfv_queue *q, struct xfv_work *work)
{
	int r = 0;
	(void)pay_locked(q);
	for (uint32_t i = 0; !r && i < work->n_fences; i++)
		r = xf_queue_wait(q->sender, work->fences[i], work->fence_values[i]);
	if (!r) {
		q->held_back++;
		r = xf_queue_call_or_drop(q->sender, send, not_sent, work);
		if (!r)
			return 0;
		q->held_back--;
	}
	/* It may wait for some of them. */
	work->next = q->orphans;
	q->orphans = work;
	return r;
}

static int submit_now_locked(struct xfv_queue *q, struct xfv_work *work)
{
	int r = submit_locked(q, work);
	if (r)
		xfv_work_free(work);
	else
		xfv_work_pass_on(work);
	return r;
}

int xfv_queue_hand_over(struct xfv_queue *q, struct xfv_work *work,
	struct xf_timeline **ret_timeline, uint64_t *ret_number)
{
	pthread_mutex_lock(&q->lock);
	int r = q->failed;
	if (r) {
		xfv_work_free(work);
	} else {
		uint64_t number = ++q->number;
		work->queue = q;
		work->number = number;
		bool late = q->held_back || work->n_fences || work->fn;
		work->done = late ? q->late : q->timeline;
		*ret_timeline = work->done;
		*ret_number = number;
		r = late ? hold_back_locked(q, work) : submit_now_locked(q, work);
	}
	pthread_mutex_unlock(&q->lock);
	return r;
}

static int hand_over(void *self, const struct xfv_work *given)
{
	struct xfv_queue *q = self;
	int r = xfv_queue_check(q);
	struct xfv_work *work = r ? NULL : malloc(sizeof(*work));
	if (!work)
		return r ? r : -ENOMEM;
	struct xf_timeline *timeline;
	uint64_t number;
	*work = *given;
	return xfv_queue_hand_over(q, work, &timeline, &number);
}

static int pay(struct xfv_queue *q)
{
	pthread_mutex_lock(&q->lock);
	int r = pay_locked(q);
	pthread_mutex_unlock(&q->lock);
	return r;
}

static int vulkan_wait(void *self, struct xf_timeline *timeline, uint64_t value)
{
	struct xfv_queue *q = self;
	int r = xfv_queue_check(q);
	if (r)
		return r;
	pthread_mutex_lock(&q->lock);
	if (q->held_back || xf_timeline_wait(timeline, value, 0)) {
		r = xf_queue_wait(q->sender, timeline, value);
		if (!r) {
			q->held_back++;
			q->owed++;
			(void)pay_locked(q); /* else the next call does */
		}
	}
	pthread_mutex_unlock(&q->lock);
	return r;
}

static int vulkan_signal(void *self, struct xf_timeline *timeline, uint64_t value)
{
	return hand_over(self, &(struct xfv_work){ .timeline = timeline, .value = value });
}

static int vulkan_call(void *self, void (*fn)(void *arg), void *arg)
{
	return hand_over(self, &(struct xfv_work){ .fn = fn, .arg = arg });
}

static uint64_t left(int64_t deadline_ns)
{
	int64_t now = xf_now();
	return deadline_ns == XF_NEVER ? UINT64_MAX
	       : deadline_ns > now     ? (uint64_t)(deadline_ns - now)
				       : 0;
}

/* XFV_AGAIN: something is held back. */
#define XFV_AGAIN 1001
static int last_sent(struct xfv_queue *q, uint64_t *ret_number)
{
	pthread_mutex_lock(&q->lock);
	*ret_number = q->sent;
	int r = q->held_back ? XFV_AGAIN : q->failed;
	pthread_mutex_unlock(&q->lock);
	return r;
}

/*
 * The sender first: nothing is held back then, unless others hand work over meanwhile. Nothing is
 * submitted for it: a queue with nothing to do has finished, whatever the deadline.
 */
static int vulkan_finish(void *self, int64_t deadline_ns)
{
	struct xfv_queue *q = self;
	uint64_t number = 0;
	int r = xfv_queue_check(q);
	if (!r)
		r = pay(q);
	if (r)
		return r;
	do {
		r = xf_queue_finish(q->sender, deadline_ns);
		if (!r)
			r = last_sent(q, &number);
	} while (r == XFV_AGAIN);
	if (!r)
		r = xfv_work_wait(q, number, left(deadline_ns));
	if (r)
		return r;
	xfv_work_hurry(q, number);
	r = xfv_teller_finish(&q->teller, deadline_ns);
	return r ? r : failed(q);
}

static void close_timelines(struct xfv_queue *q)
{
	if (q->late != q->timeline)
		xf_timeline_close(q->late);
	xf_timeline_close(q->timeline);
	q->late = q->timeline = NULL;
}

void xfv_queue_give_up(struct xfv_queue *q)
{
	pthread_mutex_lock(&q->lock);
	uint64_t sent = q->sent;
	pthread_mutex_unlock(&q->lock);
	if (!q->timeline)
		return;
	(void)xfv_work_wait(q, sent, UINT64_MAX);
	(void)xf_timeline_abandon(q->timeline);
	(void)xf_timeline_abandon(q->late);
}

static void free_queue(struct xfv_queue *q)
{
	xfv_peers_close(q);
	while (q->orphans) {
		struct xfv_work *work = q->orphans;
		q->orphans = work->next;
		xfv_work_free(work);
	}
	close_timelines(q);
	if (q->progress)
		q->vulkan->vk.DestroySemaphore(q->vulkan->device, q->progress, NULL);
	pthread_cond_destroy(&q->answered);
	pthread_mutex_destroy(&q->peers_lock);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

static void vulkan_destroy(void *self)
{
	struct xfv_queue *q = self;
	if (xfv_check(q->vulkan))
		return; /* a forked child: nothing of it can be touched */
	atomic_store(&q->ending, true);
	xf_queue_destroy(q->sender);
	(void)xfv_work_wait(q, q->sent, UINT64_MAX);
	xfv_work_hurry(q, q->sent);
	xfv_teller_stop(&q->teller);
	xfv_queue_give_up(q); /* whoever watches us needs not do so any longer */
	free_queue(q);
}

static const struct xf_queue_ops vulkan_ops = {
	.size = sizeof(vulkan_ops),
	.name = kind,
	.wait = vulkan_wait,
	.signal = vulkan_signal,
	.call = vulkan_call,
	.finish = vulkan_finish,
	.destroy = vulkan_destroy,
};

/*
 * Owned: our death is told. The device does not touch the word; that it could makes members wait
 * for the end of our process, and not only of its memory, before our surfaces are used again.
 */
static int make_timeline(struct xfv_queue *q, const char *label, struct xf_timeline **ret_timeline)
{
	struct xf_domain *same;
	uint64_t *word;
	int r = xf_timeline_create(q->domain, 0, XF_TIMELINE_OWNED, label, ret_timeline);
	return r ? r : xf_timeline_word(*ret_timeline, XF_TIMELINE_DEVICE_WAITS, &word, &same);
}

/*
 * Work that is held back cannot be waited for by a device: it would wait for what is not submitted
 * yet, and keep what that waits for from being so where both use one VkQueue. So such work has a
 * timeline without a twin. Where there is no twin at all, because nobody can be asked for it, the
 * way over the CPU is as good as without the extension.
 */
static int make_timelines(struct xfv_queue *q, bool shared)
{
	int r = make_timeline(q, "vulkan queue", &q->timeline);
	q->late = q->timeline;
	if (r || !shared || xfv_semaphore_offer(q->vulkan, q->progress, q->timeline))
		return r;
	return make_timeline(q, "vulkan queue, late", &q->late);
}

static int fill(struct xfv_queue *q)
{
	q->queue_lock = xfv_queue_lock(q->vulkan, q->queue);
	bool shared = q->domain && q->vulkan->extensions & XFV_HAS_SEMAPHORE_FD;
	int r = q->queue_lock ? xfv_semaphore_make(q->vulkan, shared, &q->progress) : -ENOMEM;
	if (!r && q->domain)
		r = make_timelines(q, shared);
	if (!r)
		r = xf_queue_create_cpu(&q->sender);
	if (!r)
		r = xfv_teller_start(&q->teller);
	return r;
}

int xf_queue_create_vulkan(
	struct xf_vulkan *v, VkQueue queue, struct xf_domain *domain, struct xf_queue **ret_queue)
{
	xfi_message_forget();
	int r = xfv_check(v);
	if (!r && (!ret_queue || (!queue && !v->queue)))
		r = xf_fail(-EINVAL, "ret_queue is NULL, or queue, and the device is the user's");
	struct xfv_queue *q = r ? NULL : calloc(1, sizeof(*q));
	if (!q)
		return r ? r : -ENOMEM;
	q->vulkan = v;
	q->queue = queue ? queue : v->queue;
	q->end.queue = q;
	q->domain = domain;
	pthread_mutex_init(&q->lock, NULL);
	pthread_mutex_init(&q->peers_lock, NULL);
	xfv_condition_init(&q->answered);
	r = fill(q);
	if (!r)
		r = xf_queue_create(&vulkan_ops, q, ret_queue);
	if (!r)
		return 0;
	xf_queue_destroy(q->sender);
	xfv_teller_stop(&q->teller);
	free_queue(q);
	return r;
}
