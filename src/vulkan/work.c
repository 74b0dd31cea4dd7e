/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "vulkan/queue.h"

/* A driver that has no memory to wait with has some again soon, or never. */
#define PAUSES	 200
#define PAUSE_NS 5000000

/*
 * So long a queue that ends waits for what others have to say of their work, of which it knows that
 * it is done: no machine is so busy that an owner that lives has not told by then.
 */
#define LAST_NS (5 * INT64_C(1000000000))

/* So late is work that it is worth while to ask why. Promised in <crossfence/vulkan.h>. */
#define LATE_NS 500000000

void xfv_work_close_fences(struct xfv_work *work)
{
	while (work->n_fences)
		xf_timeline_close(work->fences[--work->n_fences]);
}

void xfv_work_free(struct xfv_work *work)
{
	xfv_work_close_fences(work);
	while (work->n_peers)
		xfv_peer_unuse(work->peers[--work->n_peers]);
	free(work);
}

static bool is_short_of_memory(VkResult error)
{
	return error == VK_ERROR_OUT_OF_HOST_MEMORY || error == VK_ERROR_OUT_OF_DEVICE_MEMORY;
}

int xfv_work_wait(struct xfv_queue *q, uint64_t number, uint64_t timeout_ns)
{
	const VkSemaphoreWaitInfo info = { .sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO,
		.semaphoreCount = 1,
		.pSemaphores = &q->progress,
		.pValues = &number };
	VkResult error = q->vulkan->vk.WaitSemaphores(q->vulkan->device, &info, timeout_ns);
	/* What it waits for goes on meanwhile: to give up would be to forget of what runs. */
	for (int i = 0; i < PAUSES && is_short_of_memory(error); i++) {
		(void)nanosleep(&(struct timespec){ .tv_nsec = PAUSE_NS }, NULL);
		error = q->vulkan->vk.WaitSemaphores(q->vulkan->device, &info, timeout_ns);
	}
	if (error == VK_TIMEOUT)
		return XF_TIMEOUT;
	return error ? xfv_failed("vkWaitSemaphores", error) : 0;
}

static void abandon_mutex(struct xfv_queue *q, xf_id id)
{
	struct xf_keyed_mutex *mutex;
	if (xf_keyed_mutex_open(q->domain, id, &mutex))
		return; /* nobody has it any more */
	(void)xf_keyed_mutex_revoke(mutex);
	xf_keyed_mutex_close(mutex);
}

/* Our own timeline is abandoned when what was submitted before has been told of. */
static void end_timeline(struct xfv_queue *q)
{
	pthread_mutex_lock(&q->lock);
	bool first = !q->ended;
	q->ended = true;
	pthread_mutex_unlock(&q->lock);
	if (first)
		xfv_teller_add(&q->teller, &q->end);
}

void xfv_work_come_to_nothing(struct xfv_work *work, int result)
{
	struct xfv_queue *q = work->queue;
	xfv_queue_fail(q, result);
	for (uint32_t i = 0; i < work->n_released; i++)
		abandon_mutex(q, work->released[i]);
	if (work->timeline)
		(void)xf_timeline_abandon(work->timeline); /* not ours: others may reach it */
	end_timeline(q);
	xfv_work_free(work);
}

/*
 * Work that comes late, behind others': one of their semaphores may be nobody's who signals it. The
 * timeline beside it tells, since its owner raises it after the semaphore.
 */
static int wait_for_device(struct xfv_queue *q, struct xfv_work *work)
{
	int r = xfv_work_wait(q, work->number, work->n_peers ? LATE_NS : UINT64_MAX);
	if (r != XF_TIMEOUT)
		return r;
	for (uint32_t i = 0; i < work->n_peers; i++)
		xfv_peer_suspect(work->peers[i], work->peer_values[i]);
	return xfv_work_wait(q, work->number, UINT64_MAX);
}

/*
 * Mostly so by now: our device has waited for its semaphore, which is raised before. Those who have
 * failed say so here. One that is stopped does when it goes on; but a member may have lowered what
 * the owner had written, and then nobody ever does. A queue that ends waits for neither.
 */
static int wait_for_owner(struct xfv_queue *q, struct xfv_peer *peer, uint64_t value)
{
	int r;
	do
		r = xf_timeline_wait(peer->timeline, value, xf_deadline(LAST_NS));
	while (r == XF_TIMEOUT && !atomic_load(&q->ending));
	return r == XF_TIMEOUT ? XF_ABANDONED : r;
}

static int tell(struct xfv_queue *q, struct xfv_work *work)
{
	int r = wait_for_device(q, work);
	if (!r)
		r = q->broken;
	for (uint32_t i = 0; !r && i < work->n_peers; i++)
		r = wait_for_owner(q, work->peers[i], work->peer_values[i]);
	if (!r && work->n_released)
		r = xf_timeline_signal(work->done, work->number);
	if (!r && work->timeline)
		r = xf_timeline_signal(work->timeline, work->value);
	return r;
}

void xfv_work_tell(struct xfv_work *work)
{
	struct xfv_queue *q = work->queue;
	if (work == &q->end) {
		xfv_queue_give_up(q);
		return;
	}
	int r = tell(q, work);
	if (!q->broken)
		q->broken = r;
	if (r)
		xfv_work_come_to_nothing(work, r);
	else
		xfv_work_free(work);
}
