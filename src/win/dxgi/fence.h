/* SPDX-License-Identifier: MIT */
/*
 * ID3D11Fence: a monitored fence of D3DKMT's, whose value is a timeline's of the domain. So
 * every process that opens its handle waits for it and signals it in shared memory.
 */
#ifndef XFI_WIN_DXGI_FENCE_H
#define XFI_WIN_DXGI_FENCE_H

#include "win/dxgi/device.h"

HRESULT xfi_fence11_create(
	struct xfi_device *device, UINT64 initial, UINT flags, REFIID riid, void **ret_fence);
HRESULT xfi_fence11_open(struct xfi_device *device, HANDLE handle, REFIID riid, void **ret_fence);

/*
 * By the device's queue: the fence gets the value when the GPU has done all that was recorded; what
 * is recorded from now on waits. Neither blocks, but where there is no GPU, and for a signal that
 * takes a fence back to a lower value, which has to come behind those before it.
 */
HRESULT xfi_fence11_signal(struct xfi_device *device, ID3D11Fence *fence, UINT64 value);
HRESULT xfi_fence11_wait(struct xfi_device *device, ID3D11Fence *fence, UINT64 value);

/* The device was removed: what is not shared is raised to UINT64_MAX. Its lock is held. */
void xfi_fence11_removed(struct xfi_device *device);

#endif
