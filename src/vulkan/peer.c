/* SPDX-License-Identifier: MIT */
/*
 * A queue of another process, or of this one, on the same driver and device: our device waits for
 * its semaphore itself, and no thread stands between. But whoever signals it may die, or lose its
 * device. Then its timeline is abandoned, and our device has to be let go: it would wait for ever,
 * and everything behind it. That is what each peer's watch sleeps for.
 *
 *	abandoned		the queue has failed: nothing more is submitted
 *	settled			their device does nothing any more, and so takes back no signal
 *	we signal		our device goes on, with what nobody has written
 *	the teller asks		whether the timeline has come to the value; it has not, and so what
 *				was handed on with that work is abandoned
 *
 * Whether a work was really preceded by theirs is asked of their timeline, and not of the
 * semaphore, for every work: one that was let go looks as if it was. So who waits for us learns of
 * a failure before us, by our timeline, for as many steps as there are.
 */
#include "vulkan/peer.h"

#include <errno.h>
#include <stdlib.h>

#include "base/time.h"
#include "vulkan/queue.h"
#include "vulkan/semaphore.h"

#define NEVER	  (XF_TIMELINE_RELEASED - 1) /* no queue's number comes there */
#define SETTLE_NS (5 * INT64_C(1000000000))

static void over(void *arg);

static void come(void *arg)
{
	over(arg); /* not so, unless somebody lies */
}

/* On the watch: the timeline is abandoned. Or it is closed. */
static void over(void *arg)
{
	struct xfv_peer *peer = arg;
	struct xfv_queue *q = peer->queue;
	uint64_t reached = 0;
	pthread_mutex_lock(&q->lock);
	bool closing = peer->closing;
	uint64_t highest = peer->highest;
	(void)xf_timeline_value(peer->timeline, &reached);
	peer->over = true;
	if (!closing && reached < highest && !q->failed)
		q->failed = XF_ABANDONED;
	pthread_mutex_unlock(&q->lock);
	/*
	 * Whoever says that it has reached it may lie; and who says that the process still is:
	 * after a death it is gone within a quarter of a second.
	 */
	if (!closing && highest) {
		(void)xf_timeline_settle(peer->timeline, xf_deadline(SETTLE_NS));
		xfv_semaphore_let_go(q->vulkan, peer->semaphore, highest);
	}
	pthread_mutex_lock(&q->lock);
	peer->let_go = true;
	pthread_mutex_unlock(&q->lock);
}

static int start_watch(struct xfv_peer *peer)
{
	int r = xf_queue_create_cpu(&peer->watch);
	if (!r)
		r = xf_queue_wait(peer->watch, peer->timeline, NEVER);
	return r ? r : xf_queue_call_or_drop(peer->watch, come, over, peer);
}

static void free_peer(struct xfv_peer *peer)
{
	struct xfv_queue *q = peer->queue;
	pthread_mutex_lock(&q->lock);
	peer->closing = true;
	pthread_mutex_unlock(&q->lock);
	xf_queue_destroy(peer->watch);
	xf_queue_destroy(peer->suspicion);
	if (peer->semaphore)
		q->vulkan->vk.DestroySemaphore(q->vulkan->device, peer->semaphore, NULL);
	xf_timeline_close(peer->timeline);
	free(peer);
}

static bool is_over(struct xfv_peer *peer)
{
	if (!peer->semaphore)
		return xf_timeline_wait(peer->timeline, NEVER, 0) != XF_TIMEOUT;
	pthread_mutex_lock(&peer->queue->lock);
	bool is = peer->let_go;
	pthread_mutex_unlock(&peer->queue->lock);
	return is;
}

/* Those that have ended, and that nothing of ours waits for. */
static void prune_locked(struct xfv_queue *q)
{
	struct xfv_peer **link = &q->peers;
	while (*link) {
		struct xfv_peer *peer = *link;
		if (peer->asked_for || atomic_load(&peer->uses) || !is_over(peer)) {
			link = &peer->next;
			continue;
		}
		*link = peer->next;
		free_peer(peer);
	}
}

static struct xfv_peer *find_locked(struct xfv_queue *q, xf_id id)
{
	struct xfv_peer *peer = q->peers;
	while (peer && peer->id != id)
		peer = peer->next;
	return peer;
}

static void remove_locked(struct xfv_peer *peer)
{
	struct xfv_peer **link = &peer->queue->peers;
	while (*link != peer)
		link = &(*link)->next;
	*link = peer->next;
	free_peer(peer);
}

/* Who has none for us has none later. */
static bool is_final(int r)
{
	return !r || r == -ENOENT || r == -EPROTO || r == -EACCES;
}

static int get_semaphore(struct xfv_peer *peer)
{
	struct xfv_queue *q = peer->queue;
	int r = xfv_semaphore_get(q->vulkan, peer->timeline, &peer->semaphore);
	if (!r)
		r = start_watch(peer);
	if (r == -EIO)
		xfv_queue_fail(q, r);
	return r;
}

/*
 * On the asker. Where nothing came of it for want of an answer, of memory or the like, whoever
 * needs it next has it asked for again.
 */
static void ask(void *arg)
{
	struct xfv_peer *peer = arg;
	struct xfv_queue *q = peer->queue;
	pthread_mutex_lock(&q->peers_lock);
	bool closing = q->closing;
	pthread_mutex_unlock(&q->peers_lock);
	int r = closing ? -ECANCELED : get_semaphore(peer);
	pthread_mutex_lock(&q->peers_lock);
	peer->asked_for = false;
	q->n_asked_for--;
	if (!is_final(r))
		remove_locked(peer);
	pthread_cond_broadcast(&q->answered);
	pthread_mutex_unlock(&q->peers_lock);
}

/* What the device is to wait for is waited for by CPU all the same. */
static int other_way(int r)
{
	return r == -ENOMEM ? r : -ENOENT;
}

static int meet_locked(struct xfv_queue *q, struct xf_timeline *timeline)
{
	struct xfv_peer *peer = calloc(1, sizeof(*peer));
	if (!peer)
		return -ENOMEM;
	peer->queue = q;
	peer->id = xf_timeline_id(timeline);
	int r = xf_timeline_open(q->domain, peer->id, &peer->timeline);
	if (!r && !q->asker)
		r = xf_queue_create_cpu(&q->asker);
	if (!r)
		r = xf_queue_call(q->asker, ask, peer);
	if (r) {
		free_peer(peer);
		return other_way(r);
	}
	peer->asked_for = true;
	q->n_asked_for++;
	peer->next = q->peers;
	q->peers = peer;
	return 0;
}

/* One that does not answer holds up the first submission that needs it, and for a moment. */
static void wait_a_moment_locked(struct xfv_queue *q, xf_id id)
{
	struct timespec storage, *until = xfi_time_limit(xf_deadline(XFV_PEER_MOMENT_NS), &storage);
	const struct xfv_peer *peer = q->n_asked_for == 1 ? find_locked(q, id) : NULL;
	int error = 0;
	while (peer && peer->asked_for && !error) {
		error = pthread_cond_timedwait(&q->answered, &q->peers_lock, until);
		peer = find_locked(q, id);
	}
}

static bool may_be_waited_for(struct xfv_peer *peer)
{
	if (!peer || peer->asked_for || !peer->semaphore)
		return false;
	pthread_mutex_lock(&peer->queue->lock);
	bool may = !peer->false_twin;
	pthread_mutex_unlock(&peer->queue->lock);
	return may;
}

int xfv_peer_use(struct xfv_queue *q, struct xf_timeline *timeline, struct xfv_peer **ret_peer)
{
	const xf_id id = xf_timeline_id(timeline);
	int r = 0;
	if (!(q->vulkan->extensions & XFV_HAS_SEMAPHORE_FD))
		return -ENOENT;
	pthread_mutex_lock(&q->peers_lock);
	if (!find_locked(q, id)) {
		prune_locked(q);
		r = meet_locked(q, timeline);
		if (!r)
			wait_a_moment_locked(q, id);
	}
	struct xfv_peer *peer = find_locked(q, id);
	if (!r && !may_be_waited_for(peer))
		r = -ENOENT;
	if (!r) {
		peer->uses++;
		*ret_peer = peer;
	}
	pthread_mutex_unlock(&q->peers_lock);
	return r;
}

void xfv_peer_unuse(struct xfv_peer *peer)
{
	peer->uses--;
}

int xfv_peer_expect_locked(struct xfv_peer *peer, uint64_t value)
{
	if (peer->over)
		return xf_timeline_wait(peer->timeline, value, 0);
	if (value > peer->highest)
		peer->highest = value;
	return 0;
}

/*
 * The owner raises its timeline after its semaphore. Under the lock: one that is over is let go
 * afterwards, to a higher value.
 */
static void compare(void *arg)
{
	struct xfv_peer *peer = arg;
	struct xfv_queue *q = peer->queue;
	uint64_t reached = 0;
	(void)xf_timeline_value(peer->timeline, &reached);
	pthread_mutex_lock(&q->lock);
	if (reached > peer->highest)
		reached = peer->highest;
	if (!peer->over && xfv_semaphore_raise(q->vulkan, peer->semaphore, reached))
		peer->false_twin = true;
	pthread_mutex_unlock(&q->lock);
}

static void not_so(void *arg)
{
	(void)arg; /* abandoned: its watch sees to it; or we end */
}

void xfv_peer_suspect(struct xfv_peer *peer, uint64_t value)
{
	int r = peer->suspicion ? 0 : xf_queue_create_cpu(&peer->suspicion);
	if (!r)
		r = xf_queue_wait(peer->suspicion, peer->timeline, value);
	if (!r)
		r = xf_queue_call_or_drop(peer->suspicion, compare, not_so, peer);
	/* Without memory or a thread there is only this one to wait with. */
	if ((r == -ENOMEM || r == -EAGAIN) && !xf_timeline_wait(peer->timeline, value, XF_NEVER))
		compare(peer);
}

void xfv_peers_close(struct xfv_queue *q)
{
	pthread_mutex_lock(&q->peers_lock);
	q->closing = true;
	pthread_mutex_unlock(&q->peers_lock);
	xf_queue_destroy(q->asker);
	while (q->peers) {
		struct xfv_peer *peer = q->peers;
		q->peers = peer->next;
		free_peer(peer);
	}
}
