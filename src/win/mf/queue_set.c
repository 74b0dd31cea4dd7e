/* SPDX-License-Identifier: MIT */
/*
 * Each queue signals a fence of its own, and the driver tells of it through a completion. Whoever
 * asks counts down what was told; the one that comes to zero calls.
 */
#include "win/mf/queue_set.h"

#include "win/mf/fence.h"
#include "win/nt/completion.h"
#include "win/nt/handle.h"

/* What waits for all queues: one count for each mark, and one for the time they are made in. */
struct join {
	_Atomic uint32_t left;
	void (*fn)(void *arg); /* NULL: nobody is to be called */
	void *arg;
};

/* A place among a queue's work. It lasts until its completion has ended. */
struct mark {
	struct mark *next; /* entry.marks */
	HANDLE handle;
	struct join *join;
	_Atomic bool passed;
};

struct xfi_queue_entry {
	struct xfi_queue_entry *next; /* set.entries */
	ID3D12CommandQueue *queue;
	ID3D12Fence *fence;
	UINT64 count;
	struct mark *marks;
};

struct xfi_queue_set {
	pthread_mutex_t lock;
	ID3D12Device *device;
	struct xfi_queue_entry *entries;
};

static void count_down(struct join *join)
{
	if (atomic_fetch_sub(&join->left, 1) != 1)
		return;
	if (join->fn)
		join->fn(join->arg);
	free(join);
}

static void passed(void *arg)
{
	struct mark *mark = arg;
	if (!atomic_exchange(&mark->passed, true))
		count_down(mark->join);
}

static void drop(void *arg)
{
	passed(arg);
	free(arg);
}

/* Those that were passed; with `all` the others, too. Their completions are closed, and end. */
static void close_marks(struct xfi_queue_entry *entry, bool all)
{
	struct mark **link = &entry->marks;
	while (*link) {
		struct mark *mark = *link;
		if (!all && !atomic_load(&mark->passed)) {
			link = &mark->next;
			continue;
		}
		*link = mark->next;
		(void)xfi_nt_handle_close(mark->handle); /* ours; the mark may be gone from here */
	}
}

struct xfi_queue_set *xfi_queue_set_create(ID3D12Device *device)
{
	struct xfi_queue_set *set = calloc(1, sizeof(*set));
	if (!set)
		return NULL;
	pthread_mutex_init(&set->lock, NULL);
	set->device = device;
	return set;
}

void xfi_queue_set_destroy(struct xfi_queue_set *set)
{
	if (!set)
		return;
	pthread_mutex_destroy(&set->lock);
	free(set);
}

HRESULT xfi_queue_set_add(
	struct xfi_queue_set *set, ID3D12CommandQueue *queue, struct xfi_queue_entry **ret_entry)
{
	struct xfi_queue_entry *entry = calloc(1, sizeof(*entry));
	if (!entry)
		return E_OUTOFMEMORY;
	entry->queue = queue;
	pthread_mutex_lock(&set->lock);
	entry->next = set->entries;
	set->entries = entry;
	pthread_mutex_unlock(&set->lock);
	*ret_entry = entry;
	return S_OK;
}

void xfi_queue_set_take_out(struct xfi_queue_set *set, struct xfi_queue_entry *entry)
{
	pthread_mutex_lock(&set->lock);
	struct xfi_queue_entry **link = &set->entries;
	while (*link != entry)
		link = &(*link)->next;
	*link = entry->next;
	pthread_mutex_unlock(&set->lock);
}

/* The fence first: the driver then tells of nothing any more, and what is left we do. */
void xfi_queue_entry_end(struct xfi_queue_entry *entry)
{
	if (entry->fence)
		ID3D12Fence_Release(entry->fence);
	close_marks(entry, true);
	free(entry);
}

static struct mark *add_mark(struct xfi_queue_entry *entry, struct join *join)
{
	struct mark *mark = calloc(1, sizeof(*mark));
	if (!mark)
		return NULL;
	mark->join = join;
	if (xfi_completion_create(passed, drop, mark, &mark->handle)) {
		free(mark);
		return NULL;
	}
	atomic_fetch_add(&join->left, 1);
	mark->next = entry->marks;
	entry->marks = mark;
	return mark;
}

/* The mark is registered before the signal, as fence.h says why. */
static HRESULT mark_queue(
	struct xfi_queue_set *set, struct xfi_queue_entry *entry, struct join *join)
{
	HRESULT hr = entry->fence ? S_OK : xfi_fence_create(set->device, &entry->fence);
	if (FAILED(hr))
		return hr;
	close_marks(entry, false);
	struct mark *mark = add_mark(entry, join);
	if (!mark)
		return E_OUTOFMEMORY;
	hr = ID3D12Fence_SetEventOnCompletion(entry->fence, ++entry->count, mark->handle);
	if (SUCCEEDED(hr))
		hr = ID3D12CommandQueue_Signal(entry->queue, entry->fence, entry->count);
	return hr;
}

HRESULT xfi_queue_set_when_done(struct xfi_queue_set *set, void (*fn)(void *arg), void *arg)
{
	struct join *join = calloc(1, sizeof(*join));
	HRESULT hr = join ? S_OK : E_OUTOFMEMORY;
	if (FAILED(hr))
		return hr;
	atomic_init(&join->left, 1);
	join->arg = arg;
	pthread_mutex_lock(&set->lock);
	for (struct xfi_queue_entry *entry = set->entries; entry && SUCCEEDED(hr);
		entry = entry->next)
		hr = mark_queue(set, entry, join);
	pthread_mutex_unlock(&set->lock);
	if (SUCCEEDED(hr))
		join->fn = fn; /* our own count keeps the others from looking before */
	count_down(join);
	return hr;
}
