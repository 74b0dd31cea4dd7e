/* SPDX-License-Identifier: MIT */
/*
 * Keyed mutexes around a submission. Several are had together without waiting for one while another
 * is owned: whoever does not get all at once gives back what it has, sleeps for the one that was
 * missing, and tries again from there.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/id_text.h"
#include "base/message.h"
#include "base/params.h"
#include "vulkan/queue.h"
#include "vulkan/semaphore.h"

#define MOST	 XF_VULKAN_SUBMIT_MAX
#define WHY_SIZE 232

struct wanted {
	struct xf_keyed_mutex *mutex; /* the surface's, borrowed */
	xf_id id, surface;
	uint64_t key;
	int64_t deadline_ns;
	bool taken;
};

struct deal {
	struct xfv_queue *queue;
	struct xf_vulkan_submission given;
	struct wanted wanted[MOST]; /* by id */
	struct wanted given_on[MOST];
	struct wanted owned[MOST]; /* whose fences are still to be waited for */
};

static int get_mutex(const struct deal *deal, struct xf_surface *surface, struct wanted *wanted)
{
	if (!surface || xf_surface_domain(surface) != deal->queue->domain)
		return xf_fail(-EINVAL, "a surface is NULL, or of another domain than the queue");
	int r = xf_surface_mutex(surface, &wanted->mutex);
	if (r == -ENOENT)
		return xf_fail(r, "a surface carries no keyed mutex (XF_SURFACE_KEYED)");
	wanted->id = xf_keyed_mutex_id(wanted->mutex);
	wanted->surface = xf_surface_id(surface);
	return r;
}

static int by_id(const void *a, const void *b)
{
	xf_id x = ((const struct wanted *)a)->id, y = ((const struct wanted *)b)->id;
	return x < y ? -1 : x > y;
}

static int sort(struct wanted *list, uint32_t count, const char *name)
{
	qsort(list, count, sizeof(*list), by_id);
	for (uint32_t i = 1; i < count; i++)
		if (list[i].id == list[i - 1].id)
			return xf_fail(-EINVAL, "a surface is twice in %s", name);
	return 0;
}

static int check_arrays(const struct xf_vulkan_submission *s)
{
	const struct {
		const void *array;
		uint32_t count;
		const char *name;
	} arrays[] = {
		{ s->acquires, s->n_acquires, "acquires" },
		{ s->releases, s->n_releases, "releases" },
		{ s->command_buffers, s->n_command_buffers, "command_buffers" },
		{ s->wait_semaphores, s->n_wait_semaphores, "wait_semaphores" },
		{ s->signal_semaphores, s->n_signal_semaphores, "signal_semaphores" },
		{ s->owned, s->n_owned, "owned" },
	};
	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
		if (arrays[i].count > MOST || (arrays[i].count && !arrays[i].array))
			return xf_fail(-EINVAL, "%s is NULL, or has %u; at most %u are possible",
				arrays[i].name, arrays[i].count, MOST);
	return s->reserved || s->reserved2 ? xf_fail(-EINVAL, "reserved is not 0") : 0;
}

static int read_deal(struct deal *deal, const struct xf_vulkan_submission *given)
{
	int r = XFI_PARAMS_READ(&deal->given, struct xf_vulkan_submission, given);
	const struct xf_vulkan_submission *s = &deal->given;
	if (!r)
		r = check_arrays(s);
	if (!r && (s->n_acquires || s->n_releases || s->n_owned) && !deal->queue->domain)
		r = xf_fail(-EINVAL, "the queue was made without a domain");
	for (uint32_t i = 0; !r && i < s->n_acquires; i++) {
		deal->wanted[i] = (struct wanted){ .key = s->acquires[i].key,
			.deadline_ns = s->acquires[i].deadline_ns };
		r = get_mutex(deal, s->acquires[i].surface, &deal->wanted[i]);
	}
	for (uint32_t i = 0; !r && i < s->n_releases; i++) {
		deal->given_on[i] = (struct wanted){ .key = s->releases[i].key };
		r = get_mutex(deal, s->releases[i].surface, &deal->given_on[i]);
	}
	for (uint32_t i = 0; !r && i < s->n_owned; i++)
		r = get_mutex(deal, s->owned[i], &deal->owned[i]);
	if (!r)
		r = sort(deal->owned, s->n_owned, "owned");
	if (!r)
		r = sort(deal->wanted, s->n_acquires, "acquires");
	return r ? r : sort(deal->given_on, s->n_releases, "releases");
}

/* Which surface it was of all that were given, for xf_last_message(). */
static int explain(const struct wanted *wanted, int r)
{
	char why[WHY_SIZE];
	switch (r) {
	case -EPERM: /* the mutex has said whose it is */
		snprintf(why, sizeof(why), "%s", xf_last_message(r));
		return xf_fail(r, "surface " XFI_ID ": %s", wanted->surface, why);
	case -EDEADLK:
		return xf_fail(r,
			"surface " XFI_ID " is to be acquired with key %" PRIu64
			", but this handle (pid %d) owns its keyed mutex already; "
			"release it first, or leave it out of acquires",
			wanted->surface, wanted->key, getpid());
	case XF_ABANDONED:
		return xf_fail(r,
			"surface " XFI_ID " is abandoned: its last owner died, closed it "
			"or failed before it was done; make a new one",
			wanted->surface);
	default:
		return r;
	}
}

/* Returns `r`, and keeps its message, which the mutexes' own calls forget. */
static int give_back(struct deal *deal, int r)
{
	char why[WHY_SIZE];
	snprintf(why, sizeof(why), "%s", xf_last_message(r));
	for (uint32_t i = deal->given.n_acquires; i--; deal->wanted[i].taken = false)
		if (deal->wanted[i].taken)
			(void)xf_keyed_mutex_give_back(deal->wanted[i].mutex);
	return xf_fail(r, "%s", why);
}

static int take(struct wanted *wanted, int64_t deadline_ns)
{
	int r = xf_keyed_mutex_acquire(wanted->mutex, wanted->key, deadline_ns, NULL);
	wanted->taken = !r;
	return explain(wanted, r);
}

/* XF_TIMEOUT: *ret_missing was not to be had, and nothing is owned; other results likewise. */
static int take_rest(struct deal *deal, struct wanted **ret_missing)
{
	for (uint32_t i = 0; i < deal->given.n_acquires; i++) {
		struct wanted *wanted = &deal->wanted[i];
		int r = wanted->taken ? 0 : take(wanted, 0);
		if (r) {
			*ret_missing = wanted;
			return give_back(deal, r);
		}
	}
	return 0;
}

static int take_all(struct deal *deal)
{
	struct wanted *missing;
	int r = take_rest(deal, &missing);
	while (r == XF_TIMEOUT) {
		r = take(missing, missing->deadline_ns);
		if (r)
			return r;
		r = take_rest(deal, &missing);
	}
	return r;
}

/* Of a mutex that this handle owns, or not. */
static int owns(const struct wanted *wanted)
{
	size_t size;
	return xf_keyed_mutex_get_data(wanted->mutex, NULL, 0, &size);
}

static int check_owned(struct deal *deal)
{
	int r = 0;
	for (uint32_t i = 0; !r && i < deal->given.n_releases; i++)
		r = explain(&deal->given_on[i], owns(&deal->given_on[i]));
	for (uint32_t i = 0; !r && i < deal->given.n_owned; i++)
		r = explain(&deal->owned[i], owns(&deal->owned[i]));
	return r;
}

static int use_peer(
	struct xfv_queue *q, struct xfv_work *work, struct xf_timeline *timeline, uint64_t value)
{
	struct xfv_peer *peer;
	int r = xfv_peer_use(q, timeline, &peer);
	if (r)
		return r;
	work->peers[work->n_peers] = peer;
	work->peer_values[work->n_peers++] = value; /* let go of with the work */
	return xfv_semaphore_bears(q->vulkan, peer->semaphore, value);
}

/* A timeline that is gone was passed, unless its mutex says otherwise; see keyed_mutex.h. */
static int add_others_fence(
	struct deal *deal, struct xfv_work *work, struct wanted *wanted, xf_id id, uint64_t value)
{
	struct xf_timeline *timeline;
	int r = xf_timeline_open(deal->queue->domain, id, &timeline);
	if (r == -ESTALE)
		return owns(wanted);
	if (r)
		return r == -EINVAL ? -EPROTO : r;
	r = value < XF_TIMELINE_RELEASED ? xf_timeline_wait(timeline, value, 0) : -EPROTO;
	if (r == XF_TIMEOUT) {
		r = use_peer(deal->queue, work, timeline, value);
		if (r == -ENOENT)
			r = XF_TIMEOUT;
	}
	if (r == XF_TIMEOUT) {
		work->fences[work->n_fences] = timeline;
		work->fence_values[work->n_fences++] = value;
		return 0;
	}
	xf_timeline_close(timeline);
	return r;
}

static int add_fence(struct deal *deal, struct xfv_work *work, struct wanted *wanted)
{
	xf_id id;
	uint64_t value;
	int r = xf_keyed_mutex_fence(wanted->mutex, &id, &value);
	if (r || !id)
		return r;
	if (id != xf_timeline_id(deal->queue->timeline) && id != xf_timeline_id(deal->queue->late))
		return add_others_fence(deal, work, wanted, id, value);
	if (value >= XF_TIMELINE_RELEASED || value > xfv_queue_number(deal->queue))
		return xf_fail(-EPROTO, "a fence names work that this queue was not given");
	if (value > work->after)
		work->after = value; /* the device's own order is not that of its queue */
	return 0;
}

static int add_fences(struct deal *deal, struct xfv_work *work)
{
	int r = 0;
	for (uint32_t i = 0; !r && i < deal->given.n_acquires; i++)
		r = explain(&deal->wanted[i], add_fence(deal, work, &deal->wanted[i]));
	for (uint32_t i = 0; !r && i < deal->given.n_owned; i++)
		r = explain(&deal->owned[i], add_fence(deal, work, &deal->owned[i]));
	return r;
}

static void *cut(char **from, size_t bytes)
{
	char *piece = *from;
	*from += (bytes + 7) & ~(size_t)7;
	return piece;
}

/* One piece of memory, whatever it holds. */
static struct xfv_work *make_work(const struct xf_vulkan_submission *s)
{
	const size_t n_fences = s->n_acquires + s->n_owned;
	const size_t n_waits = s->n_wait_semaphores + n_fences + 1;
	size_t semaphores = n_waits + s->n_signal_semaphores + 1;
	size_t bytes = sizeof(struct xfv_work) + s->n_command_buffers * sizeof(VkCommandBuffer) +
		       semaphores * (sizeof(VkSemaphore) + 2 * sizeof(uint64_t)) +
		       n_fences * 2 * (sizeof(void *) + sizeof(uint64_t)) +
		       s->n_releases * sizeof(xf_id) + (size_t)8 * 16;
	char *at = calloc(1, bytes);
	struct xfv_work *work = (struct xfv_work *)at;
	if (!work)
		return NULL;
	cut(&at, sizeof(*work));
	VkCommandBuffer *commands = cut(&at, s->n_command_buffers * sizeof(VkCommandBuffer));
	if (s->n_command_buffers)
		memcpy(commands, s->command_buffers, s->n_command_buffers * sizeof(*commands));
	work->commands = commands;
	work->waits = cut(&at, n_waits * sizeof(VkSemaphore));
	work->wait_values = cut(&at, n_waits * sizeof(uint64_t));
	work->stages = cut(&at, n_waits * sizeof(VkPipelineStageFlags));
	work->signals = cut(&at, (s->n_signal_semaphores + 1) * sizeof(VkSemaphore));
	work->signal_values = cut(&at, (s->n_signal_semaphores + 1) * sizeof(uint64_t));
	work->peers = cut(&at, n_fences * sizeof(struct xfv_peer *));
	work->peer_values = cut(&at, n_fences * sizeof(uint64_t));
	work->fences = cut(&at, n_fences * sizeof(struct xf_timeline *));
	work->fence_values = cut(&at, n_fences * sizeof(uint64_t));
	work->released = cut(&at, s->n_releases * sizeof(xf_id));
	return work;
}

static void fill_work(struct xfv_work *work, const struct deal *deal)
{
	const struct xf_vulkan_submission *s = &deal->given;
	work->fence = s->fence;
	work->n_commands = s->n_command_buffers;
	for (uint32_t i = 0; i < s->n_wait_semaphores; i++) {
		work->waits[i] = s->wait_semaphores[i].semaphore;
		work->wait_values[i] = s->wait_semaphores[i].value;
		work->stages[i] = s->wait_semaphores[i].stages;
	}
	work->n_waits = s->n_wait_semaphores;
	for (uint32_t i = 0; i < s->n_signal_semaphores; i++) {
		work->signals[i] = s->signal_semaphores[i].semaphore;
		work->signal_values[i] = s->signal_semaphores[i].value;
	}
	work->n_signals = s->n_signal_semaphores;
	for (uint32_t i = 0; i < s->n_releases; i++)
		work->released[i] = deal->given_on[i].id;
	work->n_released = s->n_releases;
}

/*
 * A mutex that is abandoned by now, or a timeline because the device was lost in between: whoever
 * asks for that surface next is told.
 */
static void hand_on(struct deal *deal, struct xf_timeline *timeline, uint64_t number)
{
	for (uint32_t i = 0; i < deal->given.n_releases; i++)
		(void)xf_keyed_mutex_release_after(
			deal->given_on[i].mutex, deal->given_on[i].key, timeline, number);
}

/* All is owned. */
static int submit(struct deal *deal)
{
	struct xf_timeline *timeline;
	uint64_t number = 0;
	struct xfv_work *work = make_work(&deal->given);
	if (!work)
		return -ENOMEM;
	fill_work(work, deal);
	int r = check_owned(deal);
	if (!r)
		r = add_fences(deal, work);
	if (r) {
		xfv_work_free(work);
		return r;
	}
	r = xfv_queue_hand_over(deal->queue, work, &timeline, &number);
	if (!r)
		hand_on(deal, timeline, number);
	return r;
}

int xf_vulkan_submit(struct xf_queue *queue, const struct xf_vulkan_submission *submission)
{
	struct deal deal;
	deal.queue = xfv_queue_of(queue);
	xfi_message_forget();
	if (!deal.queue)
		return xf_fail(-EINVAL, "queue is NULL, or not of xf_queue_create_vulkan()");
	int r = xfv_queue_check(deal.queue);
	if (!r)
		r = read_deal(&deal, submission);
	if (!r)
		r = take_all(&deal);
	if (r)
		return r;
	r = submit(&deal);
	return r ? give_back(&deal, r) : 0;
}
