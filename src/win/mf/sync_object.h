/* SPDX-License-Identifier: MIT */
/*
 * The object behind MFCreateD3D12SynchronizationObject.
 *
 * Every Ready and every Release signals a fence of its own, taken from a few that the object
 * keeps; so signals of different queues never stand for each other. The driver tells of each
 * through a completion (win/nt/completion.h), in its own thread: no thread of ours lies between
 * the last release and the event.
 */
#ifndef XFI_WIN_MF_SYNC_OBJECT_H
#define XFI_WIN_MF_SYNC_OBJECT_H

#include "win/mf/gate.h"
#include "win/mf/proxy.h"

#include <mfd3d12.h>

struct xfi_sync_object;

enum xfi_signal_kind { XFI_SIGNAL_READY, XFI_SIGNAL_RELEASE };

struct xfi_signal {
	struct xfi_sync_object *sync;
	ID3D12Fence *fence;
	HANDLE handle; /* of the completion */
	struct xfi_signal *next; /* sync.idle */
	struct xfi_signal *all; /* sync.signals */
	UINT64 value; /* the last one the fence was asked for */
	enum xfi_signal_kind kind;
	UINT64 use; /* of the object, when it was submitted */
	bool pending, failed;
};

struct xfi_event_note {
	struct xfi_object *event; /* referenced */
	struct xfi_event_note *next;
};

/* Whoever else is told of the final release, once. */
struct xfi_final_note {
	void (*fn)(void *arg);
	void *arg;
	struct xfi_final_note *next;
};

struct xfi_sync_object {
	IMFD3D12SynchronizationObject iface;
	IMFD3D12SynchronizationObjectCommands commands;
	_Atomic ULONG refs; /* the application's */
	ID3D12Device *device;

	pthread_mutex_t lock; /* guards what follows; never held while the driver is called */
	pthread_cond_t changed; /* ready, or nothing pending */
	struct xfi_signal *signals, *idle;
	UINT64 use; /* counts resets */
	bool ready, orphaned;
	unsigned ready_pending, release_pending;
	struct xfi_gate *gate; /* opens when ready; a new one after a Reset that took ready back */
	ID3D12Fence *ready_fence; /* for devices that can wait; NULL until needed */
	UINT64 ready_value; /* what waits for the current gate wait for */
	struct xfi_object *final; /* the event registered last */
	struct xfi_final_note *finals; /* allocators', apart from the program's event */
	struct xfi_event_note *notes; /* for ready */
	struct xfi_sync_object *next; /* the graveyard's */
};

/* The object behind an interface, referenced. NULL: not one of ours. */
struct xfi_sync_object *xfi_sync_object_of(IUnknown *object);

/*
 * Calls the note's function once when no ready and no release is pending any more: in the driver's
 * thread and under locks, so that it must neither block nor call anything of Direct3D. The note is
 * the caller's, and stays until then. False: nothing is pending, and nothing will be called.
 */
bool xfi_sync_object_on_final(struct xfi_sync_object *sync, struct xfi_final_note *note);

#endif
