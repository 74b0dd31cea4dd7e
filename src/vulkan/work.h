/* SPDX-License-Identifier: MIT */
/* A piece of work for a queue: what it is, and how it ends. */
#ifndef XFV_VULKAN_WORK_H
#define XFV_VULKAN_WORK_H

#include "vulkan/device.h"
#include "vulkan/peer.h"

struct xfv_queue;

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
	uint32_t n_commands, n_waits, n_signals; /* the user's semaphores; there is room for ours */
	const VkCommandBuffer *commands;
	VkSemaphore *waits, *signals;
	uint64_t *wait_values, *signal_values;
	VkPipelineStageFlags *stages;
	/* Others that the device waits for. */
	uint32_t n_peers;
	struct xfv_peer **peers;
	uint64_t *peer_values;
	/* Others' fences, for a CPU: open, to be closed with the work. */
	uint32_t n_fences;
	struct xf_timeline **fences;
	uint64_t *fence_values;
	/* Mutexes that are handed on; abandoned if the work comes to nothing. */
	struct xf_timeline *done; /* the queue's that tells of it */
	uint32_t n_released;
	xf_id *released;
};

/* Work that was not handed over, or is done. */
void xfv_work_free(struct xfv_work *work);
void xfv_work_close_fences(struct xfv_work *work);

/* 0, XF_TIMEOUT; -EIO: the device is lost. */
int xfv_work_wait(struct xfv_queue *queue, uint64_t number, uint64_t timeout_ns);

/* Submitted: to the teller, if there is somebody to be told, or something to learn. */
void xfv_work_pass_on(struct xfv_work *work);

/* Somebody waits for the teller to have told of all up to `number`. */
void xfv_work_hurry(struct xfv_queue *queue, uint64_t number);

/* Of submitted work, in order: waits for it, and tells whoever is to be told. The work ends. */
void xfv_work_tell(struct xfv_work *work);

/* On any thread, without locks. What was promised with this work will not be. The work ends. */
void xfv_work_come_to_nothing(struct xfv_work *work, int result);

#endif
