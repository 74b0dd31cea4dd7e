/* SPDX-License-Identifier: MIT */
/* Timeline semaphores, and those that processes share by descriptors. */
#ifndef XFV_VULKAN_SEMAPHORE_H
#define XFV_VULKAN_SEMAPHORE_H

#include "vulkan/device.h"

/* One that starts at 0. `shared`: its descriptor can be had; the device must be able to. */
int xfv_semaphore_make(struct xf_vulkan *vulkan, bool shared, VkSemaphore *ret_semaphore);

/* Hands the descriptor of a shared one on with `timeline`, whose owner this process is. */
int xfv_semaphore_offer(
	struct xf_vulkan *vulkan, VkSemaphore semaphore, struct xf_timeline *timeline);

/*
 * What goes with another's timeline. -ENOENT: nothing of this driver and device; other failures:
 * nor will there be.
 */
int xfv_semaphore_get(
	struct xf_vulkan *vulkan, struct xf_timeline *timeline, VkSemaphore *ret_semaphore);

/* Signals `value`, unless it has come there; did it have to? */
bool xfv_semaphore_raise(struct xf_vulkan *vulkan, VkSemaphore semaphore, uint64_t value);

/*
 * May a device be told to wait for `value`? -EPROTO: it is further than that bears, and no honest
 * queue has as many works on their way.
 */
int xfv_semaphore_bears(struct xf_vulkan *vulkan, VkSemaphore semaphore, uint64_t value);

/* Lets whoever waits for `value` go on, where nobody else signals it any more. */
void xfv_semaphore_let_go(struct xf_vulkan *vulkan, VkSemaphore semaphore, uint64_t value);

#endif
