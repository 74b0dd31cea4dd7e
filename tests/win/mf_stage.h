/* SPDX-License-Identifier: MIT */
/*
 * What the tests of IMFD3D12SynchronizationObject share: a producer and two consumers with real
 * work to do, each of which a fence holds back; and the object's calls in short.
 */
#ifndef TESTS_WIN_MF_STAGE_H
#define TESTS_WIN_MF_STAGE_H

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

static inline HANDLE new_event(void)
{
	HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
	assert_non_null(event);
	return event;
}

static inline bool set_now(HANDLE event)
{
	return WaitForSingleObject(event, 0) == WAIT_OBJECT_0;
}

static inline bool gets_set(HANDLE event)
{
	return WaitForSingleObject(event, LONG_MS) == WAIT_OBJECT_0;
}

static inline bool stays_unset(HANDLE event)
{
	return WaitForSingleObject(event, SHORT_MS) == WAIT_TIMEOUT;
}

static inline void make_sync(struct stage *s)
{
	assert_int_equal(MFCreateD3D12SynchronizationObject(
				 s->device, &IID_IMFD3D12SynchronizationObject, (void **)&s->sync),
		S_OK);
	assert_int_equal(IMFD3D12SynchronizationObject_QueryInterface(s->sync,
				 &IID_IMFD3D12SynchronizationObjectCommands, (void **)&s->commands),
		S_OK);
}

static inline int set_up(void **state)
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

/*
 * How many hold it besides the caller. Signals that were pending when the object ended end it, and
 * what ended in the driver's thread the next call frees.
 */
static inline int others_hold(ID3D12Device *device)
{
	int others = 1;
	for (int i = 0; i < LONG_MS && others; i++) {
		ID3D12Device_AddRef(device);
		others = (int)ID3D12Device_Release(device) - 1;
		if (others)
			Sleep(1);
		MFShutdown();
	}
	return others;
}

static inline int tear_down(void **state)
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
	int left = others_hold(s->device);
	ID3D12Device_Release(s->device);
	CloseHandle(s->event);
	CloseHandle(s->other);
	free(s);
	return left; /* nothing holds the device any more */
}

#define row(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

/* Holds a queue back; and lets it go. */
static inline void hold(struct stage *s)
{
	assert_int_equal(ID3D12CommandQueue_Wait(s->producer, s->gate, ++s->gates), S_OK);
}

static inline void let_go(struct stage *s)
{
	assert_int_equal(ID3D12Fence_Signal(s->gate, s->gates), S_OK);
}

static inline void hold_a(struct stage *s)
{
	assert_int_equal(ID3D12CommandQueue_Wait(s->a, s->gate_a, ++s->gates_a), S_OK);
}

static inline void let_a_go(struct stage *s)
{
	assert_int_equal(ID3D12Fence_Signal(s->gate_a, s->gates_a), S_OK);
}

static inline void hold_b(struct stage *s)
{
	assert_int_equal(ID3D12CommandQueue_Wait(s->b, s->gate_b, ++s->gates_b), S_OK);
}

static inline void let_b_go(struct stage *s)
{
	assert_int_equal(ID3D12Fence_Signal(s->gate_b, s->gates_b), S_OK);
}

static inline HRESULT ready(struct stage *s, ID3D12CommandQueue *queue)
{
	return IMFD3D12SynchronizationObjectCommands_EnqueueResourceReady(s->commands, queue);
}

static inline HRESULT ready_wait(struct stage *s, ID3D12CommandQueue *queue)
{
	return IMFD3D12SynchronizationObjectCommands_EnqueueResourceReadyWait(s->commands, queue);
}

static inline HRESULT on_ready(struct stage *s, HANDLE event)
{
	return IMFD3D12SynchronizationObjectCommands_SignalEventOnResourceReady(s->commands, event);
}

static inline HRESULT release(struct stage *s, ID3D12CommandQueue *queue)
{
	return IMFD3D12SynchronizationObjectCommands_EnqueueResourceRelease(s->commands, queue);
}

static inline HRESULT on_final(struct stage *s, HANDLE event)
{
	return IMFD3D12SynchronizationObject_SignalEventOnFinalResourceRelease(s->sync, event);
}

static inline HRESULT reset(struct stage *s)
{
	return IMFD3D12SynchronizationObject_Reset(s->sync);
}

/* Runs the tests, each with time for copies on a busy machine; skips without a Vulkan driver. */
static inline void mf_start(int argc, char **argv)
{
	const struct role none = { NULL, NULL };
	harness_start(argc, argv, &none);
	ID3D12Device *device = d3d12_device();
	ID3D12Device_Release(device);
	alarm(120);
}

#endif
