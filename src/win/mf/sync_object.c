/* SPDX-License-Identifier: MIT */
/*
 * IMFD3D12SynchronizationObject and its commands. Nothing but public calls of ID3D12Device, its
 * queues and fences is used, so any device will do; see EnqueueResourceReadyWait for what it costs
 * with queues that cannot wait.
 */
#include "win/mf/probe.h"
#include "win/mf/sync_signal.h"
#include "win/mf/sync_object.h"

#include "win/mf/fence.h"

#include <mferror.h>

#include "win/mf/queue.h"
#include "win/nt/event.h"
#include "win/nt/handle.h"

static struct xfi_sync_object *of(IMFD3D12SynchronizationObject *iface)
{
	return (struct xfi_sync_object *)iface;
}

static struct xfi_sync_object *of_commands(IMFD3D12SynchronizationObjectCommands *iface)
{
	return (struct xfi_sync_object *)((char *)iface -
					  offsetof(struct xfi_sync_object, commands));
}

/* IUnknown, once for both faces. */

static HRESULT query(struct xfi_sync_object *sync, REFIID riid, void **ret)
{
	if (!ret)
		return E_POINTER;
	*ret = NULL;
	if (IsEqualGUID(riid, &IID_IUnknown) ||
		IsEqualGUID(riid, &IID_IMFD3D12SynchronizationObject))
		*ret = &sync->iface;
	else if (IsEqualGUID(riid, &IID_IMFD3D12SynchronizationObjectCommands))
		*ret = &sync->commands;
	else
		return E_NOINTERFACE;
	atomic_fetch_add(&sync->refs, 1);
	return S_OK;
}

static ULONG unref(struct xfi_sync_object *sync)
{
	ULONG refs = atomic_fetch_sub(&sync->refs, 1) - 1;
	if (!refs)
		xfi_sync_object_bury(sync);
	return refs;
}

static HRESULT WINAPI sync_object_QueryInterface(
	IMFD3D12SynchronizationObject *iface, REFIID riid, void **ret)
{
	return query(of(iface), riid, ret);
}

static ULONG WINAPI sync_object_AddRef(IMFD3D12SynchronizationObject *iface)
{
	return atomic_fetch_add(&of(iface)->refs, 1) + 1;
}

static ULONG WINAPI sync_object_Release(IMFD3D12SynchronizationObject *iface)
{
	return unref(of(iface));
}

static HRESULT WINAPI commands_QueryInterface(
	IMFD3D12SynchronizationObjectCommands *iface, REFIID riid, void **ret)
{
	return query(of_commands(iface), riid, ret);
}

static ULONG WINAPI commands_AddRef(IMFD3D12SynchronizationObjectCommands *iface)
{
	return atomic_fetch_add(&of_commands(iface)->refs, 1) + 1;
}

static ULONG WINAPI commands_Release(IMFD3D12SynchronizationObjectCommands *iface)
{
	return unref(of_commands(iface));
}

/* The event behind a handle that may be set, referenced. */
static HRESULT event_of(HANDLE handle, struct xfi_object **ret_event)
{
	int r = xfi_nt_handle_ref(handle, &xfi_event_type, EVENT_MODIFY_STATE, ret_event);
	if (r == -EACCES)
		return E_ACCESSDENIED;
	return r ? E_HANDLE : S_OK;
}

/* Sets what is due, and unlocks. */
static void settle_and_unlock(struct xfi_sync_object *sync)
{
	struct xfi_due due = { 0 };
	xfi_sync_object_collect_locked(sync, &due);
	xfi_sync_object_settle(&due);
	pthread_mutex_unlock(&sync->lock);
}

/* IMFD3D12SynchronizationObject */

static HRESULT WINAPI sync_object_SignalEventOnFinalResourceRelease(
	IMFD3D12SynchronizationObject *iface, HANDLE handle)
{
	struct xfi_sync_object *sync = of(iface);
	struct xfi_object *event, *before;
	HRESULT hr;
	if (!handle)
		return E_INVALIDARG;
	hr = event_of(handle, &event);
	if (FAILED(hr))
		return hr;
	hr = xfi_probe_device(sync->device);
	if (FAILED(hr)) {
		xfi_object_unref(event);
		return hr;
	}
	pthread_mutex_lock(&sync->lock);
	before = sync->final;
	sync->final = event;
	settle_and_unlock(sync);
	xfi_object_unref(before);
	return S_OK;
}

static HRESULT WINAPI sync_object_Reset(IMFD3D12SynchronizationObject *iface)
{
	struct xfi_sync_object *sync = of(iface);
	struct xfi_gate *gate = xfi_gate_create(), *before = gate;
	HRESULT hr = S_OK;
	if (!gate)
		return E_OUTOFMEMORY;
	pthread_mutex_lock(&sync->lock);
	if (sync->release_pending) {
		hr = MF_E_UNEXPECTED;
	} else {
		sync->use++;
		/* Whoever waits already goes on waiting for the next ready, at the same gate. */
		if (sync->ready) {
			before = sync->gate;
			sync->gate = gate;
			sync->ready_value++;
		}
		sync->ready = false;
	}
	pthread_mutex_unlock(&sync->lock);
	xfi_gate_unref(before);
	return hr;
}

static const IMFD3D12SynchronizationObjectVtbl sync_object_vtbl = {
	/* IUnknown */
	sync_object_QueryInterface,
	sync_object_AddRef,
	sync_object_Release,
	/* IMFD3D12SynchronizationObject */
	sync_object_SignalEventOnFinalResourceRelease,
	sync_object_Reset,
};

bool xfi_sync_object_on_final(struct xfi_sync_object *sync, struct xfi_final_note *note)
{
	bool pending;
	pthread_mutex_lock(&sync->lock);
	pending = sync->ready_pending || sync->release_pending;
	if (pending) {
		note->next = sync->finals;
		sync->finals = note;
	}
	pthread_mutex_unlock(&sync->lock);
	return pending;
}

/* IMFD3D12SynchronizationObjectCommands */

static HRESULT enqueue(
	struct xfi_sync_object *sync, ID3D12CommandQueue *queue, enum xfi_signal_kind kind)
{
	HRESULT hr;
	if (!queue)
		return E_INVALIDARG;
	hr = xfi_probe_device(sync->device);
	return FAILED(hr) ? hr : xfi_sync_object_signal(sync, queue, kind);
}

static HRESULT WINAPI commands_EnqueueResourceReady(
	IMFD3D12SynchronizationObjectCommands *iface, ID3D12CommandQueue *producer)
{
	return enqueue(of_commands(iface), producer, XFI_SIGNAL_READY);
}

static HRESULT WINAPI commands_EnqueueResourceRelease(
	IMFD3D12SynchronizationObjectCommands *iface, ID3D12CommandQueue *consumer)
{
	return enqueue(of_commands(iface), consumer, XFI_SIGNAL_RELEASE);
}

static void block_until_open(struct xfi_sync_object *sync, struct xfi_gate *gate)
{
	pthread_mutex_lock(&sync->lock);
	while (!xfi_gate_is_open(gate))
		pthread_cond_wait(&sync->changed, &sync->lock);
	pthread_mutex_unlock(&sync->lock);
}

static bool same_device(struct xfi_sync_object *sync, ID3D12CommandQueue *queue)
{
	ID3D12Device *device;
	if (FAILED(ID3D12CommandQueue_GetDevice(queue, &IID_ID3D12Device, (void **)&device)))
		return false;
	ID3D12Device_Release(device);
	return device == sync->device;
}

/* For devices whose queues can wait by themselves. */
static HRESULT plain_wait(struct xfi_sync_object *sync, ID3D12CommandQueue *consumer)
{
	ID3D12Fence *fence = NULL;
	UINT64 value;
	bool ready;
	HRESULT hr = S_OK;
	pthread_mutex_lock(&sync->lock);
	if (!sync->ready_fence) {
		pthread_mutex_unlock(&sync->lock);
		hr = xfi_fence_create(sync->device, &fence);
		if (FAILED(hr))
			return hr;
		pthread_mutex_lock(&sync->lock);
		if (!sync->ready_fence) {
			sync->ready_fence = fence;
			fence = NULL;
		}
	}
	ready = sync->ready;
	value = sync->ready_value;
	pthread_mutex_unlock(&sync->lock);
	if (fence)
		ID3D12Fence_Release(fence);
	return ready ? S_OK : ID3D12CommandQueue_Wait(consumer, sync->ready_fence, value);
}

static HRESULT WINAPI commands_EnqueueResourceReadyWait(
	IMFD3D12SynchronizationObjectCommands *iface, ID3D12CommandQueue *consumer)
{
	struct xfi_sync_object *sync = of_commands(iface);
	struct xfi_gate *gate;
	HRESULT hr;
	bool ready;
	if (!consumer)
		return E_INVALIDARG;
	hr = xfi_probe_device(sync->device);
	if (FAILED(hr))
		return hr;
	pthread_mutex_lock(&sync->lock);
	ready = sync->ready;
	gate = xfi_gate_ref(sync->gate);
	pthread_mutex_unlock(&sync->lock);
	if (ready)
		; /* nothing to wait for */
	else if (xfi_queue_of(consumer))
		hr = xfi_queue_hold(xfi_queue_of(consumer), gate);
	else if (same_device(sync, consumer) && xfi_device_can_wait(sync->device))
		hr = plain_wait(sync, consumer);
	else
		/*
		 * Late, rather than running early. A plain wait as soon as ready is submitted would
		 * not do: libvkd3d 1.2 drops the second queue's, and the first one's blocks as
		 * well.
		 */
		block_until_open(sync, gate);
	xfi_gate_unref(gate);
	return hr;
}

/* Without an event: the calling thread waits. */
static HRESULT wait_for_ready(struct xfi_sync_object *sync)
{
	struct xfi_gate *gate;
	pthread_mutex_lock(&sync->lock);
	gate = xfi_gate_ref(sync->gate);
	pthread_mutex_unlock(&sync->lock);
	block_until_open(sync, gate);
	xfi_gate_unref(gate);
	return S_OK;
}

static HRESULT WINAPI commands_SignalEventOnResourceReady(
	IMFD3D12SynchronizationObjectCommands *iface, HANDLE handle)
{
	struct xfi_sync_object *sync = of_commands(iface);
	struct xfi_event_note *note;
	struct xfi_object *event;
	HRESULT hr = xfi_probe_device(sync->device);
	if (FAILED(hr))
		return hr;
	if (!handle)
		return wait_for_ready(sync);
	hr = event_of(handle, &event);
	if (FAILED(hr))
		return hr;
	note = malloc(sizeof(*note));
	if (!note) {
		xfi_object_unref(event);
		return E_OUTOFMEMORY;
	}
	note->event = event;
	pthread_mutex_lock(&sync->lock);
	note->next = sync->notes;
	sync->notes = note;
	settle_and_unlock(sync);
	return S_OK;
}

static const IMFD3D12SynchronizationObjectCommandsVtbl commands_vtbl = {
	/* IUnknown */
	commands_QueryInterface,
	commands_AddRef,
	commands_Release,
	/* IMFD3D12SynchronizationObjectCommands */
	commands_EnqueueResourceReady,
	commands_EnqueueResourceReadyWait,
	commands_SignalEventOnResourceReady,
	commands_EnqueueResourceRelease,
};

struct xfi_sync_object *xfi_sync_object_of(IUnknown *object)
{
	IMFD3D12SynchronizationObject *iface;
	if (FAILED(IUnknown_QueryInterface(
		    object, &IID_IMFD3D12SynchronizationObject, (void **)&iface)))
		return NULL;
	if (iface->lpVtbl == &sync_object_vtbl)
		return of(iface);
	IMFD3D12SynchronizationObject_Release(iface);
	return NULL;
}

static HRESULT make(ID3D12Device *device, struct xfi_sync_object **ret_sync)
{
	struct xfi_sync_object *sync = calloc(1, sizeof(*sync));
	if (sync)
		sync->gate = xfi_gate_create();
	if (!sync || !sync->gate) {
		free(sync);
		return E_OUTOFMEMORY;
	}
	sync->iface.lpVtbl = &sync_object_vtbl;
	sync->commands.lpVtbl = &commands_vtbl;
	atomic_init(&sync->refs, 1);
	pthread_mutex_init(&sync->lock, NULL);
	pthread_cond_init(&sync->changed, NULL);
	sync->ready_value = 1;
	sync->device = device;
	ID3D12Device_AddRef(device);
	*ret_sync = sync;
	return S_OK;
}

HRESULT WINAPI MFCreateD3D12SynchronizationObject(ID3D12Device *device, REFIID riid, void **ret)
{
	struct xfi_sync_object *sync;
	HRESULT hr;
	if (!ret)
		return E_INVALIDARG;
	*ret = NULL;
	if (!device)
		return E_INVALIDARG;
	xfi_sync_object_collect_dead();
	hr = xfi_probe_device(device);
	if (SUCCEEDED(hr))
		hr = make(device, &sync);
	if (FAILED(hr))
		return hr;
	/* A device without fences is found out here, not in the middle of a stream. */
	hr = xfi_sync_object_prepare(sync);
	if (SUCCEEDED(hr))
		hr = query(sync, riid, ret);
	(void)unref(sync);
	return hr;
}
