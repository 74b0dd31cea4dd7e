/* SPDX-License-Identifier: MIT */
/* Others' queues, as one of ours waits for them on the device. */
#ifndef XFV_VULKAN_PEER_H
#define XFV_VULKAN_PEER_H

#include <stdatomic.h>

#include "vulkan/device.h"

struct xfv_queue;

struct xfv_peer {
	struct xfv_queue *queue;
	xf_id id;
	struct xf_timeline *timeline; /* theirs; owned */
	bool asked_for; /* under peers_lock; what follows is the asker's until it is not */
	VkSemaphore semaphore; /* its twin; VK_NULL_HANDLE: not to be had */
	struct xf_queue *watch; /* sleeps until the timeline is abandoned */
	struct xf_queue *suspicion; /* the teller's: NULL, or waits until the timeline has come */
	_Atomic uint32_t uses; /* works that name it */
	/* Guarded by the queue's lock: */
	uint64_t highest; /* value that the device was told to wait for */
	bool over; /* abandoned */
	bool let_go; /* and nothing of ours waits for it any more */
	bool false_twin; /* the timeline came to a value, and the semaphore did not */
	bool closing;
	struct xfv_peer *next; /* queue.peers, under peers_lock */
};

/*
 * The peer whose timeline this is, used once more. -ENOENT: the device cannot wait for it, or not
 * yet, so wait by CPU. Who is met for the first time is asked for its semaphore by a thread; blocks
 * for as long as an answer takes, but no more than XFV_PEER_MOMENT_NS, and not while another one
 * owes its answer.
 */
#define XFV_PEER_MOMENT_NS 10000000
int xfv_peer_use(struct xfv_queue *queue, struct xf_timeline *timeline, struct xfv_peer **ret_peer);
void xfv_peer_unuse(struct xfv_peer *peer);

/* Before a submission that waits for `value`. XF_ABANDONED: nobody will signal it. */
int xfv_peer_expect_locked(struct xfv_peer *peer, uint64_t value);

/*
 * Work that waits for `value` is late. When the timeline has come there and the semaphore has not,
 * it is not its owner's, or its owner lies: it is signalled here, and never waited for again. On
 * the teller; blocks only where there is no memory.
 */
void xfv_peer_suspect(struct xfv_peer *peer, uint64_t value);

/* Of a queue whose device has done all. Blocks for an answer that is waited for. */
void xfv_peers_close(struct xfv_queue *queue);

#endif
