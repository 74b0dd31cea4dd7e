/* SPDX-License-Identifier: MIT */
/* DRM's modifiers: in which of them a device shares images as dma-bufs. */
#ifndef XFV_VULKAN_MODIFIER_H
#define XFV_VULKAN_MODIFIER_H

#include "vulkan/plane.h"

#define XFV_MODIFIERS_MAX 128

struct xfv_modifier {
	uint64_t modifier;
	uint32_t n_planes; /* of memory; more than the format's where there is more than pixels */
};

struct xfv_modifiers {
	uint32_t count;
	struct xfv_modifier list[XFV_MODIFIERS_MAX];
};

/* What a device needs for dma-bufs is there and enabled; else -EOPNOTSUPP. */
int xfv_modifiers_check(const struct xf_vulkan *vulkan);

/*
 * Those that pictures like `desc`, for `desc->usage`, can have here, to be made and to be opened.
 * There may be none.
 */
int xfv_modifiers_look(struct xf_vulkan *vulkan, const struct xf_surface_desc *desc,
	struct xfv_modifiers *ret_modifiers);

/* NULL: it is not among them. */
const struct xfv_modifier *xfv_modifiers_find(
	const struct xfv_modifiers *modifiers, uint64_t modifier);

/* -EOPNOTSUPP, with a sentence that says which there are. */
int xfv_modifiers_refuse(const struct xf_vulkan *vulkan, const struct xf_surface_desc *desc,
	const struct xfv_modifiers *modifiers);

#endif
