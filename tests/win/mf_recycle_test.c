/* SPDX-License-Identifier: MIT */
/*
 * The allocator with Direct3D 12: a sample is free by its last reference and by the final release
 * of its textures, in whatever order they come; nobody polls, and nothing is left behind.
 */
#include "mf_stage.h"
#include "mf_notify.h"

#include <mftransform.h>

struct pool {
	IMFVideoSampleAllocatorEx *allocator;
	IMFVideoSampleAllocatorCallback *callback;
	IMFMediaType *type;
	IMFAttributes *attributes;
	IMFDXGIDeviceManager *manager;
	struct notify *notify;
};

static void pool_init(struct pool *p, struct stage *s, DWORD count, UINT32 buffers)
{
	UINT token;
	p->notify = notify_create();
	assert_int_equal(MFCreateDXGIDeviceManager(&token, &p->manager), S_OK);
	assert_int_equal(
		IMFDXGIDeviceManager_ResetDevice(p->manager, (IUnknown *)s->device, token), S_OK);
	assert_int_equal(MFCreateVideoSampleAllocatorEx(
				 &IID_IMFVideoSampleAllocatorEx, (void **)&p->allocator),
		S_OK);
	assert_int_equal(IMFVideoSampleAllocatorEx_QueryInterface(p->allocator,
				 &IID_IMFVideoSampleAllocatorCallback, (void **)&p->callback),
		S_OK);
	assert_int_equal(
		IMFVideoSampleAllocatorCallback_SetCallback(p->callback, notify_face(p->notify)),
		S_OK);
	assert_int_equal(
		IMFVideoSampleAllocatorEx_SetDirectXManager(p->allocator, (IUnknown *)p->manager),
		S_OK);
	assert_int_equal(MFCreateAttributes(&p->attributes, 1), S_OK);
	assert_int_equal(
		IMFAttributes_SetUINT32(p->attributes, &MF_SA_BUFFERS_PER_SAMPLE, buffers), S_OK);
	assert_int_equal(MFCreateMediaType(&p->type), S_OK);
	IMFMediaType_SetGUID(p->type, &MF_MT_MAJOR_TYPE, &MFMediaType_Video);
	IMFMediaType_SetGUID(p->type, &MF_MT_SUBTYPE, &MFVideoFormat_ARGB32);
	IMFMediaType_SetUINT64(p->type, &MF_MT_FRAME_SIZE, (UINT64)64 << 32 | 32);
	assert_int_equal(IMFVideoSampleAllocatorEx_InitializeSampleAllocatorEx(
				 p->allocator, count, count, p->attributes, p->type),
		S_OK);
}

static void pool_finish(struct pool *p)
{
	assert_int_equal(IMFVideoSampleAllocatorCallback_SetCallback(p->callback, NULL), S_OK);
	IMFVideoSampleAllocatorCallback_Release(p->callback);
	assert_int_equal(IMFVideoSampleAllocatorEx_Release(p->allocator), 0);
	IMFMediaType_Release(p->type);
	IMFAttributes_Release(p->attributes);
	assert_int_equal(IMFDXGIDeviceManager_Release(p->manager), 0);
	notify_unref(p->notify);
}

static HRESULT take(struct pool *p, IMFSample **ret_sample)
{
	return IMFVideoSampleAllocatorEx_AllocateSample(p->allocator, ret_sample);
}

static LONG count_free(struct pool *p)
{
	LONG count;
	assert_int_equal(
		IMFVideoSampleAllocatorCallback_GetFreeSampleCount(p->callback, &count), S_OK);
	return count;
}

static IMFDXGIBuffer *buffer_of(IMFSample *sample, DWORD index)
{
	IMFMediaBuffer *media;
	IMFDXGIBuffer *buffer;
	assert_int_equal(IMFSample_GetBufferByIndex(sample, index, &media), S_OK);
	assert_int_equal(
		IMFMediaBuffer_QueryInterface(media, &IID_IMFDXGIBuffer, (void **)&buffer), S_OK);
	IMFMediaBuffer_Release(media);
	return buffer;
}

static IMFD3D12SynchronizationObjectCommands *commands_of(IMFSample *sample, DWORD index)
{
	IMFDXGIBuffer *buffer = buffer_of(sample, index);
	IMFD3D12SynchronizationObjectCommands *commands;
	assert_int_equal(IMFDXGIBuffer_GetUnknown(buffer, &MF_D3D12_SYNCHRONIZATION_OBJECT,
				 &IID_IMFD3D12SynchronizationObjectCommands, (void **)&commands),
		S_OK);
	IMFDXGIBuffer_Release(buffer);
	return commands;
}

static void enqueue_ready(IMFSample *sample, DWORD index, ID3D12CommandQueue *queue)
{
	IMFD3D12SynchronizationObjectCommands *commands = commands_of(sample, index);
	assert_int_equal(
		IMFD3D12SynchronizationObjectCommands_EnqueueResourceReady(commands, queue), S_OK);
	IMFD3D12SynchronizationObjectCommands_Release(commands);
}

static void enqueue_release(IMFSample *sample, DWORD index, ID3D12CommandQueue *queue)
{
	IMFD3D12SynchronizationObjectCommands *commands = commands_of(sample, index);
	assert_int_equal(
		IMFD3D12SynchronizationObjectCommands_EnqueueResourceRelease(commands, queue),
		S_OK);
	IMFD3D12SynchronizationObjectCommands_Release(commands);
}

static void wait_for_release(struct pool *p, unsigned total)
{
	while (p->notify->released < total)
		assert_true(gets_set(p->notify->event));
	assert_int_equal(p->notify->released, total);
}

/* By the count: the event of the call before may come after that was seen. */
static bool is_not_told(struct pool *p, unsigned total)
{
	Sleep(SHORT_MS);
	return p->notify->released == total;
}

static void a_sample_waits_for_its_final_release(void **state)
{
	struct stage *s = *state;
	struct pool p;
	IMFSample *sample, *again;
	pool_init(&p, s, 1, 1);
	/* One that nobody used is free at once. */
	assert_int_equal(take(&p, &sample), S_OK);
	IMFSample_Release(sample);
	assert_int_equal(count_free(&p), 1);
	wait_for_release(&p, 1);
	assert_int_equal(take(&p, &sample), S_OK);
	hold_a(s);
	hold_b(s);
	enqueue_release(sample, 0, s->a);
	enqueue_release(sample, 0, s->b);
	assert_int_equal(IMFSample_Release(sample), 0);
	assert_int_equal(count_free(&p), 0);
	assert_int_equal(take(&p, &again), MF_E_SAMPLEALLOCATOR_EMPTY);
	let_b_go(s);
	assert_true(is_not_told(&p, 1));
	assert_int_equal(count_free(&p), 0);
	let_a_go(s);
	wait_for_release(&p, 2);
	assert_int_equal(count_free(&p), 1);
	assert_int_equal(take(&p, &again), S_OK);
	assert_ptr_equal(again, sample);
	IMFSample_Release(again);
	wait_for_release(&p, 3);
	pool_finish(&p);
}

/* What is ready or released while the sample is still held changes nothing until it is not. */
static void a_sample_waits_for_its_last_reference(void **state)
{
	struct stage *s = *state;
	struct pool p;
	IMFSample *sample;
	pool_init(&p, s, 1, 1);
	assert_int_equal(take(&p, &sample), S_OK);
	enqueue_ready(sample, 0, s->producer);
	enqueue_release(sample, 0, s->a);
	d3d12_finish(s->device, s->producer);
	d3d12_finish(s->device, s->a);
	assert_true(is_not_told(&p, 0));
	assert_int_equal(count_free(&p), 0);
	IMFSample_Release(sample);
	wait_for_release(&p, 1);
	pool_finish(&p);
}

static void a_pending_producer_counts(void **state)
{
	struct stage *s = *state;
	struct pool p;
	IMFSample *sample;
	IMFD3D12SynchronizationObjectCommands *commands;
	pool_init(&p, s, 1, 1);
	assert_int_equal(take(&p, &sample), S_OK);
	hold(s);
	enqueue_ready(sample, 0, s->producer);
	IMFSample_Release(sample); /* the frame is dropped */
	assert_true(is_not_told(&p, 0));
	let_go(s);
	wait_for_release(&p, 1);
	/* It is not ready in its next use. */
	assert_int_equal(take(&p, &sample), S_OK);
	commands = commands_of(sample, 0);
	assert_int_equal(IMFD3D12SynchronizationObjectCommands_SignalEventOnResourceReady(
				 commands, s->event),
		S_OK);
	assert_true(stays_unset(s->event));
	IMFD3D12SynchronizationObjectCommands_Release(commands);
	IMFSample_Release(sample);
	wait_for_release(&p, 2);
	pool_finish(&p);
}

/* All textures of a sample, and the program's own event beside the allocator. */
static void every_texture_counts_and_events_are_the_programs(void **state)
{
	struct stage *s = *state;
	struct pool p;
	IMFSample *sample;
	IMFD3D12SynchronizationObject *sync;
	IMFDXGIBuffer *buffer;
	pool_init(&p, s, 1, 2);
	assert_int_equal(take(&p, &sample), S_OK);
	hold_a(s);
	hold_b(s);
	enqueue_release(sample, 0, s->a);
	enqueue_release(sample, 1, s->b);
	buffer = buffer_of(sample, 0);
	assert_int_equal(IMFDXGIBuffer_GetUnknown(buffer, &MF_D3D12_SYNCHRONIZATION_OBJECT,
				 &IID_IMFD3D12SynchronizationObject, (void **)&sync),
		S_OK);
	IMFDXGIBuffer_Release(buffer);
	IMFSample_Release(sample);
	assert_int_equal(
		IMFD3D12SynchronizationObject_SignalEventOnFinalResourceRelease(sync, s->event),
		S_OK);
	IMFD3D12SynchronizationObject_Release(sync);
	let_a_go(s);
	assert_true(gets_set(s->event));
	assert_true(is_not_told(&p, 0));
	let_b_go(s);
	wait_for_release(&p, 1);
	pool_finish(&p);
}

/* The pool and the allocator end without waiting; what is in use stays until it is not. */
static void an_end_waits_for_nobody(void **state)
{
	struct stage *s = *state;
	struct pool p;
	IMFSample *sample, *fresh;
	pool_init(&p, s, 1, 1);
	assert_int_equal(take(&p, &sample), S_OK);
	hold_a(s);
	enqueue_release(sample, 0, s->a);
	IMFSample_Release(sample);
	assert_int_equal(IMFVideoSampleAllocatorEx_UninitializeSampleAllocator(p.allocator), S_OK);
	assert_int_equal(p.notify->pruned, 0); /* a queue is using it */
	assert_int_equal(IMFVideoSampleAllocatorEx_InitializeSampleAllocatorEx(
				 p.allocator, 1, 1, p.attributes, p.type),
		S_OK);
	assert_int_equal(take(&p, &fresh), S_OK);
	assert_ptr_not_equal(fresh, sample);
	let_a_go(s);
	while (!p.notify->pruned)
		assert_true(gets_set(p.notify->event));
	assert_int_equal(count_free(&p), 0); /* the old one is not of this pool */
	hold_b(s);
	enqueue_release(fresh, 0, s->b);
	IMFSample_Release(fresh);
	pool_finish(&p);
	let_b_go(s);
	d3d12_finish(s->device, s->b);
}

static void what_cannot_be_made_leaves_no_pool(void **state)
{
	struct stage *s = *state;
	const BYTE wrong = 0;
	struct pool p;
	IMFSample *sample;
	pool_init(&p, s, 1, 1);
	assert_int_equal(IMFAttributes_SetBlob(
				 p.attributes, &MF_SA_D3D12_CLEAR_VALUE, &wrong, sizeof(wrong)),
		S_OK);
	assert_int_equal(IMFVideoSampleAllocatorEx_InitializeSampleAllocatorEx(
				 p.allocator, 1, 1, p.attributes, p.type),
		E_INVALIDARG);
	assert_int_equal(count_free(&p), 1); /* as before */
	IMFAttributes_DeleteItem(p.attributes, &MF_SA_D3D12_CLEAR_VALUE);
	IMFAttributes_SetUINT32(p.attributes, &MF_SA_D3D12_HEAP_TYPE, D3D12_HEAP_TYPE_UPLOAD);
	assert_true(FAILED(IMFVideoSampleAllocatorEx_InitializeSampleAllocatorEx(
		p.allocator, 1, 1, p.attributes, p.type)));
	assert_int_equal(count_free(&p), 0);
	assert_int_equal(take(&p, &sample), MF_E_NOT_INITIALIZED);
	pool_finish(&p);
}

/* libvkd3d's objects reference their device: its count is theirs. */
static ULONG device_refs(struct stage *s)
{
	ID3D12Device *inner = xf_win_d3d12_inner_device(s->device);
	ID3D12Device_AddRef(inner);
	return ID3D12Device_Release(inner);
}

static void one_generation(struct stage *s, struct pool *p)
{
	IMFSample *sample;
	HRESULT hr;
	while ((hr = take(p, &sample)) == MF_E_SAMPLEALLOCATOR_EMPTY)
		assert_true(gets_set(p->notify->event));
	assert_int_equal(hr, S_OK);
	IMFD3D12SynchronizationObjectCommands *commands = commands_of(sample, 0);
	assert_int_equal(
		IMFD3D12SynchronizationObjectCommands_EnqueueResourceReady(commands, s->producer),
		S_OK);
	assert_int_equal(
		IMFD3D12SynchronizationObjectCommands_EnqueueResourceReadyWait(commands, s->a),
		S_OK);
	assert_int_equal(
		IMFD3D12SynchronizationObjectCommands_EnqueueResourceRelease(commands, s->a), S_OK);
	IMFD3D12SynchronizationObjectCommands_Release(commands);
	IMFSample_Release(sample);
}

/* XFT_GENERATIONS=100000 for more. */
static void generations_leave_nothing(void **state)
{
	const char *more = getenv("XFT_GENERATIONS");
	unsigned generations = more ? (unsigned)atoi(more) : 1000;
	struct stage *s = *state;
	struct pool p;
	ULONG refs = 0, most = 0;
	pool_init(&p, s, 3, 1);
	for (unsigned i = 0; i < generations; i++) {
		ULONG now;
		one_generation(s, &p);
		now = device_refs(s);
		if (i < generations / 4 && now > refs)
			refs = now;
		if (now > most)
			most = now;
	}
	wait_for_release(&p, generations);
	assert_int_equal(count_free(&p), 3);
	printf("%u generations: %u references to the device at most in the first quarter, %u in "
	       "all, %u at last\n",
		generations, (unsigned)refs, (unsigned)most, (unsigned)device_refs(s));
	/* A fence more for a sample may be needed late, on a busy machine; not one for a use. */
	assert_true(most <= refs + 20);
	pool_finish(&p);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		row(a_sample_waits_for_its_final_release),
		row(a_sample_waits_for_its_last_reference),
		row(a_pending_producer_counts),
		row(every_texture_counts_and_events_are_the_programs),
		row(an_end_waits_for_nobody),
		row(what_cannot_be_made_leaves_no_pool),
		row(generations_leave_nothing),
	};
	mf_start(argc, argv);
	if (getenv("XFT_GENERATIONS"))
		alarm(0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
