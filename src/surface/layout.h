/* SPDX-License-Identifier: MIT */
/* Arithmetic of pixel layouts: what a new surface needs. */
#ifndef XFI_SURFACE_LAYOUT_H
#define XFI_SURFACE_LAYOUT_H

#include <crossfence/surface.h>

/* What a new surface is made of. */
struct xfi_surface_plan {
	struct xf_surface_desc desc;
	uint64_t size_bytes;
	uint32_t flags;
	xf_id pool;
	uint32_t pool_index;
	int fd; /* borrowed; -1: payload */
	uint64_t fd_offset;
	uint32_t device_bits; /* see device.h; 0: host memory */
};

/* Checks a description; fills in planes; computes the size. */
int xfi_surface_plan(struct xfi_surface_plan *plan, const struct xf_surface_desc *desc);

#endif
