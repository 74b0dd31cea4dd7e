/* SPDX-License-Identifier: MIT */
#ifndef XFV_VULKAN_IMAGE_H
#define XFV_VULKAN_IMAGE_H

#include "vulkan/memory.h"

struct xf_vulkan_image {
	struct xf_vulkan *vulkan;
	struct xfv_memory memory;
	bool foreign; /* owned by anybody's device between uses, and not only by this driver's */
	VkBuffer buffer; /* or planes */
	uint32_t n_planes;
	struct xfv_plane planes[XF_PLANES_MAX];
};

#endif
