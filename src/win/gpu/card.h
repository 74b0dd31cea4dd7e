/* SPDX-License-Identifier: MIT */
/*
 * Card: the one VkDevice of an adapter in this process, which all D3D devices on that adapter
 * share. Made when the first of them draws; ends with the last.
 *
 * Thread-safety: safe. What it holds does not change.
 */
#ifndef XFI_WIN_GPU_CARD_H
#define XFI_WIN_GPU_CARD_H

#include "win/adapters/adapters.h"
#include "win/gpu/api.h"

struct xfi_card {
	const struct xfi_adapter *adapter;
	struct xfi_card *next; /* all but lost ones; under a lock in card.c, as the next */
	uint32_t refs;
	struct xfi_gpu_instance_calls vi;
	struct xfi_gpu_device_calls vk;
	PFN_vkGetInstanceProcAddr get;
	VkInstance instance;
	VkPhysicalDevice physical;
	VkDevice device;
	VkQueue queue;
	uint32_t family, timestamp_bits;
	struct xf_vulkan *vulkan; /* over the device, for queues and surfaces */
	VkPhysicalDeviceProperties properties;
	VkPhysicalDeviceMemoryProperties memory;
	VkPhysicalDeviceFeatures features; /* those that are enabled */
	bool has_divisor, has_zero_divisor, has_border, has_mirror, has_draw_parameters;
	bool has_memory_host, has_min_lod;
	PFN_vkGetMemoryFdKHR get_memory_fd; /* NULL: no memory is shared by descriptors */
	VkPhysicalDeviceIDProperties id;
};

/*
 * An adapter's card, with a reference. The software one's is a processor that draws, where there is
 * one, else the fastest. -ENOSYS, -ENODEV, -EOPNOTSUPP, -ENOMEM, -EIO, and a message.
 */
int xfi_card_get(const struct xfi_adapter *adapter, struct xfi_card **ret_card);
void xfi_card_put(struct xfi_card *card);
void xfi_card_lose(struct xfi_card *card);

/*
 * Allocates memory for these requirements, of a type with all of `flags`, better with those of
 * `better` too.
 */
int xfi_card_allocate(struct xfi_card *card, const VkMemoryRequirements *requirements,
	VkMemoryPropertyFlags flags, VkMemoryPropertyFlags better, VkDeviceMemory *ret_memory);

/* The same, with more to say of it: a chain of structures for vkAllocateMemory(). */
int xfi_card_allocate_with(struct xfi_card *card, const VkMemoryRequirements *requirements,
	VkMemoryPropertyFlags flags, VkMemoryPropertyFlags better, const void *next,
	VkDeviceMemory *ret_memory);

#endif
