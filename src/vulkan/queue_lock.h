/* SPDX-License-Identifier: MIT */
/* The lock of a VkQueue: one in the process, however many objects of ours its device has. */
#ifndef XFV_VULKAN_QUEUE_LOCK_H
#define XFV_VULKAN_QUEUE_LOCK_H

#include <pthread.h>

#include <vulkan/vulkan_core.h>

struct xf_vulkan;
struct xfv_queue_lock;

/* One that an object of ours uses until it is destroyed. */
struct xfv_lock_use {
	struct xfv_queue_lock *lock;
	struct xfv_lock_use *next;
};

/* Of `queue`, made when it is first asked for. NULL: no memory. */
pthread_mutex_t *xfv_queue_lock(struct xf_vulkan *vulkan, VkQueue queue);

/* Nothing of the object's is locked any more. */
void xfv_queue_locks_end(struct xf_vulkan *vulkan);

#endif
