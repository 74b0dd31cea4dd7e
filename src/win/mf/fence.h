/* SPDX-License-Identifier: MIT */
/*
 * Fence: an ID3D12Fence before libvkd3d's, whose SetEventOnCompletion without an event waits, as
 * documented; libvkd3d's returns at once. libvkd3d's own calls take its own fences only.
 *
 * libvkd3d's fence may go back, from 500 to 499 and for good: it looks at its queues' signals one
 * after the other, and may find the later one done before the one before. A value that was seen
 * once, by looking or by waiting, stays for all who ask here.
 */
#ifndef XFI_WIN_MF_FENCE_H
#define XFI_WIN_MF_FENCE_H

#include "win/mf/proxy.h"

/* Takes `inner`'s reference on success. `device` is what GetDevice answers. E_OUTOFMEMORY. */
HRESULT xfi_fence_wrap(ID3D12Fence *inner, ID3D12Device *device, ID3D12Fence **ret_fence);

/* What stands behind a fence of ours, borrowed; others are returned as they are. */
ID3D12Fence *xfi_fence_inner(ID3D12Fence *fence);

/* The value, of any fence; and what is known of it by other ways. */
UINT64 xfi_fence_value(ID3D12Fence *fence);
void xfi_fence_reached(ID3D12Fence *fence, UINT64 value);

/* A queue will signal it. Who signals less than was seen wants the fence to go back. */
void xfi_fence_signals(ID3D12Fence *fence, UINT64 value);

/* A new fence at 0 for work of our own, without one of ours before it: for queues of any kind. */
HRESULT xfi_fence_create(ID3D12Device *device, ID3D12Fence **ret_fence);

#endif
