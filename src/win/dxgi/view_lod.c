/* SPDX-License-Identifier: MIT */
#include "win/dxgi/view_lod.h"

#include "win/gpu/image.h"

void xfi_resource_set_min_lod(struct xfi_resource *resource, float lod)
{
	struct xfi_device *device = resource->child.device;
	if (!(resource->desc.misc & D3D11_RESOURCE_MISC_RESOURCE_CLAMP))
		return;
	xfi_device_lock(device);
	for (int i = 0; i < 2 && lod != resource->min_lod; i++)
		if (resource->gpu.images[i])
			xfi_gpu_image_forget_min_lod(device->gpu, resource->gpu.images[i]);
	resource->min_lod = lod;
	xfi_device_unlock(device);
}
