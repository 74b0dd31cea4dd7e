/* SPDX-License-Identifier: MIT */
/* What a physical device can do, and which one is taken where the user names none. */
#ifndef XFV_VULKAN_PHYSICAL_H
#define XFV_VULKAN_PHYSICAL_H

#include "vulkan/api.h"

/* Bits for the extensions that are of use, in the order of xfv_extension_names. */
enum {
	XFV_HAS_MEMORY_HOST = 1u << 0,
	XFV_HAS_MEMORY_FD = 1u << 1,
	XFV_HAS_SEMAPHORE_FD = 1u << 2, /* and shares timeline semaphores by it */
	XFV_HAS_DMA_BUF = 1u << 3,
	XFV_HAS_MODIFIERS = 1u << 4,
	XFV_HAS_FOREIGN = 1u << 5,
};
#define XFV_EXTENSIONS 6
#define XFV_NEEDED_DMA_BUF                                                                         \
	(XFV_HAS_MEMORY_FD | XFV_HAS_DMA_BUF | XFV_HAS_MODIFIERS | XFV_HAS_FOREIGN)
extern const char *const xfv_extension_names[XFV_EXTENSIONS];

struct xfv_physical {
	VkPhysicalDevice handle;
	uint32_t extensions; /* XFV_HAS_*, that it has */
	bool answers; /* to what is newer than Vulkan 1.0 */
	bool timelines;
	uint64_t max_difference; /* of a value that is waited for, and the semaphore's */
	uint32_t api_version;
	uint64_t host_alignment_bytes; /* of imported host memory */
	uint8_t device_uuid[VK_UUID_SIZE], driver_uuid[VK_UUID_SIZE];
	VkPhysicalDeviceType type;
	VkPhysicalDeviceMemoryProperties memory;
	char name[VK_MAX_PHYSICAL_DEVICE_NAME_SIZE];
};

/* XFV_HAS_* of those named. */
uint32_t xfv_extensions_of(const char *const *names, uint32_t count);

/* 1u << XF_MEMORY_*, with these extensions. */
uint32_t xfv_memories_of(uint32_t extensions);

/* The first extension that dma-bufs need and that is not among these; NULL: all are. */
const char *xfv_missing_for_dma_bufs(uint32_t extensions);

/* -EOPNOTSUPP: it will not do. */
int xfv_physical_look(const struct xfv_instance_calls *vi, VkPhysicalDevice handle,
	struct xfv_physical *ret_physical);

/* The fastest kind of those that will do, or that whose name has `part` in it. -ENODEV. */
int xfv_physical_choose(const struct xfv_instance_calls *vi, VkInstance instance, const char *part,
	struct xfv_physical *ret_physical);

#endif
