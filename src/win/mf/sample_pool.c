/* SPDX-License-Identifier: MIT */
#include "win/mf/sample_pool.h"

#include <signal.h>

#include <mferror.h>

#include "win/mf/dxgi_buffer.h"
#include "win/mf/sample.h"

struct slot {
	struct xfi_sample *sample;
	struct xfi_sample_pool *pool;
	uint64_t generation; /* of the pool, when it was made */
	struct slot *next; /* pool.free, pool.done, or of what is being made */
	/* Synchronization objects to be waited for, and one: whoever asks them. */
	_Atomic unsigned pending;
	UINT32 n_buffers;
	struct part {
		IMFMediaBuffer *buffer;
		struct xfi_sync_object *sync; /* referenced while the sample retires */
		struct xfi_final_note note;
	} parts[];
};

struct xfi_sample_pool {
	pthread_mutex_t
		lock; /* guards what follows; held over no call of anybody else's but AddRef */
	pthread_cond_t changed; /* for the thread */
	struct xfi_sample_source *source; /* NULL: not initialized */
	uint64_t generation;
	struct slot *free; /* of this generation */
	LONG n_free;
	DWORD total, maximum; /* of this generation */
	struct slot *done; /* the driver says that nothing is pending any more */
	unsigned notices; /* NotifyRelease calls to be made */
	IMFVideoSampleAllocatorNotify *notify;
	unsigned holds; /* the allocator, and each sample that is out */
	bool thread_runs;
};

static void free_pool(struct xfi_sample_pool *pool)
{
	pthread_cond_destroy(&pool->changed);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

/* The last one to let go ends the pool, or makes its thread do so. */
static void let_go(struct xfi_sample_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	bool last = !--pool->holds, thread_runs = pool->thread_runs;
	if (last)
		pthread_cond_signal(&pool->changed);
	pthread_mutex_unlock(&pool->lock);
	if (last && !thread_runs)
		free_pool(pool);
}

/* Slots */

static void released(struct xfi_sample *sample);

/* The program may keep the sample that it is told of; then it is an ordinary one. */
static void prune(struct xfi_sample_pool *pool, struct xfi_sample *sample)
{
	IMFVideoSampleAllocatorNotify *notify;
	IMFVideoSampleAllocatorNotifyEx *more;
	pthread_mutex_lock(&pool->lock);
	notify = pool->notify;
	if (notify)
		IMFVideoSampleAllocatorNotify_AddRef(notify);
	pthread_mutex_unlock(&pool->lock);
	if (!notify)
		return;
	if (SUCCEEDED(IMFVideoSampleAllocatorNotify_QueryInterface(
		    notify, &IID_IMFVideoSampleAllocatorNotifyEx, (void **)&more))) {
		(void)IMFVideoSampleAllocatorNotifyEx_NotifyPrune(more, xfi_sample_face(sample));
		IMFVideoSampleAllocatorNotifyEx_Release(more);
	}
	IMFVideoSampleAllocatorNotify_Release(notify);
}

static void free_slot(struct slot *slot)
{
	struct xfi_sample *sample = slot->sample;
	if (sample) {
		sample->released = NULL;
		atomic_store(&sample->refs, 1);
		for (UINT32 i = 0; i < slot->n_buffers; i++)
			(void)IMFSample_AddBuffer(xfi_sample_face(sample), slot->parts[i].buffer);
		prune(slot->pool, sample);
		IMFSample_Release(xfi_sample_face(sample));
	}
	for (UINT32 i = 0; i < slot->n_buffers; i++)
		IMFMediaBuffer_Release(slot->parts[i].buffer);
	free(slot);
}

static void free_slots(struct slot *slots)
{
	while (slots) {
		struct slot *slot = slots;
		slots = slot->next;
		free_slot(slot);
	}
}

static HRESULT make_slot(struct xfi_sample_pool *pool, const struct xfi_sample_source *source,
	struct slot **ret_slot)
{
	struct slot *slot = calloc(1, sizeof(*slot) + source->n_buffers * sizeof(struct part));
	HRESULT hr = slot ? S_OK : E_OUTOFMEMORY;
	if (!slot)
		return hr;
	slot->pool = pool;
	while (SUCCEEDED(hr) && slot->n_buffers < source->n_buffers) {
		hr = xfi_sample_source_make(source, &slot->parts[slot->n_buffers].buffer);
		if (SUCCEEDED(hr))
			slot->n_buffers++;
	}
	if (SUCCEEDED(hr)) {
		slot->sample = xfi_sample_create();
		hr = slot->sample ? S_OK : E_OUTOFMEMORY;
	}
	if (FAILED(hr)) {
		free_slot(slot);
		return hr;
	}
	slot->sample->released = released;
	slot->sample->owner = slot;
	*ret_slot = slot;
	return S_OK;
}

/* From the last Release to the free list */

/* In the driver's thread, under its locks. */
static void one_is_done(void *arg)
{
	struct slot *slot = arg;
	struct xfi_sample_pool *pool = slot->pool;
	if (atomic_fetch_sub(&slot->pending, 1) != 1)
		return;
	pthread_mutex_lock(&pool->lock);
	slot->next = pool->done;
	pool->done = slot;
	pthread_cond_signal(&pool->changed);
	pthread_mutex_unlock(&pool->lock);
}

/* True: nothing is pending now. Else the last object to be free goes on, perhaps already now. */
static bool ask(struct slot *slot)
{
	atomic_store(&slot->pending, 1);
	for (UINT32 i = 0; i < slot->n_buffers; i++) {
		struct part *part = &slot->parts[i];
		part->sync = xfi_dxgi_buffer_sync(part->buffer);
		part->note = (struct xfi_final_note){ .fn = one_is_done, .arg = slot };
		atomic_fetch_add(&slot->pending, 1);
		if (!part->sync || !xfi_sync_object_on_final(part->sync, &part->note))
			atomic_fetch_sub(&slot->pending, 1);
	}
	return atomic_fetch_sub(&slot->pending, 1) == 1;
}

/* As new for the next use. False: somebody has enqueued another release meanwhile. */
static bool reset(struct slot *slot)
{
	bool all = true;
	for (UINT32 i = 0; i < slot->n_buffers; i++) {
		struct part *part = &slot->parts[i];
		if (!part->sync)
			continue;
		if (IMFD3D12SynchronizationObject_Reset(&part->sync->iface) == MF_E_UNEXPECTED)
			all = false;
		IMFD3D12SynchronizationObject_Release(&part->sync->iface);
		part->sync = NULL;
	}
	return all;
}

/* Into the free list, or to its end if the pool has been emptied since. */
static void give_back(struct slot *slot)
{
	struct xfi_sample_pool *pool = slot->pool;
	pthread_mutex_lock(&pool->lock);
	bool keep = pool->source && slot->generation == pool->generation;
	if (keep) {
		slot->next = pool->free;
		pool->free = slot;
		pool->n_free++;
		if (pool->notify) {
			pool->notices++;
			pthread_cond_signal(&pool->changed);
		}
	}
	pthread_mutex_unlock(&pool->lock);
	if (!keep)
		free_slot(slot);
	let_go(pool);
}

static void go_on(struct slot *slot)
{
	while (!reset(slot))
		if (!ask(slot))
			return;
	give_back(slot);
}

/* The program's last Release. */
static void released(struct xfi_sample *sample)
{
	struct slot *slot = sample->owner;
	xfi_sample_empty(sample);
	if (ask(slot))
		go_on(slot);
}

/* The thread */

static void notify_locked(struct xfi_sample_pool *pool)
{
	IMFVideoSampleAllocatorNotify *notify = pool->notify;
	pool->notices--;
	if (!notify)
		return;
	IMFVideoSampleAllocatorNotify_AddRef(notify);
	pthread_mutex_unlock(&pool->lock);
	(void)IMFVideoSampleAllocatorNotify_NotifyRelease(notify);
	IMFVideoSampleAllocatorNotify_Release(notify);
	pthread_mutex_lock(&pool->lock);
}

static void go_on_locked(struct xfi_sample_pool *pool)
{
	struct slot *slot = pool->done;
	pool->done = slot->next;
	pthread_mutex_unlock(&pool->lock);
	go_on(slot);
	pthread_mutex_lock(&pool->lock);
}

static void *run(void *arg)
{
	struct xfi_sample_pool *pool = arg;
	pthread_mutex_lock(&pool->lock);
	while (pool->holds) {
		if (pool->done)
			go_on_locked(pool);
		else if (pool->notices)
			notify_locked(pool);
		else
			pthread_cond_wait(&pool->changed, &pool->lock);
	}
	pthread_mutex_unlock(&pool->lock);
	free_pool(pool);
	return NULL;
}

/* No handler of the program's ever runs on it. */
static bool start_thread_locked(struct xfi_sample_pool *pool)
{
	sigset_t all, before;
	pthread_t thread;
	if (pool->thread_runs)
		return true;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pool->thread_runs = !pthread_create(&thread, NULL, run, pool);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (pool->thread_runs)
		pthread_detach(thread);
	return pool->thread_runs;
}

/* What the allocator calls */

struct xfi_sample_pool *xfi_sample_pool_create(void)
{
	struct xfi_sample_pool *pool = calloc(1, sizeof(*pool));
	if (!pool)
		return NULL;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->changed, NULL);
	pool->holds = 1;
	return pool;
}

void xfi_sample_pool_end(struct xfi_sample_pool *pool)
{
	xfi_sample_pool_empty(pool);
	(void)xfi_sample_pool_set_notify(pool, NULL);
	let_go(pool);
}

/* In place of what there is, which ends. */
static void install(struct xfi_sample_pool *pool, struct xfi_sample_source *source,
	struct slot *slots, DWORD count, DWORD maximum)
{
	pthread_mutex_lock(&pool->lock);
	struct xfi_sample_source *source_before = pool->source;
	struct slot *before = pool->free;
	pool->source = source;
	pool->generation++;
	pool->free = slots;
	pool->n_free = (LONG)count;
	pool->total = count;
	pool->maximum = maximum;
	for (; slots; slots = slots->next)
		slots->generation = pool->generation;
	pthread_mutex_unlock(&pool->lock);
	free_slots(before);
	xfi_sample_source_unref(source_before);
}

void xfi_sample_pool_empty(struct xfi_sample_pool *pool)
{
	install(pool, NULL, NULL, 0, 0);
}

HRESULT xfi_sample_pool_fill(struct xfi_sample_pool *pool, struct xfi_sample_source *source,
	DWORD initial, DWORD maximum)
{
	struct slot *slots = NULL, *slot;
	bool able = true;
	HRESULT hr = S_OK;
	xfi_sample_pool_empty(pool);
	pthread_mutex_lock(&pool->lock);
	if (source->d3d12)
		able = start_thread_locked(pool);
	pthread_mutex_unlock(&pool->lock);
	if (!able)
		return E_OUTOFMEMORY;
	for (DWORD i = 0; SUCCEEDED(hr) && i < initial; i++) {
		hr = make_slot(pool, source, &slot);
		if (SUCCEEDED(hr)) {
			slot->next = slots;
			slots = slot;
		}
	}
	if (FAILED(hr))
		free_slots(slots);
	else
		install(pool, source, slots, initial, maximum);
	return hr;
}

/* One more than there are; it is counted already. */
static HRESULT grow(struct xfi_sample_pool *pool, struct xfi_sample_source *source,
	uint64_t generation, struct slot **ret_slot)
{
	HRESULT hr = make_slot(pool, source, ret_slot);
	if (SUCCEEDED(hr)) {
		(*ret_slot)->generation = generation;
		return S_OK;
	}
	pthread_mutex_lock(&pool->lock);
	if (pool->generation == generation)
		pool->total--;
	pthread_mutex_unlock(&pool->lock);
	return hr;
}

/* A slot that is free, or what is needed to make one. */
static HRESULT choose_locked(struct xfi_sample_pool *pool, struct slot **ret_slot)
{
	if (!pool->source)
		return MF_E_NOT_INITIALIZED;
	*ret_slot = pool->free;
	if (pool->free) {
		pool->free = pool->free->next;
		pool->n_free--;
	} else if (pool->total < pool->maximum) {
		pool->total++;
	} else {
		return MF_E_SAMPLEALLOCATOR_EMPTY;
	}
	pool->holds++;
	return S_OK;
}

static HRESULT hand_out(struct slot *slot, IMFSample **ret_sample)
{
	IMFSample *sample = xfi_sample_face(slot->sample);
	HRESULT hr = S_OK;
	atomic_store(&slot->sample->refs, 1);
	for (UINT32 i = 0; SUCCEEDED(hr) && i < slot->n_buffers; i++)
		hr = IMFSample_AddBuffer(sample, slot->parts[i].buffer);
	if (SUCCEEDED(hr))
		*ret_sample = sample;
	else
		IMFSample_Release(sample);
	return hr;
}

HRESULT xfi_sample_pool_take(struct xfi_sample_pool *pool, IMFSample **ret_sample)
{
	struct xfi_sample_source *source = NULL;
	struct slot *slot = NULL;
	uint64_t generation;
	HRESULT hr;
	pthread_mutex_lock(&pool->lock);
	hr = choose_locked(pool, &slot);
	generation = pool->generation;
	if (SUCCEEDED(hr) && !slot)
		source = xfi_sample_source_ref(pool->source);
	pthread_mutex_unlock(&pool->lock);
	if (FAILED(hr))
		return hr;
	if (source)
		hr = grow(pool, source, generation, &slot);
	xfi_sample_source_unref(source);
	if (FAILED(hr)) {
		let_go(pool);
		return hr;
	}
	return hand_out(slot, ret_sample);
}

LONG xfi_sample_pool_free_count(struct xfi_sample_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	LONG count = pool->n_free;
	pthread_mutex_unlock(&pool->lock);
	return count;
}

HRESULT xfi_sample_pool_set_notify(
	struct xfi_sample_pool *pool, IMFVideoSampleAllocatorNotify *notify)
{
	IMFVideoSampleAllocatorNotify *before;
	if (notify)
		IMFVideoSampleAllocatorNotify_AddRef(notify);
	pthread_mutex_lock(&pool->lock);
	if (notify && !start_thread_locked(pool)) {
		pthread_mutex_unlock(&pool->lock);
		IMFVideoSampleAllocatorNotify_Release(notify);
		return E_OUTOFMEMORY;
	}
	before = pool->notify;
	pool->notify = notify;
	if (before != notify)
		pool->notices = 0; /* they were the other one's */
	pthread_mutex_unlock(&pool->lock);
	if (before)
		IMFVideoSampleAllocatorNotify_Release(before);
	return S_OK;
}
