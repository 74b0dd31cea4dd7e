/* SPDX-License-Identifier: MIT */
#include "win/dxgi/view_end.h"

#include "win/gpu/buffer.h"

void xfi_view_end(struct xfi_view *view)
{
	struct xfi_device *device = view->child.device;
	if (!view->counter)
		return;
	xfi_device_lock(device);
	xfi_gpu_buffer_destroy(device->gpu, view->counter);
	xfi_device_unlock(device);
}
