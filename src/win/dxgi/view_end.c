/* SPDX-License-Identifier: MIT */
#include "win/dxgi/view_end.h"

#include "win/gpu/buffer.h"
#include "win/gpu/image.h"

void xfi_view_end(struct xfi_view *view)
{
	struct xfi_device *device = view->child.device;
	if (!view->counter && !view->stand_in)
		return;
	xfi_device_lock(device);
	xfi_gpu_buffer_destroy(device->gpu, view->counter);
	xfi_gpu_image_destroy(device->gpu, view->stand_in);
	xfi_device_unlock(device);
}
