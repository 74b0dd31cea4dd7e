/* SPDX-License-Identifier: MIT */
/* Shared fences of Direct3D 12: the same ones as Direct3D 11's, in one process and in several. */
#include "d3d12_harness.h"

#include "d3d.h"

#define NAME L"fence of both"

struct scene {
	ID3D12Device *device12;
	ID3D12CommandQueue *queue;
	ID3D11Device1 *device11;
	ID3D11Device5 *device5;
	ID3D11DeviceContext4 *context;
};

static struct scene open_scene(void)
{
	struct scene s = { .device12 = d3d12_device(), .device11 = make_device() };
	ID3D11DeviceContext *context;
	s.queue = d3d12_queue(s.device12);
	assert_hr(ID3D11Device1_QueryInterface(s.device11, &IID_ID3D11Device5, (void **)&s.device5),
		S_OK);
	ID3D11Device1_GetImmediateContext(s.device11, &context);
	assert_hr(ID3D11DeviceContext_QueryInterface(
			  context, &IID_ID3D11DeviceContext4, (void **)&s.context),
		S_OK);
	ID3D11DeviceContext_Release(context);
	return s;
}

static void close_scene(struct scene *s)
{
	ID3D11DeviceContext4_Release(s->context);
	ID3D11Device5_Release(s->device5);
	assert_int_equal(ID3D11Device1_Release(s->device11), 0);
	if (s->queue)
		assert_int_equal(ID3D12CommandQueue_Release(s->queue), 0);
	assert_int_equal(ID3D12Device_Release(s->device12), 0);
}

static ID3D12Fence *make12(struct scene *s, UINT64 value)
{
	ID3D12Fence *fence;
	assert_hr(ID3D12Device_CreateFence(s->device12, value, D3D12_FENCE_FLAG_SHARED,
			  &IID_ID3D12Fence, (void **)&fence),
		S_OK);
	return fence;
}

static HANDLE share12(struct scene *s, ID3D12Fence *fence, const WCHAR *name)
{
	HANDLE handle;
	assert_hr(ID3D12Device_CreateSharedHandle(s->device12, (ID3D12DeviceChild *)fence, NULL,
			  GENERIC_ALL, name, &handle),
		S_OK);
	return handle;
}

/* Close the handle, have the fence. */
static ID3D11Fence *open11(struct scene *s, HANDLE handle)
{
	ID3D11Fence *fence;
	assert_hr(ID3D11Device5_OpenSharedFence(
			  s->device5, handle, &IID_ID3D11Fence, (void **)&fence),
		S_OK);
	CloseHandle(handle);
	return fence;
}

static ID3D12Fence *open12(struct scene *s, HANDLE handle)
{
	ID3D12Fence *fence;
	assert_hr(ID3D12Device_OpenSharedHandle(
			  s->device12, handle, &IID_ID3D12Fence, (void **)&fence),
		S_OK);
	CloseHandle(handle);
	return fence;
}

static UINT64 value12(ID3D12Fence *fence)
{
	return ID3D12Fence_GetCompletedValue(fence);
}

static void each_opens_what_the_other_has_shared(void **state)
{
	struct scene s = open_scene();
	ID3D12Fence *first = make12(&s, 3), *again;
	ID3D11Fence *second = open11(&s, share12(&s, first, NULL)), *made;
	HANDLE handle, event = CreateEventW(NULL, FALSE, FALSE, NULL);
	ID3D12Device *device;
	assert_int_equal(ID3D11Fence_GetCompletedValue(second), 3);
	assert_hr(ID3D11Fence_SetEventOnCompletion(second, 5, event), S_OK);
	assert_hr(ID3D12Fence_Signal(first, 5), S_OK);
	assert_int_equal(WaitForSingleObject(event, LONG_MS), WAIT_OBJECT_0);
	assert_hr(ID3D12Fence_SetEventOnCompletion(first, 6, event), S_OK);
	assert_int_equal(WaitForSingleObject(event, SHORT_MS), WAIT_TIMEOUT);
	assert_hr(ID3D11DeviceContext4_Signal(s.context, second, 6), S_OK);
	assert_int_equal(WaitForSingleObject(event, LONG_MS), WAIT_OBJECT_0);
	assert_hr(ID3D12Fence_SetEventOnCompletion(first, 6, NULL), S_OK);
	/* Back and on. */
	assert_hr(ID3D12Fence_Signal(first, 2), S_OK);
	assert_int_equal(ID3D11Fence_GetCompletedValue(second), 2);
	/* The other way round. */
	assert_hr(ID3D11Device5_CreateFence(
			  s.device5, 8, D3D11_FENCE_FLAG_SHARED, &IID_ID3D11Fence, (void **)&made),
		S_OK);
	assert_hr(ID3D11Fence_CreateSharedHandle(made, NULL, GENERIC_ALL, NULL, &handle), S_OK);
	again = open12(&s, handle);
	assert_int_equal(value12(again), 8);
	assert_hr(ID3D12Fence_GetDevice(again, &IID_ID3D12Device, (void **)&device), S_OK);
	assert_ptr_equal(device, s.device12);
	ID3D12Device_Release(device);
	assert_hr(ID3D12Fence_SetName(again, L"named"), S_OK);
	assert_int_equal(ID3D11Fence_Release(made), 0);
	assert_int_equal(ID3D12Fence_Release(again), 0);
	assert_int_equal(ID3D11Fence_Release(second), 0);
	assert_int_equal(ID3D12Fence_Release(first), 0);
	CloseHandle(event);
	close_scene(&s);
}

#define MANY 50

/* A copy behind a gate that Direct3D 11 opens, and signals behind the copy. */
static void a_queue_waits_and_signals(void **state)
{
	struct scene s = open_scene();
	ID3D12Fence *gate = make12(&s, 0), *done = make12(&s, 0);
	ID3D11Fence *key = open11(&s, share12(&s, gate, NULL));
	ID3D11Fence *seen = open11(&s, share12(&s, done, NULL));
	ID3D12Resource *from =
		d3d12_buffer(s.device12, D3D12_HEAP_TYPE_UPLOAD, D3D12_RESOURCE_STATE_GENERIC_READ);
	ID3D12Resource *to =
		d3d12_buffer(s.device12, D3D12_HEAP_TYPE_READBACK, D3D12_RESOURCE_STATE_COPY_DEST);
	uint8_t *up = d3d12_map(from), *down = d3d12_map(to);
	struct d3d12_list list = d3d12_copy(s.device12, to, from, 1);
	memset(up, 0x11, BYTES);
	memset(down, 0, BYTES);
	assert_hr(ID3D12CommandQueue_Wait(s.queue, gate, 1), S_OK);
	d3d12_run(s.queue, &list);
	for (UINT64 i = 1; i <= MANY; i++)
		assert_hr(ID3D12CommandQueue_Signal(s.queue, done, i), S_OK);
	usleep(SHORT_MS * 1000);
	assert_int_equal(ID3D11Fence_GetCompletedValue(seen), 0);
	assert_int_equal(down[BYTES - 1], 0);
	assert_hr(ID3D11DeviceContext4_Signal(s.context, key, 1), S_OK);
	assert_hr(ID3D11Fence_SetEventOnCompletion(seen, 1, NULL), S_OK);
	assert_int_equal(down[0], 0x11);
	assert_int_equal(down[BYTES - 1], 0x11);
	assert_true(d3d12_reaches(done, MANY, LONG_MS));
	/* Back, in the order of the queue. */
	assert_hr(ID3D12CommandQueue_Signal(s.queue, done, 1000), S_OK);
	assert_hr(ID3D12CommandQueue_Signal(s.queue, done, 7), S_OK);
	d3d12_finish(s.device12, s.queue);
	for (int i = 0; i < LONG_MS && value12(done) != 7; i++)
		usleep(1000); /* another fence's event says nothing of this one's */
	assert_int_equal(value12(done), 7);
	d3d12_list_release(&list);
	ID3D12Resource_Release(from);
	ID3D12Resource_Release(to);
	ID3D11Fence_Release(key);
	ID3D11Fence_Release(seen);
	assert_int_equal(ID3D12Fence_Release(gate), 0);
	assert_int_equal(ID3D12Fence_Release(done), 0);
	close_scene(&s);
}

/* What was held back is dropped with the queue, and its signals given: nobody waits for ever. */
static void a_queue_that_ends_gives_its_signals(void **state)
{
	struct scene s = open_scene();
	ID3D12Fence *gate = make12(&s, 0), *done = make12(&s, 0);
	ID3D11Fence *seen = open11(&s, share12(&s, done, NULL));
	assert_hr(ID3D12CommandQueue_Wait(s.queue, gate, 1), S_OK);
	assert_hr(ID3D12CommandQueue_Signal(s.queue, done, 4), S_OK);
	assert_int_equal(ID3D12CommandQueue_Release(s.queue), 0);
	s.queue = NULL;
	assert_hr(ID3D11Fence_SetEventOnCompletion(seen, 4, NULL), S_OK);
	/* The thread that waited for the gate. */
	assert_hr(ID3D12Fence_Signal(gate, 1), S_OK);
	ID3D11Fence_Release(seen);
	ID3D12Fence_Release(gate);
	ID3D12Fence_Release(done);
	close_scene(&s);
}

static void what_is_not_shared_is_refused(void **state)
{
	struct scene s = open_scene();
	ID3D12Fence *own = d3d12_fence(s.device12), *shared = make12(&s, 0);
	HANDLE handle = (HANDLE)1, event = CreateEventW(NULL, FALSE, FALSE, NULL), named;
	void *found = &s;
	assert_hr(ID3D12Device_CreateSharedHandle(
			  s.device12, (ID3D12DeviceChild *)own, NULL, GENERIC_ALL, NULL, &handle),
		E_INVALIDARG);
	assert_null(handle);
	assert_hr(
		ID3D12Device_CreateSharedHandle(s.device12, NULL, NULL, GENERIC_ALL, NULL, &handle),
		E_INVALIDARG);
	assert_hr(ID3D12Device_OpenSharedHandle(s.device12, event, &IID_ID3D12Fence, &found),
		E_INVALIDARG);
	assert_null(found);
	assert_hr(ID3D12Device_OpenSharedHandle(s.device12, NULL, &IID_ID3D12Fence, &found),
		E_INVALIDARG);
	named = share12(&s, shared, NAME);
	assert_true(FAILED(ID3D12Device_CreateSharedHandle(s.device12, (ID3D12DeviceChild *)shared,
		NULL, GENERIC_ALL, NAME, &handle))); /* the name is taken */
	assert_hr(ID3D12Device_OpenSharedHandle(s.device12, named, &IID_ID3D12Resource, &found),
		E_NOINTERFACE);
	assert_true(FAILED(
		ID3D12Device_OpenSharedHandleByName(s.device12, L"nobody", GENERIC_ALL, &handle)));
	CloseHandle(named);
	CloseHandle(event);
	ID3D12Fence_Release(own);
	ID3D12Fence_Release(shared);
	close_scene(&s);
}

#define ROUNDS 100

/* Answers each odd value with the next, by its own queue. */
static int answer(int socket, const char *arg)
{
	struct scene s = open_scene();
	HANDLE handle;
	assert_hr(
		ID3D12Device_OpenSharedHandleByName(s.device12, NAME, GENERIC_ALL, &handle), S_OK);
	ID3D12Fence *fence = open12(&s, handle);
	parent_tell(socket, 'h');
	for (UINT64 i = 0; i < ROUNDS; i++) {
		ID3D12CommandQueue_Wait(s.queue, fence, 2 * i + 1);
		ID3D12CommandQueue_Signal(s.queue, fence, 2 * i + 2);
	}
	ID3D12Fence_SetEventOnCompletion(fence, 2 * ROUNDS, NULL);
	ID3D12Fence_Release(fence);
	close_scene(&s);
	return 0;
}

static void two_processes_take_turns(void **state)
{
	struct scene s = open_scene();
	ID3D12Fence *fence = make12(&s, 0);
	HANDLE handle = share12(&s, fence, NAME);
	struct child child = child_start("answer", NULL);
	assert_int_equal(child_hear(&child), 'h');
	for (UINT64 i = 0; i < ROUNDS; i++) {
		assert_int_equal(value12(fence), 2 * i);
		assert_hr(ID3D12CommandQueue_Signal(s.queue, fence, 2 * i + 1), S_OK);
		assert_true(d3d12_reaches(fence, 2 * i + 2, LONG_MS));
	}
	assert_int_equal(child_end(&child), 0);
	CloseHandle(handle);
	ID3D12Fence_Release(fence);
	close_scene(&s);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { "answer", answer }, { NULL, NULL } };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_opens_what_the_other_has_shared),
		cmocka_unit_test(a_queue_waits_and_signals),
		cmocka_unit_test(a_queue_that_ends_gives_its_signals),
		cmocka_unit_test(what_is_not_shared_is_refused),
		cmocka_unit_test(two_processes_take_turns),
	};
	alarm(150);
	harness_start(argc, argv, roles);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
