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

/* So late does a CPU learn of work that did not ask, and the sweep. Promised there as well. */
#define UNASKED_NS 2000000

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
	uint64_t sent = q->sent;
	q->ended = true;
	pthread_mutex_unlock(&q->lock);
	if (!first)
		return;
	xfv_teller_add(&q->teller, &q->end);
	xfv_work_hurry(q, sent);
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

/* Others' devices wait for the semaphore, and nobody else is told by this work. */
static bool may_be_told_later(const struct xfv_queue *q, const struct xfv_work *work)
{
	return q->late != q->timeline && work->done == q->timeline && !work->timeline;
}

void xfv_work_hurry(struct xfv_queue *q, uint64_t number)
{
	if (q->late != q->timeline)
		(void)xf_timeline_ask(q->timeline, number);
}

void xfv_work_pass_on(struct xfv_work *work)
{
	struct xfv_queue *q = work->queue;
	if (!work->n_released && !work->timeline && !work->n_peers) {
		xfv_work_free(work);
		return;
	}
	uint64_t number = work->number;
	bool later = may_be_told_later(q, work);
	xfv_teller_add(&q->teller, work);
	if (!later)
		xfv_work_hurry(q, number);
}

/*
 * A wait of the driver's wakes a thread for each work, and some drivers hardly sleep in it. So as
 * long as nobody asks, the thread sleeps on its own, and then tells of all that is done meanwhile.
 * Is the work done? What fails is for the driver's wait to explain.
 */
static bool is_done_unasked(struct xfv_queue *q, const struct xfv_work *work, int64_t until)
{
	const struct xf_vulkan *v = q->vulkan;
	int asked = XF_TIMEOUT;
	while (may_be_told_later(q, work)) {
		if (q->known >= work->number)
			return true;
		if (v->vk.GetSemaphoreCounterValue(v->device, q->progress, &q->known))
			return false;
		if (q->known >= work->number)
			return true;
		if (asked != XF_TIMEOUT || xf_now() >= until)
			return false;
		asked = xf_timeline_asked(q->timeline, work->number, xf_deadline(UNASKED_NS));
	}
	return false;
}

/*
 * Further by now, since others signal it too, or a member has written to ours: then what waits for
 * the value has passed, and there is nothing that the queue could still do.
 */
static int raise_to(struct xf_timeline *timeline, uint64_t value)
{
	int r = xf_timeline_signal(timeline, value);
	return r == -EINVAL ? 0 : r;
}

/* What fails here fails again for the work that is next. */
static void tell_of_kept(struct xfv_queue *q)
{
	if (q->kept)
		(void)raise_to(q->timeline, q->kept);
	q->kept = 0;
}

static uint64_t rest_of(int64_t until)
{
	int64_t now = xf_now();
	return until > now ? (uint64_t)(until - now) : 0;
}

/*
 * Work that comes late, behind others': one of their semaphores may be nobody's who signals it. The
 * timeline beside it tells, since its owner raises it after the semaphore.
 */
static int wait_for_device(struct xfv_queue *q, struct xfv_work *work)
{
	int64_t late = xf_deadline(LATE_NS);
	if (is_done_unasked(q, work, late))
		return 0;
	int r = xfv_work_wait(q, work->number, work->n_peers ? rest_of(late) : UINT64_MAX);
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
	int r = xf_timeline_wait(peer->timeline, value, 0);
	if (r == XF_TIMEOUT)
		tell_of_kept(q);
	while (r == XF_TIMEOUT && !atomic_load(&q->ending))
		r = xf_timeline_wait(peer->timeline, value, xf_deadline(LAST_NS));
	return r == XF_TIMEOUT ? XF_ABANDONED : r;
}

/* What was done at the last look is told of at once, and so wakes once. */
static int tell_of_number(struct xfv_queue *q, const struct xfv_work *work)
{
	q->kept = work->number;
	if (work->number >= q->known || !may_be_told_later(q, work) ||
		!xfv_teller_has_more(&q->teller))
		q->kept = 0;
	return q->kept ? 0 : raise_to(work->done, work->number);
}

static int tell(struct xfv_queue *q, struct xfv_work *work)
{
	if (work->number > q->known || !may_be_told_later(q, work))
		tell_of_kept(q); /* before anything is waited for */
	int r = wait_for_device(q, work);
	if (!r)
		r = q->broken;
	for (uint32_t i = 0; !r && i < work->n_peers; i++)
		r = wait_for_owner(q, work->peers[i], work->peer_values[i]);
	if (!r && work->n_released)
		r = tell_of_number(q, work);
	if (!r && work->timeline)
		r = raise_to(work->timeline, work->value);
	return r;
}

void xfv_work_tell(struct xfv_work *work)
{
	struct xfv_queue *q = work->queue;
	if (work == &q->end) {
		tell_of_kept(q);
		xfv_queue_give_up(q);
		return;
	}
	int r = tell(q, work);
	if (!q->broken)
		q->broken = r;
	if (r || !xfv_teller_has_more(&q->teller))
		tell_of_kept(q); /* of what came before */
	if (r)
		xfv_work_come_to_nothing(work, r);
	else
		xfv_work_free(work);
}
