/* SPDX-License-Identifier: MIT */
/* The signals of a sync object: submitting them, and what is due when one has come. */
#ifndef XFI_WIN_MF_SYNC_SIGNAL_H
#define XFI_WIN_MF_SYNC_SIGNAL_H

#include "win/mf/sync_object.h"

/*
 * Makes `queue` signal, and counts it pending until it did. What the queue answers
 * when it refuses; then nothing is counted.
 */
HRESULT xfi_sync_object_signal(
	struct xfi_sync_object *sync, ID3D12CommandQueue *queue, enum xfi_signal_kind kind);

/*
 * Makes the first fence. MF_E_OPERATION_UNSUPPORTED_AT_D3D_FEATURE_LEVEL: the device has none;
 * E_OUTOFMEMORY.
 */
HRESULT xfi_sync_object_prepare(struct xfi_sync_object *sync);

/* What is due now, taken out under the lock and set without it. */
struct xfi_due {
	struct xfi_object *final;
	struct xfi_final_note *finals;
	struct xfi_event_note *notes;
	struct xfi_gate *gate;
	ID3D12Fence *fence; /* to be raised to `value` */
	UINT64 value;
};
void xfi_sync_object_collect_locked(struct xfi_sync_object *sync, struct xfi_due *due);
void xfi_sync_object_settle(struct xfi_due *due);

/* The application let go: ends the object now, or later if signals are pending. Never blocks. */
void xfi_sync_object_bury(struct xfi_sync_object *sync);
/* Ends what was waiting for its last signal; on a thread of the application. */
void xfi_sync_object_collect_dead(void);

#endif
