/* SPDX-License-Identifier: MIT */
/*
 * Queue: an ID3D12CommandQueue before another one, which can hold work back on the CPU until a gate
 * opens. libvkd3d's own Wait ignores values that are not signalled yet, and where all queues
 * share one Vulkan queue, work that waits there would be in the way of the work it waits for.
 */
#ifndef XFI_WIN_MF_QUEUE_H
#define XFI_WIN_MF_QUEUE_H

#include "win/mf/gate.h"
#include "win/mf/proxy.h"
#include "win/mf/queue_set.h"

struct xfi_queue;

/*
 * Takes `inner`'s reference on success. `device` is what GetDevice answers, and has the `set` that
 * the queue joins; both may be NULL.
 */
HRESULT xfi_queue_wrap(ID3D12CommandQueue *inner, ID3D12Device *device, struct xfi_queue_set *set,
	ID3D12CommandQueue **ret_queue);

/* NULL: not one of ours. */
struct xfi_queue *xfi_queue_of(ID3D12CommandQueue *queue);

/* Holds back what is submitted from now on until the gate opens. E_OUTOFMEMORY. Never blocks. */
HRESULT xfi_queue_hold(struct xfi_queue *queue, struct xfi_gate *gate);

#endif
