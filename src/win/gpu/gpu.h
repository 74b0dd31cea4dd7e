/* SPDX-License-Identifier: MIT */
/*
 * GPU: a D3D device's side of a card: a queue, the batch of commands that is being recorded, and
 * what is waiting to be done.
 *
 * Every image is in VK_IMAGE_LAYOUT_GENERAL for as long as it lives, and what is recorded after
 * something else waits for all of that (xfi_batch_order()). That is the simplest thing that is
 * right; what a driver could gain by knowing more is left to it.
 *
 * Results: 0, -ENOMEM; -EIO: the device is lost, from then on for good; others where named.
 * Thread-safety: all calls of this room about one GPU need its D3D device's lock.
 */
#ifndef XFI_WIN_GPU_GPU_H
#define XFI_WIN_GPU_GPU_H

#include "win/gpu/card.h"

struct xfi_batch;
struct xfi_gpu_signal;
struct xfi_tally;

/* A timeline that the queue waits for, which it borrows until it has come past that. */
struct xfi_gpu_wait {
	struct xfi_gpu_wait *next;
	struct xf_timeline *timeline;
	uint64_t number; /* of the batch behind it: when that is done, so is the wait */
};

#define XFI_GPU_FOLLOWED XF_VULKAN_SUBMIT_MAX

struct xfi_gpu {
	struct xfi_card *card;
	struct xf_domain *domain; /* of surfaces that are handed on; borrowed, or NULL */
	struct xf_queue *queue;
	VkSemaphore done; /* the number of the last batch that the device has done */
	uint64_t number; /* of the last batch that was opened, from 1 */
	uint64_t handed_on; /* the last batch that somebody was handed a surface behind */
	uint64_t dropped; /* batches up to this number came to nothing or are done */
	struct xfi_batch *open; /* being recorded, or NULL */
	struct xfi_batch *sent; /* oldest first */
	struct xfi_batch *spare;
	struct xfi_gpu_wait *waits;
	struct xf_surface *followed[XFI_GPU_FOLLOWED]; /* the next batch waits for their owners */
	uint32_t n_followed;
	struct xfi_gpu_signal *signals; /* signal.c's, as the next three */
	struct xf_timeline *told;
	uint64_t round; /* of the last one that the queue was told to end */
	uint32_t n_signals; /* since then */
	int lost; /* 0, or -EIO */
	struct xfi_gpu_pipelines *pipelines; /* pipeline.c's */
	struct xfi_gpu_sampler *samplers; /* sampler.c's */
	struct xfi_gpu_nothing *nothing; /* nothing.c's */
	struct xfi_tally *tallies; /* being counted; tally.c's */
};

/* On this adapter's card. */
int xfi_gpu_create(
	struct xf_domain *domain, const struct xfi_adapter *adapter, struct xfi_gpu **ret_gpu);

/* Waits for what was submitted; drops what was not. NULL is allowed. */
void xfi_gpu_destroy(struct xfi_gpu *gpu);

/* Hands all that is recorded to the device; never blocks for it. */
int xfi_gpu_flush(struct xfi_gpu *gpu);

/* The same, and gives on the keyed mutex of a surface that is owned. */
int xfi_gpu_release(struct xfi_gpu *gpu, struct xf_surface *surface, uint64_t key);

/* What is recorded after this waits for `timeline`, which is taken. Never blocks. */
int xfi_gpu_wait(struct xfi_gpu *gpu, struct xf_timeline *timeline, uint64_t value);

/*
 * What is recorded after this waits for the last owner of a surface, whose keyed mutex was acquired
 * just now; where it can the device does. Borrows it until it is released or no longer followed.
 * Never blocks.
 */
int xfi_gpu_follow(struct xfi_gpu *gpu, struct xf_surface *surface);
void xfi_gpu_unfollow(struct xfi_gpu *gpu, const struct xf_surface *surface);

/* `timeline`, which is taken, is raised when all that was recorded is done. Never blocks. */
int xfi_gpu_signal(struct xfi_gpu *gpu, struct xf_timeline *timeline, uint64_t value);

/*
 * Flushes, and waits until the device has done all of it. Spans stay until xfi_gpu_is_done().
 * XF_ABANDONED: it came to nothing, since a fence that it waited for was abandoned.
 */
int xfi_gpu_finish(struct xfi_gpu *gpu);

/*
 * Waits until the queue is at its end of all it was given, and borrows nothing any more: before a
 * timeline is closed that it was to signal. A queue that fails is replaced; where that fails, too,
 * or the device is lost, there is none from then on.
 */
void xfi_gpu_settle(struct xfi_gpu *gpu);

/* Is batch `number` done? Takes notice of all that are. */
bool xfi_gpu_is_done(struct xfi_gpu *gpu, uint64_t number);

/* As if the device had been lost, for tests and for who finds out elsewhere. */
void xfi_gpu_lose(struct xfi_gpu *gpu);

/* `result` of a Vulkan call; notes a lost device. */
int xfi_gpu_result(struct xfi_gpu *gpu, const char *call, VkResult result);

#endif
