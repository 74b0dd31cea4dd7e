/* SPDX-License-Identifier: MIT */
/*
 * Dma-bufs and modifiers for drivers that have none: memory files, which the driver imports as host
 * memory, and images in them that are linear with either modifier. Those of a vendor that there is
 * not have longer rows, and a second plane behind the pixels. Planes that are not as the modifier
 * has them are refused.
 */
#ifndef TESTS_VULKAN_LAYER_DMA_BUF_H
#define TESTS_VULKAN_LAYER_DMA_BUF_H

#include "layer_chain.h"

/* As in drm_fourcc.h: the vendor's number in the highest byte. */
#define DMA_BUF_VENDOR	 UINT64_C(0x7e00000000000005)
#define DMA_BUF_NO_WHERE UINT64_C(0x7e00000000000006) /* no device has it */

/* What its files are called, for those who have to take them for what they stand for. */
#define DMA_BUF_NAME "stands-for-a-dma-buf"

void dma_buf_format(VkFormatProperties2 *ret);
VkResult dma_buf_image_format(struct chain_instance *instance, VkPhysicalDevice device,
	const VkPhysicalDeviceImageFormatInfo2 *info, VkImageFormatProperties2 *ret);

/* As the driver would; what is no dma-buf is left to it. */
VkResult dma_buf_create_image(struct chain_device *device, const VkImageCreateInfo *info,
	const VkAllocationCallbacks *allocator, VkImage *ret_image);
VkResult dma_buf_modifier(VkImage image, VkImageDrmFormatModifierPropertiesEXT *ret);
void dma_buf_requirements(
	struct chain_device *device, VkImage image, VkMemoryRequirements *ret_requirements);
void dma_buf_layout(struct chain_device *device, VkImage image, const VkImageSubresource *part,
	VkSubresourceLayout *ret_layout);
VkDeviceSize dma_buf_start(VkImage image); /* how far behind the place it is bound to */
void dma_buf_end_image(VkImage image);
VkResult dma_buf_allocate(struct chain_device *device, const VkMemoryAllocateInfo *info,
	const VkAllocationCallbacks *allocator, VkDeviceMemory *ret_memory);
VkResult dma_buf_get_fd(struct chain_device *device, const VkMemoryGetFdInfoKHR *info, int *ret_fd);
VkResult dma_buf_fd_properties(int fd, VkMemoryFdPropertiesKHR *ret);
void dma_buf_end_memory(VkDeviceMemory memory); /* after the driver has let go of it */

#endif
