/* SPDX-License-Identifier: MIT */
/* The bytes of a surface as a device's memory: imported from the domain, or from a descriptor. */
#ifndef XFV_VULKAN_MEMORY_H
#define XFV_VULKAN_MEMORY_H

#include "vulkan/plane.h"

struct xfv_memory {
	VkDeviceMemory memory;
	uint64_t size_bytes; /* that may be used */
	void *mapped; /* host memory, else NULL */
	uint64_t mapped_bytes;
};

/* Host memory, mapped and imported. */
int xfv_memory_import_host(
	struct xf_vulkan *vulkan, struct xf_surface *surface, struct xfv_memory *ret_memory);

/* The device's, of a kind in `types`. */
int xfv_memory_import_fd(struct xf_vulkan *vulkan, struct xf_surface *surface,
	const struct xf_surface_desc *desc, uint32_t types, struct xfv_memory *ret_memory);

/*
 * New memory of the device, of a kind in `types`, which lives as long as somebody has the
 * descriptor or has it imported. `next` goes to the allocation, or is NULL. -EMFILE, where the
 * driver says so by making none.
 */
int xfv_memory_export(struct xf_vulkan *vulkan, uint64_t bytes, uint32_t types,
	VkExternalMemoryHandleTypeFlagBits kind, const void *next, int *ret_fd);

void xfv_memory_release(struct xf_vulkan *vulkan, struct xfv_memory *memory);

/* What the images of host memory may use beyond the surface's last byte; see memory.c. */
uint64_t xfv_usable_bytes(uint64_t size_bytes);

#endif
