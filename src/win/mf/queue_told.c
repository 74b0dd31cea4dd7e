/* SPDX-License-Identifier: MIT */
/*
 * Steps of the driver's fence may be told in any order among those that are reached. When as many
 * are told as signals were given, all of these were reached; so each tells of the oldest that is
 * left, and the order of signals is the order of the queue.
 */
#include "win/mf/queue_told.h"

#include "win/kmt/sync.h"
#include "win/mf/fence.h"
#include "win/mf/shared_fence.h"
#include "win/nt/completion.h"
#include "win/nt/handle.h"

struct signal {
	struct signal *next;
	struct xfi_kmt_sync *sync; /* referenced */
	UINT64 value;
	bool goes_back;
};

/* With the completion, which may outlast the queue. */
struct list {
	pthread_mutex_t lock;
	struct signal *first, **last;
};

struct xfi_told {
	ID3D12Fence *fence;
	UINT64 count;
	HANDLE handle;
	struct list *list;
};

/* Nobody is there to be told of a failure: the fence is higher already, or the domain is gone. */
static void give(struct signal *signal)
{
	uint64_t target;
	if (signal->goes_back)
		(void)xfi_kmt_sync_signal(signal->sync, signal->value, true);
	else if (!xfi_kmt_sync_target(signal->sync, signal->value, &target))
		(void)xf_timeline_signal(signal->sync->timeline, target);
	xfi_object_unref(&signal->sync->base);
	free(signal);
}

static bool give_oldest(struct list *list)
{
	pthread_mutex_lock(&list->lock);
	struct signal *signal = list->first;
	if (signal)
		list->first = signal->next;
	if (!list->first)
		list->last = &list->first;
	if (signal)
		give(signal); /* under the lock: in order */
	pthread_mutex_unlock(&list->lock);
	return signal;
}

static void stepped(void *arg)
{
	(void)give_oldest(arg);
}

static void end_list(void *arg)
{
	struct list *list = arg;
	while (give_oldest(list))
		;
	pthread_mutex_destroy(&list->lock);
	free(list);
}

static int make_list(struct xfi_told *told)
{
	struct list *list = calloc(1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	pthread_mutex_init(&list->lock, NULL);
	list->last = &list->first;
	int r = xfi_completion_create(stepped, end_list, list, &told->handle);
	if (r)
		end_list(list);
	else
		told->list = list;
	return r;
}

HRESULT xfi_told_create(ID3D12Device *device, struct xfi_told **ret_told)
{
	struct xfi_told *told = calloc(1, sizeof(*told));
	HRESULT hr = told && !make_list(told) ? S_OK : E_OUTOFMEMORY;
	if (SUCCEEDED(hr))
		hr = xfi_fence_create(device, &told->fence);
	if (SUCCEEDED(hr))
		*ret_told = told;
	else
		xfi_told_destroy(told);
	return hr;
}

/* The driver's last steps may be told meanwhile; what is left the completion's end gives. */
void xfi_told_destroy(struct xfi_told *told)
{
	if (!told)
		return;
	if (told->fence)
		ID3D12Fence_Release(told->fence);
	if (told->handle)
		(void)xfi_nt_handle_close(told->handle);
	free(told);
}

static void append(struct list *list, struct signal *signal)
{
	pthread_mutex_lock(&list->lock);
	*list->last = signal;
	list->last = &signal->next;
	pthread_mutex_unlock(&list->lock);
}

/* The step is registered before the queue signals: see fence.h for what a look later would find. */
HRESULT xfi_told_add(struct xfi_told *told, ID3D12Fence *fence, UINT64 value,
	ID3D12Fence **ret_fence, UINT64 *ret_count)
{
	struct signal *signal = calloc(1, sizeof(*signal));
	if (!signal)
		return E_OUTOFMEMORY;
	HRESULT hr = ID3D12Fence_SetEventOnCompletion(told->fence, told->count + 1, told->handle);
	if (FAILED(hr)) {
		free(signal);
		return hr;
	}
	signal->sync = xfi_shared_fence_sync(fence);
	signal->value = value;
	signal->goes_back = xfi_shared_fence_goes_back(fence, value);
	xfi_object_ref(&signal->sync->base);
	append(told->list, signal);
	*ret_fence = told->fence;
	*ret_count = ++told->count;
	return S_OK;
}
