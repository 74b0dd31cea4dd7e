/* SPDX-License-Identifier: MIT */
/* A VkQueue as a queue, and what submissions hand over to it. */
#ifndef XFV_VULKAN_QUEUE_H
#define XFV_VULKAN_QUEUE_H

#include <sys/types.h>

#include "vulkan/device.h"
#include "vulkan/teller.h"
#include "vulkan/work.h"

struct xfv_queue {
	struct xf_vulkan *vulkan;
	VkQueue queue;
	pthread_mutex_t *queue_lock; /* the public one, taken last */
	pid_t pid;
	struct xf_domain *domain; /* or NULL */
	struct xf_timeline *timeline; /* with a domain: owned; the number of the last work done */
	VkSemaphore progress; /* the same for the device */
	struct xf_queue *sender; /* runs what is held back, in order */
	struct xfv_teller teller; /* waits for what is submitted, in order, and tells */
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

/* 0, or why it takes nothing any more. */
int xfv_queue_check(struct xfv_queue *queue);

/*
 * Gives the work a number, and submits it or, behind others or behind fences that are not passed,
 * leaves it to the sender. The queue's from here on, also when it fails later. When this fails
 * nothing was submitted, and the work is gone too.
 */
int xfv_queue_hand_over(struct xfv_queue *queue, struct xfv_work *work, uint64_t *ret_number);

#endif
