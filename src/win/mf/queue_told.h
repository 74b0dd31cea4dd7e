/* SPDX-License-Identifier: MIT */
/*
 * What a queue has to tell others when it comes to it: shared fences get their values. A driver's
 * fence of our own counts the queue's signals, and each of its steps is one call to us.
 */
#ifndef XFI_WIN_MF_QUEUE_TOLD_H
#define XFI_WIN_MF_QUEUE_TOLD_H

#include "win/mf/proxy.h"

struct xfi_told;

/* For a queue of `device`'s. E_OUTOFMEMORY, or what the device says. */
HRESULT xfi_told_create(ID3D12Device *device, struct xfi_told **ret_told);

/* What it has still to tell is told. NULL is allowed. */
void xfi_told_destroy(struct xfi_told *told);

/*
 * `fence` (a shared one) is to get `value` when the queue comes to here: the queue signals
 * *ret_fence (borrowed) with *ret_count then. In the order of the queue.
 */
HRESULT xfi_told_add(struct xfi_told *told, ID3D12Fence *fence, UINT64 value,
	ID3D12Fence **ret_fence, UINT64 *ret_count);

#endif
