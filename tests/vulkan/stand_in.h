/* SPDX-License-Identifier: MIT */
/*
 * Between the library and Vulkan's loader: says that devices cannot do what they can, makes calls
 * fail, loses the device, and counts what is made and not destroyed.
 */
#ifndef TESTS_VULKAN_STAND_IN_H
#define TESTS_VULKAN_STAND_IN_H

#include <stdatomic.h>
#include <stdbool.h>

#include <vulkan/vulkan_core.h>

struct stand_in {
	bool no_devices, old, no_timelines, no_extensions, compute_only;
	_Atomic bool lost; /* submissions and waits say so from now on */
	_Atomic int calls; /* that can fail, so far */
	_Atomic int fails_at; /* which of them does; 0: none */
	_Atomic int left; /* objects made and not destroyed */
};
extern struct stand_in stand_in;

PFN_vkVoidFunction VKAPI_CALL stand_in_get(VkInstance instance, const char *name);

#endif
