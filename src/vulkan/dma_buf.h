/* SPDX-License-Identifier: MIT */
/* Surfaces in dma-bufs: made by this device, or opened, whoever made them. */
#ifndef XFV_VULKAN_DMA_BUF_H
#define XFV_VULKAN_DMA_BUF_H

#include "vulkan/memory.h"

/*
 * A dma-buf for the pictures of `desc`, which says afterwards where its planes are and what it is
 * made of. Of modifiers the driver has the choice, where that is XF_MODIFIER_DRIVER. -EOPNOTSUPP:
 * there are none, or not that one.
 */
int xfv_dma_buf_make(struct xf_vulkan *vulkan, struct xf_surface_desc *desc, int *ret_fd);

/* Can this device have what `desc` says? -EOPNOTSUPP. */
int xfv_dma_buf_check(struct xf_vulkan *vulkan, const struct xf_surface_desc *desc);

/*
 * Imports the surface's, for images that want `bytes` of a kind in `types`, or for one image alone.
 * -EPROTO: it is no dma-buf, or less than `desc` says or than the images want.
 */
int xfv_dma_buf_import(struct xf_vulkan *vulkan, struct xf_surface *surface,
	const struct xf_surface_desc *desc, uint32_t types, uint64_t bytes, VkImage alone,
	struct xfv_memory *ret_memory);

#endif
