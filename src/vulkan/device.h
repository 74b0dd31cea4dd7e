/* SPDX-License-Identifier: MIT */
/* A device: the user's, or made here. */
#ifndef XFV_VULKAN_DEVICE_H
#define XFV_VULKAN_DEVICE_H

#include <pthread.h>

#include "vulkan/api.h"
#include "vulkan/physical.h"

/* The lock of a VkQueue, for all who use it. */
struct xfv_queue_lock {
	VkQueue queue;
	pthread_mutex_t lock;
	struct xfv_queue_lock *next;
};

struct xf_vulkan {
	PFN_vkGetInstanceProcAddr get;
	VkInstance instance;
	VkDevice device;
	bool own_instance, own_device;
	const uint32_t *mark; /* drivers do not work in forked children */
	struct xfv_instance_calls vi;
	struct xfv_device_calls vk;
	struct xfv_physical physical;
	uint32_t extensions; /* XFV_HAS_*, enabled */
	VkQueue queue; /* of a device made here */
	uint32_t queue_family;
	pthread_mutex_t lock; /* guards what follows */
	struct xfv_queue_lock *locks; /* never shortened */
};

/* 0, -ECHILD, or -EINVAL for NULL. */
int xfv_check(const struct xf_vulkan *vulkan);

/* Of `queue`, made when it is first asked for. NULL: no memory. */
pthread_mutex_t *xfv_queue_lock(struct xf_vulkan *vulkan, VkQueue queue);

#endif
