/* SPDX-License-Identifier: MIT */
/* A VkQueue as a queue, and what submissions hand over to it. */
#ifndef XFV_VULKAN_QUEUE_H
#define XFV_VULKAN_QUEUE_H

#include "vulkan/device.h"
#include "vulkan/teller.h"
#include "vulkan/work.h"

struct xfv_queue {
	struct xf_vulkan *vulkan;
	VkQueue queue;
	pthread_mutex_t *queue_lock; /* the public one, taken last */
	struct xf_domain *domain; /* or NULL */
	/* With a domain, both owned by this process: the number of the last work done, of those
	 * that were submitted when they were handed over; and of those that were held back. */
	struct xf_timeline *timeline, *late; /* the same where no semaphore is shared */
	VkSemaphore progress; /* numbers for the device; the twin of `timeline`, where it can be */
	struct xf_queue *sender; /* runs what is held back, in order */
	struct xfv_teller teller; /* waits for what is submitted, in order, and tells */
	_Atomic bool ending; /* nobody is waited for much longer */
	int broken; /* the teller's: a submitted work came to nothing, and so do later ones */
	uint64_t known,
		kept; /* the teller's: done at the last look; done, and not told yet, or 0 */
	pthread_mutex_t peers_lock; /* guards what follows */
	pthread_cond_t answered;
	struct xfv_peer *peers;
	struct xf_queue *asker; /* asks for their semaphores; NULL: nobody was met yet */
	uint32_t n_asked_for;
	bool closing; /* nobody is asked any more */
	pthread_mutex_t lock; /* guards what follows */
	uint32_t held_back; /* works that the sender has */
	uint32_t owed; /* of them waits that it does not know to be such; see queue.c */
	uint64_t number; /* of the last work; each has one, in the order in which they run */
	uint64_t sent; /* number of the last one submitted */
	int failed; /* a result; not 0: nothing is submitted any more */
	struct xfv_work *orphans; /* whose fences the sender may still wait for */
	struct xfv_work end; /* told when all before was: nothing more will be */
	bool ended; /* the teller has it, or had */
};

/* NULL: not such a queue. */
struct xfv_queue *xfv_queue_of(const struct xf_queue *queue);

/* Of the last work that was handed over. */
uint64_t xfv_queue_number(struct xfv_queue *queue);

/* Nothing is taken any more; what failed first stays the reason. */
void xfv_queue_fail(struct xfv_queue *queue, int result);

/* 0, or why it takes nothing any more. */
int xfv_queue_check(struct xfv_queue *queue);

/*
 * Nothing more will be told: abandons our timelines, once the device has done what was submitted,
 * or is lost, so that it signals nothing any more.
 */
void xfv_queue_give_up(struct xfv_queue *queue);

/*
 * Gives the work a number, and submits it or, behind others or behind fences that are not passed,
 * leaves it to the sender. The queue's from here on, also when it fails later. When this fails
 * nothing was submitted, and the work is gone too. *ret_timeline comes to *ret_number when the work
 * is done.
 */
int xfv_queue_hand_over(struct xfv_queue *queue, struct xfv_work *work,
	struct xf_timeline **ret_timeline, uint64_t *ret_number);

#endif
