/* SPDX-License-Identifier: MIT */
/*
 * From a queue's signal to the events. A completion runs in the driver's thread, under the lock of
 * the fence it tells of: it takes our lock, so our lock is never held while a fence is called; and
 * it frees nothing, since the driver would wait for itself. What ends there goes to the graveyard,
 * which the application's next call empties.
 */
#include <mferror.h>

#include "win/mf/fence.h"
#include "win/mf/sync_signal.h"
#include "win/nt/completion.h"
#include "win/nt/event.h"
#include "win/nt/handle.h"

static struct {
	pthread_mutex_t lock;
	struct xfi_sync_object *dead;
} graveyard = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void release_signal(struct xfi_signal *signal)
{
	if (signal->handle)
		(void)xfi_nt_handle_close(signal->handle);
	if (signal->fence)
		ID3D12Fence_Release(signal->fence);
	free(signal);
}

static void free_object(struct xfi_sync_object *sync)
{
	while (sync->signals) {
		struct xfi_signal *signal = sync->signals;
		sync->signals = signal->all;
		release_signal(signal);
	}
	while (sync->notes) {
		struct xfi_event_note *note = sync->notes;
		sync->notes = note->next;
		xfi_object_unref(note->event);
		free(note);
	}
	xfi_object_unref(sync->final);
	xfi_gate_unref(sync->gate);
	if (sync->ready_fence)
		ID3D12Fence_Release(sync->ready_fence);
	ID3D12Device_Release(sync->device);
	pthread_cond_destroy(&sync->changed);
	pthread_mutex_destroy(&sync->lock);
	free(sync);
}

void xfi_sync_object_collect_dead(void)
{
	pthread_mutex_lock(&graveyard.lock);
	struct xfi_sync_object *dead = graveyard.dead;
	graveyard.dead = NULL;
	pthread_mutex_unlock(&graveyard.lock);
	while (dead) {
		struct xfi_sync_object *sync = dead;
		dead = sync->next;
		/* The driver's thread that buried it has to be out of it. */
		pthread_mutex_lock(&sync->lock);
		pthread_mutex_unlock(&sync->lock);
		free_object(sync);
	}
}

static void lay_down(struct xfi_sync_object *sync)
{
	pthread_mutex_lock(&graveyard.lock);
	sync->next = graveyard.dead;
	graveyard.dead = sync;
	pthread_mutex_unlock(&graveyard.lock);
}

static bool pending_locked(const struct xfi_sync_object *sync)
{
	return sync->ready_pending || sync->release_pending;
}

void xfi_sync_object_bury(struct xfi_sync_object *sync)
{
	pthread_mutex_lock(&sync->lock);
	bool later = pending_locked(sync);
	sync->orphaned = later;
	pthread_mutex_unlock(&sync->lock);
	if (!later)
		free_object(sync);
	xfi_sync_object_collect_dead();
}

void xfi_sync_object_collect_locked(struct xfi_sync_object *sync, struct xfi_due *due)
{
	if (!pending_locked(sync)) {
		due->final = sync->final;
		sync->final = NULL;
		due->finals = sync->finals;
		sync->finals = NULL;
	}
	if (!sync->ready)
		return;
	due->notes = sync->notes;
	sync->notes = NULL;
	due->gate = xfi_gate_ref(sync->gate);
	due->fence = sync->ready_fence;
	due->value = sync->ready_value;
}

void xfi_sync_object_settle(struct xfi_due *due)
{
	if (due->gate) {
		xfi_gate_open(due->gate);
		xfi_gate_unref(due->gate);
	}
	if (due->fence)
		(void)ID3D12Fence_Signal(due->fence, due->value);
	while (due->notes) {
		struct xfi_event_note *note = due->notes;
		due->notes = note->next;
		(void)xf_event_set(xfi_event_of(note->event));
		xfi_object_unref(note->event);
		free(note);
	}
	if (due->final) {
		(void)xf_event_set(xfi_event_of(due->final));
		xfi_object_unref(due->final);
	}
	while (due->finals) {
		struct xfi_final_note *note = due->finals;
		due->finals = note->next; /* it is its owner's again */
		note->fn(note->arg);
	}
}

/* Out of the pending ones; the fence may be used again. */
static void end_locked(struct xfi_signal *signal)
{
	struct xfi_sync_object *sync = signal->sync;
	signal->pending = false;
	if (signal->kind == XFI_SIGNAL_READY)
		sync->ready_pending--;
	else
		sync->release_pending--;
	signal->next = sync->idle;
	sync->idle = signal;
}

static void completed(void *arg)
{
	struct xfi_signal *signal = arg;
	struct xfi_sync_object *sync = signal->sync;
	struct xfi_due due = { 0 };
	bool dead = false;
	pthread_mutex_lock(&sync->lock);
	if (signal->pending) {
		/* A ready from before a Reset is not this use's. */
		if (signal->kind == XFI_SIGNAL_READY && !signal->failed && signal->use == sync->use)
			sync->ready = true;
		end_locked(signal);
		xfi_sync_object_collect_locked(sync, &due);
		pthread_cond_broadcast(&sync->changed);
		dead = sync->orphaned && !pending_locked(sync);
	}
	xfi_sync_object_settle(&due);
	pthread_mutex_unlock(&sync->lock);
	if (dead)
		lay_down(sync);
}

static HRESULT make_signal(struct xfi_sync_object *sync, struct xfi_signal **ret_signal)
{
	struct xfi_signal *signal = calloc(1, sizeof(*signal));
	HRESULT hr;
	if (!signal)
		return E_OUTOFMEMORY;
	signal->sync = sync;
	hr = xfi_fence_create(sync->device, &signal->fence);
	if (SUCCEEDED(hr) && xfi_completion_create(completed, NULL, signal, &signal->handle))
		hr = E_OUTOFMEMORY;
	if (FAILED(hr)) {
		release_signal(signal);
		return hr;
	}
	*ret_signal = signal;
	return S_OK;
}

/* Makes one and puts it among the idle ones. */
static HRESULT add_signal(struct xfi_sync_object *sync)
{
	struct xfi_signal *signal;
	HRESULT hr = make_signal(sync, &signal);
	if (FAILED(hr))
		return hr;
	pthread_mutex_lock(&sync->lock);
	signal->all = sync->signals;
	sync->signals = signal;
	signal->next = sync->idle;
	sync->idle = signal;
	pthread_mutex_unlock(&sync->lock);
	return S_OK;
}

HRESULT xfi_sync_object_prepare(struct xfi_sync_object *sync)
{
	HRESULT hr = add_signal(sync);
	return SUCCEEDED(hr) || hr == E_OUTOFMEMORY
		       ? hr
		       : MF_E_OPERATION_UNSUPPORTED_AT_D3D_FEATURE_LEVEL;
}

static HRESULT take_signal(
	struct xfi_sync_object *sync, enum xfi_signal_kind kind, struct xfi_signal **ret_signal)
{
	struct xfi_signal *signal;
	HRESULT hr;
	pthread_mutex_lock(&sync->lock);
	while (!(signal = sync->idle)) {
		pthread_mutex_unlock(&sync->lock);
		hr = add_signal(sync);
		if (FAILED(hr))
			return hr;
		pthread_mutex_lock(&sync->lock);
	}
	sync->idle = signal->next;
	signal->kind = kind;
	signal->use = sync->use;
	signal->value++;
	signal->pending = true;
	signal->failed = false;
	if (kind == XFI_SIGNAL_READY)
		sync->ready_pending++;
	else
		sync->release_pending++;
	pthread_mutex_unlock(&sync->lock);
	*ret_signal = signal;
	return S_OK;
}

HRESULT xfi_sync_object_signal(
	struct xfi_sync_object *sync, ID3D12CommandQueue *queue, enum xfi_signal_kind kind)
{
	struct xfi_signal *signal;
	UINT64 value;
	HRESULT hr = take_signal(sync, kind, &signal);
	if (FAILED(hr))
		return hr;
	value = signal->value;
	hr = ID3D12Fence_SetEventOnCompletion(signal->fence, value, signal->handle);
	if (SUCCEEDED(hr)) {
		hr = ID3D12CommandQueue_Signal(queue, signal->fence, value);
		if (SUCCEEDED(hr))
			return S_OK;
		/* The fence has our registration; a signal from here ends it and gives it back. */
		signal->failed = true;
		if (SUCCEEDED(ID3D12Fence_Signal(signal->fence, value)))
			return hr;
	}
	signal->failed = true;
	completed(signal);
	return hr;
}
