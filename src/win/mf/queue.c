/* SPDX-License-Identifier: MIT */
/*
 * While nothing is held back, calls go through on the caller's thread. A wait for something that
 * has not happened starts a list of work; from then on everything is appended, and a thread works
 * the list off as its gates open. When it is empty calls go through again. The thread is made at
 * the first wait and sleeps when it is not needed.
 */
#include "win/mf/queue.h"

#include <signal.h>

#include "win/mf/fence.h"
#include "win/mf/queue_told.h"
#include "win/mf/queue_work.h"
#include "win/mf/shared_fence.h"
#include "win/nt/completion.h"

#include <crossfence/win/xf_d3d12.h>

struct xfi_queue {
	struct xfi_proxy proxy;
	ID3D12Device *device; /* may be NULL */
	struct xfi_queue_set *set; /* the device's; may be NULL */
	struct xfi_queue_entry *entry; /* in it */
	pthread_mutex_t lock; /* guards what follows, and the order of submission */
	pthread_cond_t changed;
	struct xfi_work *first, **last;
	struct xfi_told *told; /* made with the first signal of a shared fence */
	bool busy; /* the thread is doing what it took off the list */
	bool has_thread, stop;
	pthread_t thread;
};

static ID3D12CommandQueueVtbl queue_vtbl;

static struct xfi_queue *of(ID3D12CommandQueue *iface)
{
	return (struct xfi_queue *)iface;
}

static ID3D12CommandQueue *inner_of(const struct xfi_queue *queue)
{
	return (ID3D12CommandQueue *)queue->proxy.inner;
}

struct xfi_queue *xfi_queue_of(ID3D12CommandQueue *queue)
{
	return queue->lpVtbl == &queue_vtbl ? of(queue) : NULL;
}

/* Where our thread sleeps until a gate opens. */
struct sleeper {
	struct xfi_gate_waiter waiter;
	struct xfi_queue *queue;
	bool open; /* under the queue's lock */
};

static void wake(struct xfi_gate_waiter *waiter)
{
	struct sleeper *sleeper = (struct sleeper *)waiter;
	pthread_mutex_lock(&sleeper->queue->lock);
	sleeper->open = true;
	pthread_cond_broadcast(&sleeper->queue->changed);
	pthread_mutex_unlock(&sleeper->queue->lock);
}

/* Not under our lock: gates take theirs first. False: told to stop. */
static bool pass(struct xfi_queue *queue, struct xfi_gate *gate)
{
	struct sleeper sleeper = { .waiter = { .opened = wake }, .queue = queue };
	if (!xfi_gate_wait(gate, &sleeper.waiter))
		return true;
	pthread_mutex_lock(&queue->lock);
	while (!sleeper.open && !queue->stop)
		pthread_cond_wait(&queue->changed, &queue->lock);
	pthread_mutex_unlock(&queue->lock);
	xfi_gate_cancel(gate, &sleeper.waiter);
	return sleeper.open;
}

static struct xfi_work *take_locked(struct xfi_queue *queue)
{
	struct xfi_work *work = queue->first;
	queue->first = work->next;
	if (!queue->first)
		queue->last = &queue->first;
	queue->busy = true;
	return work;
}

static void *work_off(void *arg)
{
	struct xfi_queue *queue = arg;
	pthread_mutex_lock(&queue->lock);
	for (;;) {
		while (!queue->first && !queue->stop)
			pthread_cond_wait(&queue->changed, &queue->lock);
		if (queue->stop)
			break;
		struct xfi_work *work = take_locked(queue);
		pthread_mutex_unlock(&queue->lock);
		if (work->kind != XFI_WORK_GATE)
			xfi_work_run(work, inner_of(queue));
		else if (pass(queue, work->gate) && work->fence) /* false: seen above as stop */
			xfi_fence_reached(work->fence, work->value);
		xfi_work_free(work);
		pthread_mutex_lock(&queue->lock);
		queue->busy = false;
		pthread_cond_broadcast(&queue->changed);
	}
	pthread_mutex_unlock(&queue->lock);
	return NULL;
}

static bool holding_locked(const struct xfi_queue *queue)
{
	return queue->first || queue->busy;
}

static int start_locked(struct xfi_queue *queue)
{
	sigset_t all, before;
	if (queue->has_thread)
		return 0;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	queue->has_thread = pthread_create(&queue->thread, NULL, work_off, queue) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return queue->has_thread ? 0 : -EAGAIN;
}

static void append_locked(struct xfi_queue *queue, struct xfi_work *work)
{
	*queue->last = work;
	queue->last = &work->next;
	pthread_cond_broadcast(&queue->changed);
}

/* Takes the work, also when it fails. */
static HRESULT append(struct xfi_queue *queue, struct xfi_work *work)
{
	int r;
	pthread_mutex_lock(&queue->lock);
	r = start_locked(queue);
	if (!r)
		append_locked(queue, work);
	pthread_mutex_unlock(&queue->lock);
	if (r)
		xfi_work_free(work);
	return r ? E_OUTOFMEMORY : S_OK;
}

HRESULT xfi_queue_hold(struct xfi_queue *queue, struct xfi_gate *gate)
{
	struct xfi_work *work = xfi_work_gate(gate);
	return work ? append(queue, work) : E_OUTOFMEMORY;
}

static void open_gate(void *arg)
{
	xfi_gate_open(arg);
}

static void unref_gate(void *arg)
{
	xfi_gate_unref(arg);
}

/* A gate that the fence opens. The work keeps both until the gate was passed or dropped. */
static HRESULT work_for_fence(ID3D12Fence *fence, UINT64 value, struct xfi_work **ret_work)
{
	struct xfi_gate *gate = xfi_gate_create();
	struct xfi_work *work = gate ? xfi_work_gate(gate) : NULL;
	HRESULT hr = E_OUTOFMEMORY;
	if (work && !xfi_completion_create(open_gate, unref_gate, gate, &work->handle)) {
		ID3D12Fence_AddRef(fence);
		work->fence = fence;
		work->value = value;
		gate = NULL; /* the completion's now */
		hr = ID3D12Fence_SetEventOnCompletion(xfi_fence_inner(fence), value, work->handle);
	}
	xfi_gate_unref(gate);
	if (SUCCEEDED(hr))
		*ret_work = work;
	else if (work)
		xfi_work_free(work);
	return hr;
}

static HRESULT WINAPI queue_Wait(ID3D12CommandQueue *iface, ID3D12Fence *fence, UINT64 value)
{
	struct xfi_queue *queue = of(iface);
	struct xfi_work *work = NULL;
	HRESULT hr;
	if (!fence)
		return E_INVALIDARG;
	if (xfi_fence_value(fence) >= value)
		return S_OK;
	hr = work_for_fence(fence, value, &work);
	return FAILED(hr) ? hr : append(queue, work);
}

static HRESULT signal_locked(struct xfi_queue *queue, ID3D12Fence *fence, UINT64 value)
{
	if (!holding_locked(queue))
		return ID3D12CommandQueue_Signal(inner_of(queue), fence, value);
	struct xfi_work *work = xfi_work_signal(fence, value);
	if (work)
		append_locked(queue, work);
	return work ? S_OK : E_OUTOFMEMORY;
}

static HRESULT make_told_locked(struct xfi_queue *queue)
{
	ID3D12Device *device;
	HRESULT hr =
		ID3D12CommandQueue_GetDevice(inner_of(queue), &IID_ID3D12Device, (void **)&device);
	if (FAILED(hr))
		return hr;
	hr = xfi_told_create(device, &queue->told);
	ID3D12Device_Release(device);
	return hr;
}

static HRESULT tell_locked(struct xfi_queue *queue, ID3D12Fence *shared, UINT64 value)
{
	ID3D12Fence *fence;
	UINT64 count;
	HRESULT hr = queue->told ? S_OK : make_told_locked(queue);
	if (SUCCEEDED(hr))
		hr = xfi_told_add(queue->told, shared, value, &fence, &count);
	return FAILED(hr) ? hr : signal_locked(queue, fence, count);
}

static HRESULT WINAPI queue_Signal(ID3D12CommandQueue *iface, ID3D12Fence *fence, UINT64 value)
{
	struct xfi_queue *queue = of(iface);
	HRESULT hr;
	if (!fence)
		return E_INVALIDARG;
	xfi_fence_signals(fence, value);
	pthread_mutex_lock(&queue->lock);
	if (xfi_shared_fence_sync(fence))
		hr = tell_locked(queue, fence, value);
	else
		hr = signal_locked(queue, xfi_fence_inner(fence), value);
	pthread_mutex_unlock(&queue->lock);
	return hr;
}

/* Waits until nothing is held back. */
static void drain_locked(struct xfi_queue *queue)
{
	while (holding_locked(queue))
		pthread_cond_wait(&queue->changed, &queue->lock);
}

static void WINAPI queue_ExecuteCommandLists(
	ID3D12CommandQueue *iface, UINT count, ID3D12CommandList *const *lists)
{
	struct xfi_queue *queue = of(iface);
	struct xfi_work *work = NULL;
	pthread_mutex_lock(&queue->lock);
	if (holding_locked(queue)) {
		work = xfi_work_execute(count, lists);
		if (work)
			append_locked(queue, work);
		else
			drain_locked(queue); /* no memory, and no way to say so: late, not never */
	}
	if (!work)
		xfi_execute(inner_of(queue), count, lists);
	pthread_mutex_unlock(&queue->lock);
}

/* Tile mappings come with arrays of arrays, and rarely: the caller waits for its turn. */
static void WINAPI queue_UpdateTileMappings(ID3D12CommandQueue *iface, ID3D12Resource *resource,
	UINT region_count, const D3D12_TILED_RESOURCE_COORDINATE *coordinates,
	const D3D12_TILE_REGION_SIZE *sizes, UINT range_count,
	const D3D12_TILE_RANGE_FLAGS *range_flags, UINT *heap_offsets, UINT *tile_counts,
	D3D12_TILE_MAPPING_FLAGS flags)
{
	struct xfi_queue *queue = of(iface);
	pthread_mutex_lock(&queue->lock);
	drain_locked(queue);
	inner_of(queue)->lpVtbl->UpdateTileMappings(inner_of(queue), resource, region_count,
		coordinates, sizes, range_count, range_flags, heap_offsets, tile_counts, flags);
	pthread_mutex_unlock(&queue->lock);
}

static void WINAPI queue_CopyTileMappings(ID3D12CommandQueue *iface, ID3D12Resource *dst,
	const D3D12_TILED_RESOURCE_COORDINATE *dst_start, ID3D12Resource *src,
	const D3D12_TILED_RESOURCE_COORDINATE *src_start, const D3D12_TILE_REGION_SIZE *size,
	D3D12_TILE_MAPPING_FLAGS flags)
{
	struct xfi_queue *queue = of(iface);
	pthread_mutex_lock(&queue->lock);
	drain_locked(queue);
	ID3D12CommandQueue_CopyTileMappings(
		inner_of(queue), dst, dst_start, src, src_start, size, flags);
	pthread_mutex_unlock(&queue->lock);
}

static HRESULT WINAPI queue_GetDevice(ID3D12CommandQueue *iface, REFIID riid, void **device)
{
	struct xfi_queue *queue = of(iface);
	if (!queue->device)
		return ID3D12CommandQueue_GetDevice(inner_of(queue), riid, device);
	return ID3D12Device_QueryInterface(queue->device, riid, device);
}

/* The dropped work's signals are given, so that nobody waits for ever for what will not come. */
static void drop(struct xfi_queue *queue)
{
	while (queue->first) {
		struct xfi_work *work = queue->first;
		queue->first = work->next;
		if (work->kind == XFI_WORK_SIGNAL)
			(void)ID3D12Fence_Signal(work->fence, work->value);
		xfi_work_free(work);
	}
}

static void free_queue(struct xfi_queue *queue)
{
	pthread_cond_destroy(&queue->changed);
	pthread_mutex_destroy(&queue->lock);
	free(queue);
}

static void queue_destroy(struct xfi_proxy *proxy)
{
	struct xfi_queue *queue = (struct xfi_queue *)proxy;
	if (queue->set)
		xfi_queue_set_take_out(queue->set, queue->entry);
	pthread_mutex_lock(&queue->lock);
	queue->stop = true;
	pthread_cond_broadcast(&queue->changed);
	pthread_mutex_unlock(&queue->lock);
	if (queue->has_thread)
		pthread_join(queue->thread, NULL);
	drop(queue);
	IUnknown_Release(proxy->inner);
	xfi_told_destroy(queue->told);
	if (queue->set)
		xfi_queue_entry_end(queue->entry);
	if (queue->device)
		ID3D12Device_Release(queue->device);
	free_queue(queue);
}

__attribute__((constructor)) static void fill_table(void)
{
	xfi_proxy_fill(&queue_vtbl, sizeof(queue_vtbl) / sizeof(void *));
	queue_vtbl.GetDevice = queue_GetDevice;
	queue_vtbl.UpdateTileMappings = queue_UpdateTileMappings;
	queue_vtbl.CopyTileMappings = queue_CopyTileMappings;
	queue_vtbl.ExecuteCommandLists = queue_ExecuteCommandLists;
	queue_vtbl.Signal = queue_Signal;
	queue_vtbl.Wait = queue_Wait;
}

HRESULT xfi_queue_wrap(ID3D12CommandQueue *inner, ID3D12Device *device, struct xfi_queue_set *set,
	ID3D12CommandQueue **ret_queue)
{
	struct xfi_queue *queue = calloc(1, sizeof(*queue));
	if (!queue)
		return E_OUTOFMEMORY;
	xfi_proxy_init(&queue->proxy, &queue_vtbl, inner, queue_destroy);
	pthread_mutex_init(&queue->lock, NULL);
	pthread_cond_init(&queue->changed, NULL);
	queue->last = &queue->first;
	queue->set = set;
	HRESULT hr =
		set ? xfi_queue_set_add(set, (ID3D12CommandQueue *)queue, &queue->entry) : S_OK;
	if (FAILED(hr)) {
		free_queue(queue);
		return hr;
	}
	queue->device = device;
	if (device)
		ID3D12Device_AddRef(device);
	*ret_queue = (ID3D12CommandQueue *)queue;
	return S_OK;
}

HRESULT WINAPI xf_win_d3d12_wrap_queue(ID3D12CommandQueue *queue, ID3D12CommandQueue **ret_queue)
{
	HRESULT hr;
	if (!queue || !ret_queue)
		return E_INVALIDARG;
	ID3D12CommandQueue_AddRef(queue);
	if (xfi_queue_of(queue)) {
		*ret_queue = queue;
		return S_OK;
	}
	hr = xfi_queue_wrap(queue, NULL, NULL, ret_queue);
	if (FAILED(hr))
		ID3D12CommandQueue_Release(queue);
	return hr;
}

ID3D12CommandQueue *WINAPI xf_win_d3d12_inner_queue(ID3D12CommandQueue *queue)
{
	return queue && xfi_queue_of(queue) ? inner_of(of(queue)) : queue;
}
