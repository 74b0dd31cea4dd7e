/* SPDX-License-Identifier: MIT */
/*
 * Fences in the order of what is drawn: the GPU's queue raises them and waits for them, and the
 * caller goes on. What the processor does itself with memory that others write, too, comes behind
 * the same fences.
 *
 * Thread-safety: all calls need the device's lock.
 */
#ifndef XFI_WIN_DXGI_FENCE_GPU_H
#define XFI_WIN_DXGI_FENCE_GPU_H

#include <crossfence/timeline.h>

#include "win/dxgi/device.h"

/* A fence that a device's queue waits for. */
struct xfi_fence_wait {
	struct xfi_fence_wait *next; /* device.fence_waits */
	struct xf_timeline *timeline;
	uint64_t value;
};

/*
 * The timeline of that id is raised when the GPU has done all that was recorded. -ENOSYS: the
 * device has drawn nothing yet, so there is nothing to come behind. -EIO: it is lost.
 */
int xfi_fence_gpu_signal(struct xfi_device *device, xf_id timeline, uint64_t value);

/* What is recorded from now on waits. -ENOSYS: there is no GPU to do so. */
int xfi_fence_gpu_wait(struct xfi_device *device, xf_id timeline, uint64_t value);

/* The processor waits for all that the queue was told to wait for. */
int xfi_fence_gpu_catch_up(struct xfi_device *device);

/*
 * One of those that are not passed yet, for a processor that waits without the lock; the timeline
 * is the caller's to close. False: there is none.
 */
bool xfi_fence_gpu_pending(
	struct xfi_device *device, struct xf_timeline **ret_timeline, uint64_t *ret_value);

/* With the device. */
void xfi_fence_gpu_end(struct xfi_device *device);

#endif
