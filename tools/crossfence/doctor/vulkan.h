/* SPDX-License-Identifier: MIT */
/* What Vulkan's loader and its drivers have, asked in a process of its own: drivers may crash. */
#ifndef CROSSFENCE_TOOL_DOCTOR_VULKAN_H
#define CROSSFENCE_TOOL_DOCTOR_VULKAN_H

#include <stdbool.h>
#include <stdint.h>

#include "finding.h"

#define VULKAN_DEVICES_MAX 16

struct vulkan_device {
	char name[256], driver[512];
	uint32_t version[2]; /* of Vulkan: major, minor */
	bool cpu; /* of kind CPU */
	bool timelines; /* and Vulkan 1.2 */
	bool memory_host, memory_fd; /* the extensions */
	bool semaphore_fd; /* timeline semaphores, too, can be shared */
};

struct vulkan_look {
	struct vulkan_device devices[VULKAN_DEVICES_MAX];
	uint32_t count;
	bool loader; /* libvulkan.so.1 is there */
	bool hangs; /* some driver did not answer */
	int signal; /* that ended who asked; 0: none */
};

/* Before libraries of drivers are loaded in this process: it forks. */
void vulkan_look(struct vulkan_look *ret_look);

void doctor_vulkan(struct findings *findings, const struct vulkan_look *look);

#endif
