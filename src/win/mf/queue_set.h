/* SPDX-License-Identifier: MIT */
/*
 * Queue set: the queues of one device, and when all that they were given so far is done.
 *
 * Thread-safety: safe.
 */
#ifndef XFI_WIN_MF_QUEUE_SET_H
#define XFI_WIN_MF_QUEUE_SET_H

#include "win/mf/proxy.h"

struct xfi_queue_entry;
struct xfi_queue_set;

/* Of libvkd3d's `device`, which is borrowed. NULL: no memory. */
struct xfi_queue_set *xfi_queue_set_create(ID3D12Device *device);

/* After all its queues. NULL is allowed. */
void xfi_queue_set_destroy(struct xfi_queue_set *set);

/* The queue is borrowed until it is taken out. E_OUTOFMEMORY. */
HRESULT xfi_queue_set_add(
	struct xfi_queue_set *set, ID3D12CommandQueue *queue, struct xfi_queue_entry **ret_entry);

/* The first thing that the queue does when it ends; nothing is asked of it any more. */
void xfi_queue_set_take_out(struct xfi_queue_set *set, struct xfi_queue_entry *entry);

/* The last one. What it has not told of counts as done. */
void xfi_queue_entry_end(struct xfi_queue_entry *entry);

/*
 * Calls fn(arg) once when all is done that the queues were given before; what a queue drops when it
 * ends counts as done. It is called here, or in the driver's thread and perhaps under its locks: it
 * must neither block nor call anything of Direct3D. E_OUTOFMEMORY, E_FAIL: not called. Never
 * blocks.
 */
HRESULT xfi_queue_set_when_done(struct xfi_queue_set *set, void (*fn)(void *arg), void *arg);

#endif
