/* SPDX-License-Identifier: MIT */
/*
 * Exported timeline semaphores for drivers that have none: a counter in shared memory, and threads
 * that carry its values to and from a semaphore of the driver's. Slow, and honest otherwise: what
 * dies with a process dies here too, and descriptors are passed, refused and counted as elsewhere.
 */
#ifndef TESTS_VULKAN_LAYER_SHARE_H
#define TESTS_VULKAN_LAYER_SHARE_H

#include "layer_chain.h"

/* As the driver would. */
VkResult share_create(struct chain_device *device, const VkSemaphoreCreateInfo *info,
	const VkAllocationCallbacks *allocator, VkSemaphore *ret_semaphore);
VkResult share_get_fd(VkSemaphore semaphore, int *ret_fd);
VkResult share_import_fd(struct chain_device *device, VkSemaphore semaphore, int fd);

/* Before the driver destroys it; after it has signalled it from the host. */
void share_end(VkSemaphore semaphore);
void share_signalled(VkSemaphore semaphore, uint64_t value);

/* After the driver has taken a submission: what it will signal is carried on when it has. */
void share_submitted(const VkSubmitInfo *info);

#endif
