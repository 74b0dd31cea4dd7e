/* SPDX-License-Identifier: MIT */
/*
 * Shared fence: an ID3D12Fence with D3D12_FENCE_FLAG_SHARED. Its value is a timeline's of the
 * domain, as an ID3D11Fence's, so that other devices, and other processes, open its handle.
 * libvkd3d's fence behind it has nothing but the name and the private data.
 */
#ifndef XFI_WIN_MF_SHARED_FENCE_H
#define XFI_WIN_MF_SHARED_FENCE_H

#include "win/mf/proxy.h"

struct xfi_kmt_sync;

/* Takes `inner` and `sync` on success. `device` is what GetDevice answers. E_OUTOFMEMORY. */
HRESULT xfi_shared_fence_wrap(ID3D12Fence *inner, struct xfi_kmt_sync *sync, ID3D12Device *device,
	ID3D12Fence **ret_fence);

/* The fence behind it, borrowed; NULL: not such a fence. */
struct xfi_kmt_sync *xfi_shared_fence_sync(void *fence);

/* A queue will give it that value. Does this take it back, to less than it was promised or has? */
bool xfi_shared_fence_goes_back(ID3D12Fence *fence, UINT64 value);

#endif
