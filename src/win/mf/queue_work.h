/* SPDX-License-Identifier: MIT */
/* What a queue holds back. */
#ifndef XFI_WIN_MF_QUEUE_WORK_H
#define XFI_WIN_MF_QUEUE_WORK_H

#include "win/mf/gate.h"
#include "win/mf/proxy.h"

enum xfi_work_kind { XFI_WORK_GATE, XFI_WORK_EXECUTE, XFI_WORK_SIGNAL };

struct xfi_work {
	enum xfi_work_kind kind;
	struct xfi_work *next;
	struct xfi_gate *gate;
	HANDLE handle; /* by which a fence opens the gate, or NULL */
	ID3D12Fence *fence;
	UINT64 value;
	UINT count;
	struct xfi_list_run {
		ID3D12CommandList *inner; /* referenced */
		struct xfi_list *list; /* ours, referenced and counted; NULL: a foreign one */
	} lists[];
};

/* NULL: no memory. */
struct xfi_work *xfi_work_gate(struct xfi_gate *gate);
struct xfi_work *xfi_work_signal(ID3D12Fence *fence, UINT64 value);
struct xfi_work *xfi_work_execute(UINT count, ID3D12CommandList *const *lists);

/* Does it, on `queue`. Not for gates. */
void xfi_work_run(const struct xfi_work *work, ID3D12CommandQueue *queue);
void xfi_work_free(struct xfi_work *work);

/* Submits at once, without holding back. */
void xfi_execute(ID3D12CommandQueue *queue, UINT count, ID3D12CommandList *const *lists);

#endif
