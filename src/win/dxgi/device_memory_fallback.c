/* SPDX-License-Identifier: MIT */
/* Built without Vulkan: there is none. */
#include "win/dxgi/device_memory.h"

int xfi_device_memory_make(struct xfi_resource *resource)
{
	return -EOPNOTSUPP;
}

int xfi_device_memory_fill(struct xfi_resource *resource)
{
	return 0;
}

int xfi_device_memory_open(struct xfi_resource *resource)
{
	struct xf_surface_desc desc = { .size = sizeof(desc) };
	int r = xf_surface_desc(resource->pixels, &desc, NULL);
	return r || !desc.memory ? r : -EXDEV;
}

int xfi_device_memory_take(struct xfi_resource *resource)
{
	return 0;
}

int xfi_device_memory_give(struct xfi_resource *resource)
{
	return 0;
}
