/* SPDX-License-Identifier: MIT */
#include "patient_device.h"

struct device {
	const ID3D12DeviceVtbl *vtbl;
	_Atomic ULONG refs;
	ID3D12Device *inner;
	_Atomic unsigned queues;
};

enum kind { EXECUTE, SIGNAL, WAIT };

struct work {
	enum kind kind;
	struct work *next;
	ID3D12CommandList *list;
	ID3D12Fence *fence;
	UINT64 value;
};

struct queue {
	const ID3D12CommandQueueVtbl *vtbl;
	_Atomic ULONG refs;
	struct device *device;
	ID3D12CommandQueue *inner;
	_Atomic unsigned waits;
	HANDLE reached, stop;
	pthread_t thread;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	struct work *first, **last;
	bool stopped;
};

static struct queue *queue_of(ID3D12CommandQueue *iface)
{
	return (struct queue *)iface;
}

static struct device *device_of(ID3D12Device *iface)
{
	return (struct device *)iface;
}

static ID3D12Device *inner_of(ID3D12Device *iface)
{
	return device_of(iface)->inner;
}

static void do_work(struct queue *q, const struct work *work)
{
	const HANDLE handles[] = { q->stop, q->reached };
	switch (work->kind) {
	case EXECUTE:
		ID3D12CommandQueue_ExecuteCommandLists(q->inner, 1, &work->list);
		break;
	case SIGNAL:
		ID3D12CommandQueue_Signal(q->inner, work->fence, work->value);
		break;
	case WAIT:
		ID3D12Fence_SetEventOnCompletion(work->fence, work->value, q->reached);
		WaitForMultipleObjects(2, handles, FALSE, INFINITE);
		break;
	}
}

static void free_work(struct work *work)
{
	if (work->list)
		ID3D12CommandList_Release(work->list);
	if (work->fence)
		ID3D12Fence_Release(work->fence);
	free(work);
}

static void *work_off(void *arg)
{
	struct queue *q = arg;
	pthread_mutex_lock(&q->lock);
	while (!q->stopped) {
		struct work *work = q->first;
		if (!work) {
			pthread_cond_wait(&q->changed, &q->lock);
			continue;
		}
		q->first = work->next;
		if (!q->first)
			q->last = &q->first;
		pthread_mutex_unlock(&q->lock);
		do_work(q, work);
		free_work(work);
		pthread_mutex_lock(&q->lock);
	}
	pthread_mutex_unlock(&q->lock);
	return NULL;
}

static HRESULT append(struct queue *q, struct work work)
{
	struct work *copy = malloc(sizeof(*copy));
	*copy = work;
	if (work.list)
		ID3D12CommandList_AddRef(work.list);
	if (work.fence)
		ID3D12Fence_AddRef(work.fence);
	pthread_mutex_lock(&q->lock);
	*q->last = copy;
	q->last = &copy->next;
	pthread_cond_signal(&q->changed);
	pthread_mutex_unlock(&q->lock);
	return S_OK;
}

static HRESULT WINAPI queue_QueryInterface(ID3D12CommandQueue *iface, REFIID riid, void **ret)
{
	if (!IsEqualGUID(riid, &IID_IUnknown) && !IsEqualGUID(riid, &IID_ID3D12CommandQueue)) {
		*ret = NULL;
		return E_NOINTERFACE;
	}
	ID3D12CommandQueue_AddRef(iface);
	*ret = iface;
	return S_OK;
}

static ULONG WINAPI queue_AddRef(ID3D12CommandQueue *iface)
{
	return atomic_fetch_add(&queue_of(iface)->refs, 1) + 1;
}

static void end_queue(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->stopped = true;
	pthread_cond_signal(&q->changed);
	pthread_mutex_unlock(&q->lock);
	SetEvent(q->stop);
	pthread_join(q->thread, NULL);
	while (q->first) {
		struct work *work = q->first;
		q->first = work->next;
		free_work(work);
	}
	CloseHandle(q->stop);
	CloseHandle(q->reached);
	ID3D12CommandQueue_Release(q->inner);
	ID3D12Device_Release((ID3D12Device *)q->device);
	pthread_cond_destroy(&q->changed);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

static ULONG WINAPI queue_Release(ID3D12CommandQueue *iface)
{
	ULONG refs = atomic_fetch_sub(&queue_of(iface)->refs, 1) - 1;
	if (!refs)
		end_queue(queue_of(iface));
	return refs;
}

static void WINAPI queue_ExecuteCommandLists(
	ID3D12CommandQueue *iface, UINT count, ID3D12CommandList *const *lists)
{
	for (UINT i = 0; i < count; i++)
		append(queue_of(iface), (struct work){ .kind = EXECUTE, .list = lists[i] });
}

static HRESULT WINAPI queue_Signal(ID3D12CommandQueue *iface, ID3D12Fence *fence, UINT64 value)
{
	return append(
		queue_of(iface), (struct work){ .kind = SIGNAL, .fence = fence, .value = value });
}

static HRESULT WINAPI queue_Wait(ID3D12CommandQueue *iface, ID3D12Fence *fence, UINT64 value)
{
	atomic_fetch_add(&queue_of(iface)->waits, 1);
	return append(
		queue_of(iface), (struct work){ .kind = WAIT, .fence = fence, .value = value });
}

static HRESULT WINAPI queue_GetDevice(ID3D12CommandQueue *iface, REFIID riid, void **ret)
{
	return ID3D12Device_QueryInterface((ID3D12Device *)queue_of(iface)->device, riid, ret);
}

static const ID3D12CommandQueueVtbl queue_vtbl = {
	.QueryInterface = queue_QueryInterface,
	.AddRef = queue_AddRef,
	.Release = queue_Release,
	.GetDevice = queue_GetDevice,
	.ExecuteCommandLists = queue_ExecuteCommandLists,
	.Signal = queue_Signal,
	.Wait = queue_Wait,
};

static HRESULT WINAPI device_QueryInterface(ID3D12Device *iface, REFIID riid, void **ret)
{
	if (!IsEqualGUID(riid, &IID_IUnknown) && !IsEqualGUID(riid, &IID_ID3D12Device)) {
		*ret = NULL;
		return E_NOINTERFACE;
	}
	ID3D12Device_AddRef(iface);
	*ret = iface;
	return S_OK;
}

static ULONG WINAPI device_AddRef(ID3D12Device *iface)
{
	return atomic_fetch_add(&device_of(iface)->refs, 1) + 1;
}

static ULONG WINAPI device_Release(ID3D12Device *iface)
{
	ULONG refs = atomic_fetch_sub(&device_of(iface)->refs, 1) - 1;
	if (!refs) {
		ID3D12Device_Release(inner_of(iface));
		free(iface);
	}
	return refs;
}

static HRESULT WINAPI device_GetPrivateData(
	ID3D12Device *iface, REFGUID guid, UINT *size, void *data)
{
	return ID3D12Device_GetPrivateData(inner_of(iface), guid, size, data);
}

static HRESULT WINAPI device_SetPrivateData(
	ID3D12Device *iface, REFGUID guid, UINT size, const void *data)
{
	return ID3D12Device_SetPrivateData(inner_of(iface), guid, size, data);
}

static HRESULT WINAPI device_CreateCommandQueue(
	ID3D12Device *iface, const D3D12_COMMAND_QUEUE_DESC *desc, REFIID riid, void **ret)
{
	struct queue *q = calloc(1, sizeof(*q));
	HRESULT hr = ID3D12Device_CreateCommandQueue(
		inner_of(iface), desc, &IID_ID3D12CommandQueue, (void **)&q->inner);
	if (FAILED(hr)) {
		free(q);
		return hr;
	}
	q->vtbl = &queue_vtbl;
	q->refs = 1;
	q->device = device_of(iface);
	ID3D12Device_AddRef(iface);
	atomic_fetch_add(&q->device->queues, 1);
	q->reached = CreateEventW(NULL, FALSE, FALSE, NULL);
	q->stop = CreateEventW(NULL, TRUE, FALSE, NULL);
	q->last = &q->first;
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->changed, NULL);
	assert_int_equal(pthread_create(&q->thread, NULL, work_off, q), 0);
	hr = queue_QueryInterface((ID3D12CommandQueue *)q, riid, ret);
	queue_Release((ID3D12CommandQueue *)q);
	return hr;
}

static HRESULT WINAPI device_CreateCommandAllocator(
	ID3D12Device *iface, D3D12_COMMAND_LIST_TYPE type, REFIID riid, void **ret)
{
	return ID3D12Device_CreateCommandAllocator(inner_of(iface), type, riid, ret);
}

static HRESULT WINAPI device_CreateCommandList(ID3D12Device *iface, UINT mask,
	D3D12_COMMAND_LIST_TYPE type, ID3D12CommandAllocator *allocator, ID3D12PipelineState *state,
	REFIID riid, void **ret)
{
	return ID3D12Device_CreateCommandList(
		inner_of(iface), mask, type, allocator, state, riid, ret);
}

static HRESULT WINAPI device_CreateFence(
	ID3D12Device *iface, UINT64 initial, D3D12_FENCE_FLAGS flags, REFIID riid, void **ret)
{
	return ID3D12Device_CreateFence(inner_of(iface), initial, flags, riid, ret);
}

static HRESULT WINAPI device_GetDeviceRemovedReason(ID3D12Device *iface)
{
	return ID3D12Device_GetDeviceRemovedReason(inner_of(iface));
}

static const ID3D12DeviceVtbl device_vtbl = {
	.QueryInterface = device_QueryInterface,
	.AddRef = device_AddRef,
	.Release = device_Release,
	.GetPrivateData = device_GetPrivateData,
	.SetPrivateData = device_SetPrivateData,
	.CreateCommandQueue = device_CreateCommandQueue,
	.CreateCommandAllocator = device_CreateCommandAllocator,
	.CreateCommandList = device_CreateCommandList,
	.CreateFence = device_CreateFence,
	.GetDeviceRemovedReason = device_GetDeviceRemovedReason,
};

ID3D12Device *patient_device_create(ID3D12Device *inner)
{
	struct device *device = calloc(1, sizeof(*device));
	assert_non_null(device);
	device->vtbl = &device_vtbl;
	device->refs = 1;
	device->inner = inner;
	ID3D12Device_AddRef(inner);
	return (ID3D12Device *)device;
}

unsigned patient_device_queues(ID3D12Device *device)
{
	return device_of(device)->queues;
}

unsigned patient_queue_waits(ID3D12CommandQueue *queue)
{
	return queue_of(queue)->waits;
}
