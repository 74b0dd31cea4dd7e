/* SPDX-License-Identifier: MIT */
/* The planes of a surface as images: of what format and extent, and what the driver says of them.
 */
#ifndef XFV_VULKAN_PLANE_H
#define XFV_VULKAN_PLANE_H

#include "vulkan/device.h"

/* How all planes of a surface are made. */
struct xfv_planes {
	VkExternalMemoryHandleTypeFlagBits handle_type;
	VkImageTiling tiling;
	VkImageUsageFlags usage;
	/* With DRM's modifiers: to choose from; none: the planes are where the description says. */
	uint32_t n_modifiers;
	const uint64_t *modifiers;
};

struct xfv_plane {
	VkImage image;
	VkFormat format;
	VkMemoryRequirements needs;
	uint32_t row_pitch_bytes; /* of linear tiling */
};

/* Copies a description that may be older or newer. -EINVAL. */
int xfv_read_desc(const struct xf_surface_desc *given, struct xf_surface_desc *ret_desc);

/* As how many images a picture is seen: one for each plane of its format; 0: it is none. */
uint32_t xfv_images_of(const struct xf_surface_desc *desc);

/* What there is to say of image `i`. -EOPNOTSUPP: it is none that can be shared. */
int xfv_plane_info(const struct xf_surface_desc *desc, uint32_t i, const struct xfv_planes *how,
	VkImageCreateInfo *ret_info);

/*
 * How such images share memory of that type; 0: not at all. `modifier`: NULL, or DRM's with a
 * tiling of those.
 */
int xfv_plane_features(struct xf_vulkan *vulkan, const VkImageCreateInfo *info,
	VkExternalMemoryHandleTypeFlagBits handle_type, const uint64_t *modifier,
	VkExternalMemoryFeatureFlags *ret_features);

/* Plane `i` of `desc`. -EOPNOTSUPP: the device has no such images. */
int xfv_plane_make(struct xf_vulkan *vulkan, const struct xf_surface_desc *desc, uint32_t i,
	const struct xfv_planes *how, struct xfv_plane *ret_plane);

/*
 * Fills in the planes as the driver would have them: offsets, and strides where they mean
 * something. *ret_end: one past the last byte that the images use; *ret_types: of memory that all
 * of them can have.
 */
int xfv_planes_describe(struct xf_vulkan *vulkan, struct xf_surface_desc *desc,
	const struct xfv_planes *how, uint64_t *ret_end, uint32_t *ret_types);

/* The buffer of a surface of `size_bytes`; what it needs. */
int xfv_buffer_make(struct xf_vulkan *vulkan, uint64_t size_bytes,
	VkExternalMemoryHandleTypeFlagBits handle_type, VkBuffer *ret_buffer,
	VkMemoryRequirements *ret_needs);

/* The same in every process, as imported memory must be: the first of the device's own, or any. */
uint32_t xfv_memory_type(const struct xf_vulkan *vulkan, uint32_t types);

/* Up to a multiple of `alignment`, a power of two. */
static inline uint64_t xfv_align(uint64_t bytes, uint64_t alignment)
{
	return (bytes + alignment - 1) & ~(alignment - 1);
}

#endif
