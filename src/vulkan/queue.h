/* SPDX-License-Identifier: MIT */
/* A VkQueue as a queue, and what submissions hand over to it. */
#ifndef XFV_VULKAN_QUEUE_H
#define XFV_VULKAN_QUEUE_H

#include <sys/types.h>

#include "vulkan/device.h"

struct xfv_queue {
	struct xf_vulkan *vulkan;
	VkQueue queue;
	pthread_mutex_t *queue_lock; /* the public one, taken last */
	pid_t pid;
	struct xf_domain *domain; /* or NULL */
	struct xf_timeline *timeline; /* with a domain: owned; the number of the last work done */
	VkSemaphore progress; /* the same for the device */
	struct xf_queue *sender; /* runs what is held back, in order */
	struct xf_queue *teller; /* waits for what is submitted, in order, and tells */
	pthread_mutex_t lock; /* guards what follows */
	uint32_t held_back; /* works that the sender has */
	uint64_t number; /* of the last work; each has one, in the order in which they run */
	uint64_t sent; /* number of the last one submitted */
	int failed; /* a result; not 0: nothing is submitted any more */
	struct xfv_work *orphans; /* whose fences the sender may still wait for */
};

/* What is handed over. */
struct xfv_work {
	struct xfv_queue *queue;
	uint64_t number;
	struct xfv_work *next;
	/* Either: raises `timeline` when earlier work is done; */
	struct xf_timeline *timeline;
	uint64_t value;
	/* or calls fn(arg) then; */
	void (*fn)(void *arg);
	void *arg;
	/* or is a submission: */
	uint64_t after; /* a number that the device waits for itself */
	VkFence fence;
	uint32_t n_commands, n_waits, n_signals; /* the user's semaphores; there is room for one */
	const VkCommandBuffer *commands;
	VkSemaphore *waits, *signals;
	uint64_t *wait_values, *signal_values;
	VkPipelineStageFlags *stages;
	/* Others' fences: open, to be closed with the work. */
	uint32_t n_fences;
	struct xf_timeline **fences;
	uint64_t *fence_values;
	/* Mutexes that are handed on; abandoned if the work comes to nothing. */
	uint32_t n_released;
	xf_id *released;
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

/* Work that was not handed over. */
void xfv_work_free(struct xfv_work *work);

#endif
