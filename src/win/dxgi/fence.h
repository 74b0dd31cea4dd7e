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

/* For a context whose commands so far are done; and before those that follow. */
HRESULT xfi_fence11_signal(ID3D11Fence *fence, UINT64 value);
HRESULT xfi_fence11_wait(ID3D11Fence *fence, UINT64 value);

#endif
