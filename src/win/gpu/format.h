/* SPDX-License-Identifier: MIT */
/* DXGI's formats and Vulkan's. */
#ifndef XFI_WIN_GPU_FORMAT_H
#define XFI_WIN_GPU_FORMAT_H

#include "win/prelude.h"

#include <d3d11_4.h>

#include <vulkan/vulkan_core.h>

struct xfi_gpu_format {
	VkFormat format; /* UNDEFINED: not drawn with */
	VkImageAspectFlags aspects; /* that a view of this format looks at */
	uint8_t bytes; /* of a block, in host memory */
	uint8_t block; /* pixels of a block's edge */
	bool alpha_only, opaque; /* one channel is alpha; alpha is 1 */
};

/*
 * `depth`: what it stands for in a resource that can be a depth-stencil buffer; else typeless ones
 * are the unsigned normalized or float format of their family.
 */
struct xfi_gpu_format xfi_gpu_format(DXGI_FORMAT format, bool depth);

#endif
