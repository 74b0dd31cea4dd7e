/* SPDX-License-Identifier: MIT */
#include "win/mf/queue_work.h"

#include "win/mf/list.h"
#include "win/nt/handle.h"

#define STACK_LISTS 64

static struct xfi_work *make(enum xfi_work_kind kind, UINT count)
{
	struct xfi_work *work = calloc(1, sizeof(*work) + count * sizeof(work->lists[0]));
	if (work)
		work->kind = kind;
	return work;
}

struct xfi_work *xfi_work_gate(struct xfi_gate *gate)
{
	struct xfi_work *work = make(XFI_WORK_GATE, 0);
	if (work)
		work->gate = xfi_gate_ref(gate);
	return work;
}

struct xfi_work *xfi_work_signal(ID3D12Fence *fence, UINT64 value)
{
	struct xfi_work *work = make(XFI_WORK_SIGNAL, 0);
	if (!work)
		return NULL;
	ID3D12Fence_AddRef(fence);
	work->fence = fence;
	work->value = value;
	return work;
}

struct xfi_work *xfi_work_execute(UINT count, ID3D12CommandList *const *lists)
{
	struct xfi_work *work = make(XFI_WORK_EXECUTE, count);
	if (!work)
		return NULL;
	work->count = count;
	for (UINT i = 0; i < count; i++) {
		work->lists[i].list = xfi_list_of(lists[i]);
		work->lists[i].inner =
			work->lists[i].list ? xfi_list_hold(work->lists[i].list) : lists[i];
		ID3D12CommandList_AddRef(work->lists[i].inner);
	}
	return work;
}

void xfi_execute(ID3D12CommandQueue *queue, UINT count, ID3D12CommandList *const *lists)
{
	ID3D12CommandList *inner[STACK_LISTS];
	/* Lists run in order, so a long array may go in pieces. */
	while (count) {
		UINT n = count < STACK_LISTS ? count : STACK_LISTS;
		for (UINT i = 0; i < n; i++)
			inner[i] = xfi_list_inner(lists[i]);
		ID3D12CommandQueue_ExecuteCommandLists(queue, n, inner);
		lists += n;
		count -= n;
	}
}

void xfi_work_run(const struct xfi_work *work, ID3D12CommandQueue *queue)
{
	if (work->kind == XFI_WORK_SIGNAL) {
		/* Nobody is there any more to be told of a failure; a removed device says so. */
		(void)ID3D12CommandQueue_Signal(queue, work->fence, work->value);
		return;
	}
	for (UINT i = 0; i < work->count; i++)
		ID3D12CommandQueue_ExecuteCommandLists(queue, 1, &work->lists[i].inner);
}

void xfi_work_free(struct xfi_work *work)
{
	xfi_gate_unref(work->gate);
	if (work->handle)
		(void)xfi_nt_handle_close(work->handle);
	if (work->fence)
		ID3D12Fence_Release(work->fence);
	for (UINT i = 0; i < work->count; i++) {
		ID3D12CommandList_Release(work->lists[i].inner);
		if (work->lists[i].list)
			xfi_list_unhold(work->lists[i].list);
	}
	free(work);
}
