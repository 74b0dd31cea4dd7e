/* SPDX-License-Identifier: MIT */
/* A device: the user's, or made here. */
#ifndef XFV_VULKAN_DEVICE_H
#define XFV_VULKAN_DEVICE_H

#include <pthread.h>

#include "vulkan/api.h"
#include "vulkan/physical.h"
#include "vulkan/queue_lock.h"

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
	struct xfv_lock_use *locks; /* never shortened */
};

/* 0, -ECHILD, or -EINVAL for NULL. */
int xfv_check(const struct xf_vulkan *vulkan);

#endif
