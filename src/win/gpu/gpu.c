/* SPDX-License-Identifier: MIT */
/*
 * Batches go to the device in order, through a queue of libcrossfence-vulkan: it holds them back
 * behind other processes' fences without blocking anybody, and hands keyed mutexes on with them.
 *
 * A queue that has waited for a fence which will never be passed has failed for good, and what it
 * held back comes to nothing. Then the GPU goes on with a new queue: the frame of the one who died
 * is lost, not the survivor.
 */
#include "win/gpu/gpu.h"

#include <stdlib.h>

#include <crossfence/keyed_mutex.h>
#include <crossfence/result.h>

#include "win/gpu/batch.h"
#include "win/gpu/nothing.h"
#include "win/gpu/pipeline.h"
#include "win/gpu/sampler.h"
#include "win/gpu/signal.h"

void xfi_gpu_lose(struct xfi_gpu *gpu)
{
	gpu->lost = -EIO;
	xfi_card_lose(gpu->card);
	xfi_gpu_signals_give(gpu);
}

int xfi_gpu_result(struct xfi_gpu *gpu, const char *call, VkResult result)
{
	int r = xfi_gpu_failed(call, result);
	if (result == VK_ERROR_DEVICE_LOST)
		xfi_gpu_lose(gpu);
	return r;
}

static int make_semaphore(struct xfi_gpu *gpu)
{
	struct xfi_card *card = gpu->card;
	const VkSemaphoreTypeCreateInfo type = {
		.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
		.semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE
	};
	const VkSemaphoreCreateInfo info = { .sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO,
		.pNext = &type };
	VkResult error = card->vk.CreateSemaphore(card->device, &info, NULL, &gpu->done);
	return error ? xfi_gpu_result(gpu, "vkCreateSemaphore", error) : 0;
}

int xfi_gpu_create(
	struct xf_domain *domain, const struct xfi_adapter *adapter, struct xfi_gpu **ret_gpu)
{
	struct xfi_gpu *gpu = calloc(1, sizeof(*gpu));
	if (!gpu)
		return -ENOMEM;
	gpu->domain = domain;
	int r = xfi_card_get(adapter, &gpu->card);
	if (!r)
		r = make_semaphore(gpu);
	if (!r)
		r = xf_queue_create_vulkan(
			gpu->card->vulkan, gpu->card->queue, domain, &gpu->queue);
	if (r) {
		xfi_gpu_destroy(gpu);
		return r;
	}
	*ret_gpu = gpu;
	return 0;
}

static void free_all(struct xfi_gpu *gpu, struct xfi_batch *batch)
{
	while (batch) {
		struct xfi_batch *next = batch->next;
		xfi_batch_free(gpu, batch);
		batch = next;
	}
}

/* Those that were passed before batch `number` was done. */
static void close_waits(struct xfi_gpu *gpu, uint64_t number)
{
	struct xfi_gpu_wait **link = &gpu->waits;
	while (*link) {
		struct xfi_gpu_wait *wait = *link;
		if (wait->number > number) {
			link = &wait->next;
			continue;
		}
		*link = wait->next;
		xf_timeline_close(wait->timeline);
		free(wait);
	}
}

void xfi_gpu_destroy(struct xfi_gpu *gpu)
{
	if (!gpu)
		return;
	xf_queue_destroy(gpu->queue);
	xfi_gpu_signals_end(gpu);
	close_waits(gpu, UINT64_MAX);
	if (gpu->card) {
		struct xfi_batch *open = gpu->open, *sent = gpu->sent;
		xfi_gpu_pipelines_free(gpu);
		xfi_gpu_samplers_free(gpu);
		xfi_gpu_nothing_free(gpu);
		gpu->open = gpu->sent = NULL;
		free_all(gpu, open);
		free_all(gpu, sent);
		free_all(gpu, gpu->spare);
		if (gpu->done)
			gpu->card->vk.DestroySemaphore(gpu->card->device, gpu->done, NULL);
	}
	xfi_card_put(gpu->card);
	free(gpu);
}

static void recycle_until(struct xfi_gpu *gpu, uint64_t number)
{
	while (gpu->sent && gpu->sent->number <= number) {
		struct xfi_batch *batch = gpu->sent;
		gpu->sent = batch->next;
		xfi_batch_recycle(gpu, batch);
	}
}

bool xfi_gpu_is_done(struct xfi_gpu *gpu, uint64_t number)
{
	uint64_t done = 0;
	if (gpu->lost)
		return true;
	VkResult error =
		gpu->card->vk.GetSemaphoreCounterValue(gpu->card->device, gpu->done, &done);
	if (error) {
		(void)xfi_gpu_result(gpu, "vkGetSemaphoreCounterValue", error);
		return gpu->lost;
	}
	recycle_until(gpu, done);
	close_waits(gpu, done);
	return number <= done || number <= gpu->dropped;
}

/* A new queue in place of one that has failed; ending that waits for what the device still does. */
static int renew(struct xfi_gpu *gpu)
{
	const uint64_t last = gpu->open ? gpu->number - 1 : gpu->number;
	xf_queue_destroy(gpu->queue);
	gpu->queue = NULL;
	xfi_gpu_signals_end(gpu);
	close_waits(gpu, UINT64_MAX);
	gpu->dropped = last;
	recycle_until(gpu, last);
	int r = xf_queue_create_vulkan(
		gpu->card->vulkan, gpu->card->queue, gpu->domain, &gpu->queue);
	if (r)
		xfi_gpu_lose(gpu); /* nothing can be submitted any more */
	return r;
}

/* -EIO is for good; a queue that waited in vain is replaced, and `again` may be tried. */
static int note(struct xfi_gpu *gpu, int r, bool *ret_again)
{
	*ret_again = false;
	if (r == -EIO)
		xfi_gpu_lose(gpu);
	if (r != XF_ABANDONED)
		return r;
	r = renew(gpu);
	*ret_again = !r;
	return r;
}

static int submit(
	struct xfi_gpu *gpu, struct xfi_batch *batch, const struct xf_vulkan_release *release)
{
	const struct xf_vulkan_semaphore done = { gpu->done, batch ? batch->number : 0, 0 };
	const struct xf_vulkan_submission submission = { .size = sizeof(submission),
		.releases = release,
		.n_releases = release ? 1 : 0,
		.command_buffers = batch ? &batch->commands : NULL,
		.n_command_buffers = batch ? 1 : 0,
		.signal_semaphores = &done,
		.n_signal_semaphores = batch ? 1 : 0,
		.owned = gpu->followed,
		.n_owned = gpu->n_followed };
	return xf_vulkan_submit(gpu->queue, &submission);
}

static void keep_until_done(struct xfi_gpu *gpu, struct xfi_batch *batch)
{
	struct xfi_batch **last = &gpu->sent;
	while (*last)
		last = &(*last)->next;
	batch->next = NULL;
	*last = batch;
}

/* Is the last owner's work still to come? Not if it never will. */
static bool is_pending(const struct xfi_gpu *gpu, struct xf_surface *surface)
{
	struct xf_keyed_mutex *mutex;
	struct xf_timeline *timeline;
	uint64_t value;
	xf_id id = 0;
	if (xf_surface_mutex(surface, &mutex) || xf_keyed_mutex_fence(mutex, &id, &value) || !id ||
		xf_timeline_open(gpu->domain, id, &timeline))
		return false;
	const bool pending = xf_timeline_wait(timeline, value, 0) == XF_TIMEOUT;
	xf_timeline_close(timeline);
	return pending;
}

/* Of those that are followed one was abandoned, or the queue was before: the others count. */
static void forget_passed(struct xfi_gpu *gpu)
{
	uint32_t left = 0;
	for (uint32_t i = 0; i < gpu->n_followed; i++)
		if (is_pending(gpu, gpu->followed[i]))
			gpu->followed[left++] = gpu->followed[i];
	gpu->n_followed = left;
}

/* XF_ABANDONED: the mutex to be released is; what was recorded went to the device all the same. */
static int send(struct xfi_gpu *gpu, const struct xf_vulkan_release *release)
{
	struct xfi_batch *batch = gpu->open;
	bool again;
	if (gpu->lost)
		return gpu->lost;
	if (!batch && !release)
		return 0;
	int r = batch ? xfi_batch_close(gpu, batch) : 0;
	if (!r)
		r = submit(gpu, batch, release);
	const bool abandoned = r == XF_ABANDONED && release;
	r = note(gpu, r, &again);
	while (!r && again) {
		forget_passed(gpu);
		r = note(gpu, batch ? submit(gpu, batch, NULL) : 0, &again);
	}
	gpu->open = NULL;
	gpu->n_followed = 0;
	if (!batch)
		return r ? r : abandoned ? XF_ABANDONED : 0;
	if (r)
		xfi_batch_free(gpu, batch);
	else
		keep_until_done(gpu, batch);
	return r ? r : abandoned ? XF_ABANDONED : 0;
}

int xfi_gpu_flush(struct xfi_gpu *gpu)
{
	return send(gpu, NULL);
}

int xfi_gpu_release(struct xfi_gpu *gpu, struct xf_surface *surface, uint64_t key)
{
	const struct xf_vulkan_release release = { surface, key };
	int r = send(gpu, &release);
	gpu->handed_on = gpu->number;
	return r;
}

static int wait_for(struct xfi_gpu *gpu, struct xf_timeline *timeline, uint64_t value)
{
	bool again;
	int r = xfi_gpu_flush(gpu);
	if (!r)
		r = xf_queue_wait(gpu->queue, timeline, value);
	r = note(gpu, r, &again);
	return again ? xf_queue_wait(gpu->queue, timeline, value) : r;
}

int xfi_gpu_wait(struct xfi_gpu *gpu, struct xf_timeline *timeline, uint64_t value)
{
	struct xfi_gpu_wait *wait = malloc(sizeof(*wait));
	int r = wait ? wait_for(gpu, timeline, value) : -ENOMEM;
	if (r) {
		xf_timeline_close(timeline);
		free(wait);
		return r;
	}
	*wait = (struct xfi_gpu_wait){ gpu->waits, timeline, gpu->number + 1 };
	gpu->waits = wait;
	return 0;
}

int xfi_gpu_follow(struct xfi_gpu *gpu, struct xf_surface *surface)
{
	struct xfi_batch *batch;
	int r = gpu->n_followed == XFI_GPU_FOLLOWED ? xfi_batch_open(gpu, &batch) : 0;
	if (!r)
		r = xfi_gpu_flush(gpu); /* what is recorded needs not wait; more than fit are */
	if (r)
		return r;
	gpu->followed[gpu->n_followed++] = surface;
	return 0;
}

void xfi_gpu_unfollow(struct xfi_gpu *gpu, const struct xf_surface *surface)
{
	uint32_t left = 0;
	for (uint32_t i = 0; i < gpu->n_followed; i++)
		if (gpu->followed[i] != surface)
			gpu->followed[left++] = gpu->followed[i];
	gpu->n_followed = left;
}

static int raise_by_queue(struct xfi_gpu *gpu, const struct xfi_gpu_signal *signal)
{
	bool again;
	int r = xfi_gpu_flush(gpu);
	if (!r)
		r = xf_queue_signal(gpu->queue, signal->timeline, signal->value);
	r = note(gpu, r, &again);
	return again ? xf_queue_signal(gpu->queue, signal->timeline, signal->value) : r;
}

int xfi_gpu_signal(struct xfi_gpu *gpu, struct xf_timeline *timeline, uint64_t value)
{
	struct xfi_gpu_signal *signal = calloc(1, sizeof(*signal));
	int r = signal ? 0 : -ENOMEM;
	if (!r) {
		signal->timeline = timeline;
		signal->value = value;
		r = raise_by_queue(gpu, signal);
	}
	if (!r) {
		xfi_gpu_signal_add(gpu, signal);
		return 0;
	}
	xf_timeline_close(timeline);
	free(signal);
	return r;
}

int xfi_gpu_finish(struct xfi_gpu *gpu)
{
	bool again;
	int r = xfi_gpu_flush(gpu);
	if (!r && (gpu->sent || gpu->signals || gpu->told)) /* the queue borrows those */
		r = xf_queue_finish(gpu->queue, XF_NEVER);
	if (!r)
		xfi_gpu_signals_end(gpu);
	r = note(gpu, r, &again);
	return again ? XF_ABANDONED : r;
}

void xfi_gpu_settle(struct xfi_gpu *gpu)
{
	bool again = false;
	int r = xfi_gpu_flush(gpu);
	if (!gpu->lost)
		r = note(gpu, xf_queue_finish(gpu->queue, XF_NEVER), &again);
	if (r && !again)
		xfi_gpu_lose(gpu); /* what it still has is not known */
	if (gpu->lost)
		xf_queue_destroy(gpu->queue);
	if (gpu->lost)
		gpu->queue = NULL;
	xfi_gpu_signals_end(gpu);
}
