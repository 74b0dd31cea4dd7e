/* SPDX-License-Identifier: MIT */
#include "win/dxgi/fence_gpu.h"

int xfi_fence_gpu_signal(struct xfi_device *device, xf_id timeline, uint64_t value)
{
	return -ENOSYS;
}

int xfi_fence_gpu_wait(struct xfi_device *device, xf_id timeline, uint64_t value)
{
	return -ENOSYS;
}

int xfi_fence_gpu_catch_up(struct xfi_device *device)
{
	return 0;
}

void xfi_fence_gpu_end(struct xfi_device *device)
{
}
