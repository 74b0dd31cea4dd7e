/* SPDX-License-Identifier: MIT */
/*
 * IMFD3D12SynchronizationObject, row by row: what is documented, and what conformance tests saw on
 * Windows. Where the two differ we follow the documentation of SignalEventOnFinalResourceRelease;
 * such rows are marked "the seed". The queues do real work: copies of many megabytes on software
 * Vulkan, and a fence that a queue waits for decides when it begins.
 */
#include "d3d12_harness.h"
#include "harness.h"

struct stage {
	ID3D12Device *device;
	ID3D12CommandQueue *producer, *a, *b;
	ID3D12Fence *gate; /* what holds the producer back */
	ID3D12Fence *gate_a, *gate_b; /* and the consumers */
	UINT64 gates, gates_a, gates_b;
	ID3D12Resource *upload, *texture, *readback;
	uint8_t *up, *down;
	struct d3d12_list write, read;
	IMFD3D12SynchronizationObject *sync;
	IMFD3D12SynchronizationObjectCommands *commands;
	HANDLE event, other;
};

static HANDLE new_event(void)
{
	HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);

	assert_non_null(event);
	return event;
}

static bool set_now(HANDLE event)
{
	return WaitForSingleObject(event, 0) == WAIT_OBJECT_0;
}

static bool gets_set(HANDLE event)
{
	return WaitForSingleObject(event, LONG_MS) == WAIT_OBJECT_0;
}

static bool stays_unset(HANDLE event)
{
	return WaitForSingleObject(event, SHORT_MS) == WAIT_TIMEOUT;
}

static void make_sync(struct stage *s)
{
	assert_int_equal(MFCreateD3D12SynchronizationObject(
				 s->device, &IID_IMFD3D12SynchronizationObject, (void **)&s->sync),
		S_OK);
	assert_int_equal(IMFD3D12SynchronizationObject_QueryInterface(s->sync,
				 &IID_IMFD3D12SynchronizationObjectCommands, (void **)&s->commands),
		S_OK);
}

static int set_up(void **state)
{
	struct stage *s = calloc(1, sizeof(*s));

	s->device = d3d12_device();
	s->producer = d3d12_queue(s->device);
	s->a = d3d12_queue(s->device);
	s->b = d3d12_queue(s->device);
	s->gate = d3d12_fence(s->device);
	s->gate_a = d3d12_fence(s->device);
	s->gate_b = d3d12_fence(s->device);
	s->upload =
		d3d12_buffer(s->device, D3D12_HEAP_TYPE_UPLOAD, D3D12_RESOURCE_STATE_GENERIC_READ);
	s->texture = d3d12_buffer(s->device, D3D12_HEAP_TYPE_DEFAULT, D3D12_RESOURCE_STATE_COMMON);
	s->readback =
		d3d12_buffer(s->device, D3D12_HEAP_TYPE_READBACK, D3D12_RESOURCE_STATE_COPY_DEST);
	s->up = d3d12_map(s->upload);
	s->down = d3d12_map(s->readback);
	s->write = d3d12_copy(s->device, s->texture, s->upload, 4);
	s->read = d3d12_copy(s->device, s->readback, s->texture, 1);
	make_sync(s);
	s->event = new_event();
	s->other = new_event();
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *s = *state;

	if (s->commands)
		IMFD3D12SynchronizationObjectCommands_Release(s->commands);
	if (s->sync)
		IMFD3D12SynchronizationObject_Release(s->sync);
	d3d12_list_release(&s->write);
	d3d12_list_release(&s->read);
	ID3D12Resource_Release(s->upload);
	ID3D12Resource_Release(s->texture);
	ID3D12Resource_Release(s->readback);
	ID3D12CommandQueue_Release(s->producer);
	ID3D12CommandQueue_Release(s->a);
	ID3D12CommandQueue_Release(s->b);
	ID3D12Fence_Release(s->gate);
	ID3D12Fence_Release(s->gate_a);
	ID3D12Fence_Release(s->gate_b);
	MFShutdown();
	int left = (int)ID3D12Device_Release(s->device);
	CloseHandle(s->event);
	CloseHandle(s->other);
	free(s);
	return left; /* nothing holds the device any more */
}

#define row(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

/* Holds a queue back; and lets it go. */
static void hold(struct stage *s)
{
	assert_int_equal(ID3D12CommandQueue_Wait(s->producer, s->gate, ++s->gates), S_OK);
}

static void let_go(struct stage *s)
{
	assert_int_equal(ID3D12Fence_Signal(s->gate, s->gates), S_OK);
}

static void hold_a(struct stage *s)
{
	assert_int_equal(ID3D12CommandQueue_Wait(s->a, s->gate_a, ++s->gates_a), S_OK);
}

static void let_a_go(struct stage *s)
{
	assert_int_equal(ID3D12Fence_Signal(s->gate_a, s->gates_a), S_OK);
}

static void hold_b(struct stage *s)
{
	assert_int_equal(ID3D12CommandQueue_Wait(s->b, s->gate_b, ++s->gates_b), S_OK);
}

static void let_b_go(struct stage *s)
{
	assert_int_equal(ID3D12Fence_Signal(s->gate_b, s->gates_b), S_OK);
}

static HRESULT ready(struct stage *s, ID3D12CommandQueue *queue)
{
	return IMFD3D12SynchronizationObjectCommands_EnqueueResourceReady(s->commands, queue);
}

static HRESULT ready_wait(struct stage *s, ID3D12CommandQueue *queue)
{
	return IMFD3D12SynchronizationObjectCommands_EnqueueResourceReadyWait(s->commands, queue);
}

static HRESULT on_ready(struct stage *s, HANDLE event)
{
	return IMFD3D12SynchronizationObjectCommands_SignalEventOnResourceReady(s->commands, event);
}

static HRESULT release(struct stage *s, ID3D12CommandQueue *queue)
{
	return IMFD3D12SynchronizationObjectCommands_EnqueueResourceRelease(s->commands, queue);
}

static HRESULT on_final(struct stage *s, HANDLE event)
{
	return IMFD3D12SynchronizationObject_SignalEventOnFinalResourceRelease(s->sync, event);
}

static HRESULT reset(struct stage *s)
{
	return IMFD3D12SynchronizationObject_Reset(s->sync);
}

static void arguments_of_creation(void **state)
{
	struct stage *s = *state;
	const IID *iids[] = { &IID_IUnknown, &IID_IMFD3D12SynchronizationObject,
		&IID_IMFD3D12SynchronizationObjectCommands };
	void *object = s;

	assert_int_equal(
		MFCreateD3D12SynchronizationObject(s->device, &IID_IUnknown, NULL), E_INVALIDARG);
	assert_int_equal(
		MFCreateD3D12SynchronizationObject(NULL, &IID_IUnknown, &object), E_INVALIDARG);
	assert_null(object);
	assert_int_equal(MFCreateD3D12SynchronizationObject(s->device, &IID_ID3D12Fence, &object),
		E_NOINTERFACE);
	assert_null(object);
	for (int i = 0; i < 3; i++) {
		IUnknown *first, *unknown[3] = { NULL };

		assert_int_equal(
			MFCreateD3D12SynchronizationObject(s->device, iids[i], (void **)&first),
			S_OK);
		for (int j = 0; j < 3; j++) {
			IUnknown *face;

			assert_int_equal(
				IUnknown_QueryInterface(first, iids[j], (void **)&face), S_OK);
			assert_int_equal(
				IUnknown_QueryInterface(face, &IID_IUnknown, (void **)&unknown[j]),
				S_OK);
			IUnknown_Release(face);
		}
		assert_ptr_equal(unknown[0], unknown[1]); /* one object */
		assert_ptr_equal(unknown[0], unknown[2]);
		for (int j = 0; j < 3; j++)
			IUnknown_Release(unknown[j]);
		assert_int_equal(IUnknown_Release(first), 0);
	}
}

static void null_arguments(void **state)
{
	struct stage *s = *state;

	assert_int_equal(ready(s, NULL), E_INVALIDARG);
	assert_int_equal(ready_wait(s, NULL), E_INVALIDARG);
	assert_int_equal(release(s, NULL), E_INVALIDARG);
	assert_int_equal(on_final(s, NULL), E_INVALIDARG);
}

static void bad_handles_store_nothing(void **state)
{
	struct stage *s = *state;
	HANDLE weak = CreateEventExW(NULL, NULL, 0, SYNCHRONIZE);
	HANDLE closed = new_event();
	HANDLE bad[] = { closed, (HANDLE)(uintptr_t)0x7ffffff0, (HANDLE)((uintptr_t)1 << 40),
		GetCurrentProcess() };

	CloseHandle(closed);
	hold(s);
	assert_int_equal(ready(s, s->producer), S_OK);
	assert_int_equal(on_final(s, s->event), S_OK);
	assert_int_equal(on_final(s, weak), E_ACCESSDENIED);
	assert_int_equal(on_ready(s, weak), E_ACCESSDENIED);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(on_final(s, bad[i]), E_HANDLE);
		assert_int_equal(on_ready(s, bad[i]), E_HANDLE);
	}
	let_go(s);
	/* None of them took the place of the good one. */
	assert_true(gets_set(s->event));
	assert_int_equal(WaitForSingleObject(weak, 0), WAIT_TIMEOUT);
	CloseHandle(weak);
}

static void a_fresh_object_is_free(void **state)
{
	struct stage *s = *state;

	assert_int_equal(on_final(s, s->event), S_OK);
	assert_true(set_now(s->event));
	/* The slot is empty after it fired. */
	assert_int_equal(ready(s, s->producer), S_OK);
	d3d12_finish(s->device, s->producer);
	assert_true(stays_unset(s->event));
	assert_int_equal(on_final(s, s->event), S_OK);
	assert_true(gets_set(s->event));
}

/* Windows was seen to set the event at once; its documentation counts the pending ready: the seed.
 */
static void a_pending_ready_counts(void **state)
{
	struct stage *s = *state;

	hold(s);
	d3d12_run(s->producer, &s->write);
	assert_int_equal(ready(s, s->producer), S_OK);
	assert_int_equal(on_final(s, s->event), S_OK);
	assert_true(stays_unset(s->event));
	let_go(s);
	assert_true(gets_set(s->event));
	assert_true(stays_unset(s->event));
}

static void every_event_for_ready_is_set(void **state)
{
	struct stage *s = *state;

	assert_int_equal(on_ready(s, s->event), S_OK);
	hold(s);
	d3d12_run(s->producer, &s->write);
	for (int i = 0; i < 3; i++)
		assert_int_equal(ready(s, s->producer), S_OK); /* as often as one likes */
	assert_int_equal(on_ready(s, s->other), S_OK);
	assert_true(stays_unset(s->event));
	let_go(s);
	assert_true(gets_set(s->event));
	assert_true(gets_set(s->other));
	for (int i = 0; i < 3; i++) { /* a level */
		assert_int_equal(on_ready(s, s->event), S_OK);
		assert_true(set_now(s->event));
	}
}

static void *block_until_ready(void *arg)
{
	return (void *)(intptr_t)on_ready(arg, NULL);
}

static void without_an_event_the_caller_waits(void **state)
{
	struct stage *s = *state;
	pthread_t thread;
	void *hr;

	hold(s);
	d3d12_run(s->producer, &s->write);
	assert_int_equal(ready(s, s->producer), S_OK);
	assert_int_equal(pthread_create(&thread, NULL, block_until_ready, s), 0);
	usleep(SHORT_MS * 1000);
	assert_int_equal(pthread_tryjoin_np(thread, &hr), EBUSY);
	let_go(s);
	pthread_join(thread, &hr);
	assert_ptr_equal(hr, (void *)S_OK);
	assert_int_equal(on_ready(s, NULL), S_OK); /* ready: at once */
}

/* The contract of ReadyWait, with bytes: the consumer is told long before the producer. */
static void consumers_wait_for_a_ready_that_comes_later(void **state)
{
	struct stage *s = *state;

	memset(s->up, 0x5a, BYTES);
	memset(s->down, 0, BYTES);
	assert_int_equal(ready_wait(s, s->a), S_OK);
	d3d12_run(s->a, &s->read);
	assert_int_equal(release(s, s->a), S_OK);
	assert_int_equal(on_final(s, s->event), S_OK);
	assert_true(stays_unset(s->event));
	hold(s);
	d3d12_run(s->producer, &s->write);
	assert_int_equal(ready(s, s->producer), S_OK);
	assert_true(stays_unset(s->event));
	assert_int_equal(s->down[0] | s->down[BYTES - 1], 0); /* did not run early */
	let_go(s);
	assert_true(gets_set(s->event));
	assert_int_equal(s->down[0], 0x5a);
	assert_int_equal(memcmp(s->down, s->up, BYTES), 0);
	assert_int_equal(ready_wait(s, s->b), S_OK); /* ready: nothing to wait for */
	d3d12_finish(s->device, s->b);
}

static void the_last_of_several_releases_counts(void **state)
{
	struct stage *s = *state;

	assert_int_equal(ready_wait(s, s->a), S_OK);
	assert_int_equal(ready_wait(s, s->b), S_OK);
	assert_int_equal(ready(s, s->producer), S_OK);
	hold_a(s);
	hold_b(s);
	assert_int_equal(release(s, s->a), S_OK);
	assert_int_equal(on_final(s, s->event), S_OK);
	assert_int_equal(release(s, s->b), S_OK); /* after the registration: waited for, too */
	let_a_go(s);
	assert_true(stays_unset(s->event));
	assert_int_equal(release(s, s->a), S_OK); /* twice on one queue: two */
	let_b_go(s);
	assert_true(gets_set(s->event));
}

static void the_last_registration_wins(void **state)
{
	struct stage *s = *state;

	hold_a(s);
	assert_int_equal(release(s, s->a), S_OK); /* without any ready: completes by itself */
	assert_int_equal(on_final(s, s->other), S_OK);
	assert_int_equal(on_final(s, s->event), S_OK);
	let_a_go(s);
	assert_true(gets_set(s->event));
	assert_true(stays_unset(s->other));
}

static void reset_and_what_is_pending(void **state)
{
	struct stage *s = *state;

	hold_a(s);
	assert_int_equal(release(s, s->a), S_OK);
	assert_int_equal(reset(s), MF_E_UNEXPECTED);
	let_a_go(s);
	assert_int_equal(on_final(s, s->event), S_OK);
	assert_true(gets_set(s->event));
	assert_int_equal(reset(s), S_OK);
	/* A ready, pending or there, is no obstacle; it is taken back. */
	assert_int_equal(ready(s, s->producer), S_OK);
	assert_int_equal(on_ready(s, NULL), S_OK);
	assert_int_equal(reset(s), S_OK);
	assert_int_equal(on_ready(s, s->event), S_OK);
	assert_true(stays_unset(s->event));
	hold(s);
	assert_int_equal(ready(s, s->producer), S_OK);
	assert_int_equal(reset(s), S_OK);
	let_go(s);
	d3d12_finish(s->device, s->producer);
	/* What was queued before the reset makes nothing ready after it. */
	assert_true(stays_unset(s->event));
	assert_int_equal(ready(s, s->producer), S_OK);
	assert_true(gets_set(s->event));
}

/* On Windows a ready from before a Reset un-readies the object; here nothing does but Reset. */
static void a_late_ready_does_not_unready(void **state)
{
	struct stage *s = *state;

	hold(s);
	assert_int_equal(ready(s, s->producer), S_OK);
	assert_int_equal(reset(s), S_OK);
	assert_int_equal(ready(s, s->a), S_OK);
	assert_int_equal(on_ready(s, NULL), S_OK);
	let_go(s);
	d3d12_finish(s->device, s->producer);
	assert_int_equal(on_ready(s, s->event), S_OK);
	assert_true(set_now(s->event));
}

static void five_generations(void **state)
{
	struct stage *s = *state;

	for (int i = 1; i <= 5; i++) {
		memset(s->up, i, BYTES);
		assert_int_equal(ready_wait(s, s->a), S_OK);
		d3d12_run(s->a, &s->read);
		assert_int_equal(release(s, s->a), S_OK);
		assert_int_equal(ready_wait(s, s->b), S_OK);
		assert_int_equal(release(s, s->b), S_OK);
		d3d12_run(s->producer, &s->write);
		assert_int_equal(ready(s, s->producer), S_OK);
		assert_int_equal(on_final(s, s->event), S_OK);
		assert_true(gets_set(s->event));
		assert_int_equal(s->down[0], i);
		assert_int_equal(memcmp(s->down, s->up, BYTES), 0);
		assert_int_equal(reset(s), S_OK);
	}
}

static void a_queue_of_another_device(void **state)
{
	struct stage *s = *state;
	ID3D12Device *device = d3d12_device();
	ID3D12CommandQueue *queue = d3d12_queue(device);

	assert_int_equal(ready_wait(s, s->a), S_OK);
	assert_int_equal(release(s, s->a), S_OK);
	assert_int_equal(ready(s, queue), S_OK);
	assert_int_equal(on_final(s, s->event), S_OK);
	assert_true(gets_set(s->event));
	ID3D12CommandQueue_Release(queue);
	ID3D12Device_Release(device);
}

/* A queue whose Signal fails; nothing else of it is called. */
static HRESULT WINAPI refuse_signal(ID3D12CommandQueue *queue, ID3D12Fence *fence, UINT64 value)
{
	return DXGI_ERROR_DEVICE_REMOVED;
}

static void a_refused_signal_counts_nothing(void **state)
{
	struct stage *s = *state;
	ID3D12CommandQueueVtbl vtbl = { .Signal = refuse_signal };
	struct {
		const ID3D12CommandQueueVtbl *vtbl;
	} refusing = { &vtbl };
	ID3D12CommandQueue *queue = (ID3D12CommandQueue *)&refusing;

	assert_int_equal(release(s, queue), DXGI_ERROR_DEVICE_REMOVED);
	assert_int_equal(ready(s, queue), DXGI_ERROR_DEVICE_REMOVED);
	assert_int_equal(on_final(s, s->event), S_OK);
	assert_true(set_now(s->event));
	assert_int_equal(on_ready(s, s->event), S_OK);
	assert_true(stays_unset(s->event)); /* not ready */
	assert_int_equal(reset(s), S_OK);
	assert_int_equal(ready(s, s->producer), S_OK);
	assert_true(gets_set(s->event));
}

static void the_object_keeps_the_event(void **state)
{
	struct stage *s = *state;
	HANDLE event = new_event(), same;

	assert_true(DuplicateHandle(
		GetCurrentProcess(), event, GetCurrentProcess(), &same, SYNCHRONIZE, FALSE, 0));
	hold(s);
	assert_int_equal(ready(s, s->producer), S_OK);
	assert_int_equal(on_final(s, event), S_OK);
	CloseHandle(event);
	let_go(s);
	assert_true(gets_set(same));
	CloseHandle(same);
}

static void released_with_signals_pending(void **state)
{
	struct stage *s = *state;

	hold(s);
	d3d12_run(s->producer, &s->write);
	assert_int_equal(ready(s, s->producer), S_OK);
	assert_int_equal(on_final(s, s->event), S_OK);
	assert_int_equal(ready_wait(s, s->a), S_OK);
	IMFD3D12SynchronizationObjectCommands_Release(s->commands);
	assert_int_equal(IMFD3D12SynchronizationObject_Release(s->sync), 0); /* does not block */
	s->commands = NULL;
	s->sync = NULL;
	assert_true(stays_unset(s->event));
	let_go(s);
	assert_true(gets_set(s->event));
	d3d12_finish(s->device, s->a); /* was held back, and let go */
}

static void buffers_carry_the_object(void **state)
{
	struct stage *s = *state;
	IMFMediaBuffer *media;
	IMFDXGIBuffer *buffer;
	IMFD3D12SynchronizationObjectCommands *found;
	ID3D12Resource *resource;
	UINT index;

	assert_int_equal(MFCreateDXGISurfaceBuffer(
				 &IID_ID3D12Resource, (IUnknown *)s->texture, 3, FALSE, &media),
		S_OK);
	assert_int_equal(
		IMFMediaBuffer_QueryInterface(media, &IID_IMFDXGIBuffer, (void **)&buffer), S_OK);
	assert_int_equal(
		IMFDXGIBuffer_GetResource(buffer, &IID_ID3D12Resource, (void **)&resource), S_OK);
	assert_ptr_equal(resource, s->texture);
	ID3D12Resource_Release(resource);
	assert_int_equal(IMFDXGIBuffer_GetSubresourceIndex(buffer, &index), S_OK);
	assert_int_equal(index, 3);
	assert_int_equal(IMFDXGIBuffer_GetUnknown(buffer, &MF_D3D12_SYNCHRONIZATION_OBJECT,
				 &IID_IMFD3D12SynchronizationObjectCommands, (void **)&found),
		MF_E_NOT_FOUND);
	assert_int_equal(IMFDXGIBuffer_SetUnknown(
				 buffer, &MF_D3D12_SYNCHRONIZATION_OBJECT, (IUnknown *)s->sync),
		S_OK);
	assert_int_equal(IMFDXGIBuffer_SetUnknown(
				 buffer, &MF_D3D12_SYNCHRONIZATION_OBJECT, (IUnknown *)s->sync),
		HRESULT_FROM_WIN32(ERROR_OBJECT_ALREADY_EXISTS));
	/* The way a downstream component goes. */
	assert_int_equal(IMFDXGIBuffer_GetUnknown(buffer, &MF_D3D12_SYNCHRONIZATION_OBJECT,
				 &IID_IMFD3D12SynchronizationObjectCommands, (void **)&found),
		S_OK);
	assert_ptr_equal(found, s->commands);
	assert_int_equal(
		IMFD3D12SynchronizationObjectCommands_EnqueueResourceRelease(found, s->a), S_OK);
	IMFD3D12SynchronizationObjectCommands_Release(found);
	assert_int_equal(
		IMFDXGIBuffer_SetUnknown(buffer, &MF_D3D12_SYNCHRONIZATION_OBJECT, NULL), S_OK);
	assert_int_equal(IMFDXGIBuffer_GetUnknown(buffer, &MF_D3D12_SYNCHRONIZATION_OBJECT,
				 &IID_IUnknown, (void **)&found),
		MF_E_NOT_FOUND);
	IMFDXGIBuffer_Release(buffer);
	assert_int_equal(IMFMediaBuffer_Release(media), 0);
	d3d12_finish(s->device, s->a);
}

static void unsupported_resources_are_refused(void **state)
{
	struct stage *s = *state;
	const D3D12_HEAP_PROPERTIES heap = { .Type = D3D12_HEAP_TYPE_DEFAULT };
	const D3D12_RESOURCE_DESC desc = {
		.Dimension = D3D12_RESOURCE_DIMENSION_TEXTURE3D,
		.Width = 16,
		.Height = 16,
		.DepthOrArraySize = 16,
		.MipLevels = 1,
		.Format = DXGI_FORMAT_R8G8B8A8_UNORM,
		.SampleDesc = { .Count = 1 },
	};
	ID3D12Resource *volume;
	IMFMediaBuffer *media;
	IMFDXGIBuffer *buffer;

	assert_int_equal(
		ID3D12Device_CreateCommittedResource(s->device, &heap, D3D12_HEAP_FLAG_NONE, &desc,
			D3D12_RESOURCE_STATE_COMMON, NULL, &IID_ID3D12Resource, (void **)&volume),
		S_OK);
	assert_int_equal(MFCreateDXGISurfaceBuffer(
				 &IID_ID3D12Resource, (IUnknown *)volume, 0, FALSE, &media),
		S_OK);
	assert_int_equal(
		IMFMediaBuffer_QueryInterface(media, &IID_IMFDXGIBuffer, (void **)&buffer), S_OK);
	assert_int_equal(IMFDXGIBuffer_SetUnknown(
				 buffer, &MF_D3D12_SYNCHRONIZATION_OBJECT, (IUnknown *)s->sync),
		MF_E_UNSUPPORTED_MEDIATYPE_AT_D3D_FEATURE_LEVEL);
	IMFDXGIBuffer_Release(buffer);
	IMFMediaBuffer_Release(media);
	ID3D12Resource_Release(volume);
}

/* A device that has been removed, or has no fences; nothing else of it is called. */
static HRESULT removed;

static HRESULT WINAPI mock_removed(ID3D12Device *device)
{
	return removed;
}

static HRESULT WINAPI mock_fence(
	ID3D12Device *device, UINT64 initial, D3D12_FENCE_FLAGS flags, REFIID riid, void **fence)
{
	return E_NOTIMPL;
}

static ULONG WINAPI mock_ref(ID3D12Device *device)
{
	return 1;
}

static void devices_that_cannot(void **state)
{
	ID3D12DeviceVtbl vtbl = { .GetDeviceRemovedReason = mock_removed,
		.CreateFence = mock_fence,
		.AddRef = mock_ref,
		.Release = mock_ref };
	struct {
		const ID3D12DeviceVtbl *vtbl;
	} mock = { &vtbl };
	void *object = state;

	removed = DXGI_ERROR_DEVICE_REMOVED;
	assert_int_equal(
		MFCreateD3D12SynchronizationObject((ID3D12Device *)&mock, &IID_IUnknown, &object),
		MF_E_OPERATION_UNSUPPORTED_AT_D3D_FEATURE_LEVEL);
	removed = S_OK;
	assert_int_equal(
		MFCreateD3D12SynchronizationObject((ID3D12Device *)&mock, &IID_IUnknown, &object),
		MF_E_OPERATION_UNSUPPORTED_AT_D3D_FEATURE_LEVEL);
	assert_null(object);
}

/* What is behind our device is libvkd3d's own: a device from elsewhere. */
static void *wait_on_foreign_queue(void *arg)
{
	struct stage *s = arg;

	return (void *)(intptr_t)ready_wait(s, xf_win_d3d12_inner_queue(s->a));
}

static void a_foreign_queue_blocks_rather_than_runs_early(void **state)
{
	struct stage *s = *state;
	pthread_t thread;
	void *hr;

	assert_ptr_not_equal(xf_win_d3d12_inner_queue(s->a), s->a);
	assert_int_equal(pthread_create(&thread, NULL, wait_on_foreign_queue, s), 0);
	usleep(SHORT_MS * 1000);
	assert_int_equal(pthread_tryjoin_np(thread, &hr), EBUSY);
	assert_int_equal(ready(s, s->producer), S_OK);
	pthread_join(thread, &hr);
	assert_ptr_equal(hr, (void *)S_OK);
	assert_int_equal(ready_wait(s, xf_win_d3d12_inner_queue(s->a)), S_OK);
}

/* An object of a foreign device: the device is asked once, and its answer is no. */
static void a_foreign_device_is_probed(void **state)
{
	struct stage *s = *state;
	ID3D12Device *device = xf_win_d3d12_inner_device(s->device);
	struct stage foreign = *s;
	ID3D12CommandQueue *plain, *wrapped;
	pthread_t thread;
	void *hr;

	assert_ptr_not_equal(device, s->device);
	foreign.device = device;
	foreign.a = plain = d3d12_queue(device);
	make_sync(&foreign);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pthread_create(&thread, NULL, wait_on_foreign_queue, &foreign), 0);
		usleep(SHORT_MS * 1000);
		assert_int_equal(pthread_tryjoin_np(thread, &hr), EBUSY);
		assert_int_equal(ready(&foreign, s->producer), S_OK);
		pthread_join(thread, &hr);
		assert_ptr_equal(hr, (void *)S_OK);
		assert_int_equal(reset(&foreign), S_OK);
	}
	/* The helper: the same queue keeps its word. */
	assert_int_equal(xf_win_d3d12_wrap_queue(plain, &wrapped), S_OK);
	assert_int_equal(ready_wait(&foreign, wrapped), S_OK);
	assert_int_equal(release(&foreign, wrapped), S_OK);
	assert_int_equal(on_final(&foreign, s->event), S_OK);
	assert_true(stays_unset(s->event));
	assert_int_equal(ready(&foreign, s->producer), S_OK);
	assert_true(gets_set(s->event));
	assert_int_equal(xf_win_d3d12_wrap_queue(NULL, &wrapped), E_INVALIDARG);
	ID3D12CommandQueue_Release(wrapped);
	ID3D12CommandQueue_Release(plain);
	IMFD3D12SynchronizationObjectCommands_Release(foreign.commands);
	IMFD3D12SynchronizationObject_Release(foreign.sync);
}

static void startup_and_shutdown(void **state)
{
	assert_int_equal(MFStartup(MF_VERSION, MFSTARTUP_FULL), S_OK);
	assert_int_equal(MFStartup(0x00020070, MFSTARTUP_LITE), S_OK);
	assert_int_equal(MFStartup(0x00030070, 0), MF_E_BAD_STARTUP_VERSION);
	assert_int_equal(MFShutdown(), S_OK);
	assert_int_equal(MFShutdown(), S_OK);
}

int main(int argc, char **argv)
{
	const struct role none = { NULL, NULL };
	const struct CMUnitTest tests[] = {
		row(arguments_of_creation),
		row(null_arguments),
		row(bad_handles_store_nothing),
		row(a_fresh_object_is_free),
		row(a_pending_ready_counts),
		row(every_event_for_ready_is_set),
		row(without_an_event_the_caller_waits),
		row(consumers_wait_for_a_ready_that_comes_later),
		row(the_last_of_several_releases_counts),
		row(the_last_registration_wins),
		row(reset_and_what_is_pending),
		row(a_late_ready_does_not_unready),
		row(five_generations),
		row(a_queue_of_another_device),
		row(a_refused_signal_counts_nothing),
		row(the_object_keeps_the_event),
		row(released_with_signals_pending),
		row(buffers_carry_the_object),
		row(unsupported_resources_are_refused),
		row(devices_that_cannot),
		row(a_foreign_queue_blocks_rather_than_runs_early),
		row(a_foreign_device_is_probed),
		row(startup_and_shutdown),
	};
	harness_start(argc, argv, &none);
	ID3D12Device *device = d3d12_device(); /* skips when there is none */
	ID3D12Device_Release(device);
	alarm(120);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
