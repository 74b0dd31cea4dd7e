/* SPDX-License-Identifier: MIT */
/* ID3D11Fence: within a device, between devices, and between processes. */
#include "d3d.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include <winternl.h>

#include <d3dkmthk.h>

#define LONG_MS	 20000
#define SHORT_MS 30 /* what must not happen does not within */

#define PATH L"\\Sessions\\1\\BaseNamedObjects\\fence"

struct side {
	ID3D11Device1 *device;
	ID3D11Device5 *device5;
	ID3D11DeviceContext4 *context;
};

static struct side make_side(void)
{
	struct side side = { .device = make_device() };
	ID3D11DeviceContext *context;
	assert_hr(ID3D11Device1_QueryInterface(
			  side.device, &IID_ID3D11Device5, (void **)&side.device5),
		S_OK);
	ID3D11Device1_GetImmediateContext(side.device, &context);
	assert_hr(ID3D11DeviceContext_QueryInterface(
			  context, &IID_ID3D11DeviceContext4, (void **)&side.context),
		S_OK);
	ID3D11DeviceContext_Release(context);
	return side;
}

static void end_side(struct side *side)
{
	ID3D11DeviceContext4_Release(side->context);
	ID3D11Device5_Release(side->device5);
	assert_int_equal(ID3D11Device1_Release(side->device), 0);
}

static ID3D11Fence *make_fence(struct side *side, UINT64 initial, D3D11_FENCE_FLAG flags)
{
	ID3D11Fence *fence;
	assert_hr(ID3D11Device5_CreateFence(
			  side->device5, initial, flags, &IID_ID3D11Fence, (void **)&fence),
		S_OK);
	return fence;
}

static ID3D11Fence *open_fence(struct side *side, HANDLE handle)
{
	ID3D11Fence *fence;
	assert_hr(ID3D11Device5_OpenSharedFence(
			  side->device5, handle, &IID_ID3D11Fence, (void **)&fence),
		S_OK);
	return fence;
}

static HANDLE share(ID3D11Fence *fence, const WCHAR *name)
{
	HANDLE handle;
	assert_hr(ID3D11Fence_CreateSharedHandle(fence, NULL, GENERIC_ALL, name, &handle), S_OK);
	return handle;
}

static UINT64 value_of(ID3D11Fence *fence)
{
	return ID3D11Fence_GetCompletedValue(fence);
}

static void a_context_signals(void **state)
{
	struct side side = make_side();
	ID3D11Fence *fence = make_fence(&side, 5, D3D11_FENCE_FLAG_NONE);
	HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
	assert_int_equal(value_of(fence), 5);
	assert_hr(ID3D11Fence_SetEventOnCompletion(fence, 5, event), S_OK); /* it is there */
	assert_int_equal(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
	assert_hr(ID3D11Fence_SetEventOnCompletion(fence, 7, event), S_OK);
	assert_hr(ID3D11DeviceContext4_Signal(side.context, fence, 6), S_OK);
	assert_int_equal(value_of(fence), 6);
	assert_int_equal(WaitForSingleObject(event, SHORT_MS), WAIT_TIMEOUT);
	assert_hr(ID3D11DeviceContext4_Signal(side.context, fence, 9), S_OK);
	assert_int_equal(WaitForSingleObject(event, LONG_MS), WAIT_OBJECT_0);
	assert_hr(ID3D11DeviceContext4_Wait(side.context, fence, 9), S_OK);
	assert_hr(ID3D11Fence_SetEventOnCompletion(fence, 9, NULL), S_OK);
	/* A signal sets the value, also to a lower one. */
	assert_hr(ID3D11DeviceContext4_Signal(side.context, fence, 3), S_OK);
	assert_int_equal(value_of(fence), 3);
	assert_int_equal(ID3D11Fence_Release(fence), 0);
	CloseHandle(event);
	end_side(&side);
}

struct waiter {
	struct side *side;
	ID3D11Fence *fence, *after;
};

/* The queue waits where there is a GPU, else this thread. */
static void *wait_and_signal(void *arg)
{
	struct waiter *waiter = arg;
	ID3D11DeviceContext4_Wait(waiter->side->context, waiter->fence, 1);
	ID3D11DeviceContext4_Signal(waiter->side->context, waiter->after, 1);
	return NULL;
}

static void a_context_waits_for_another_device(void **state)
{
	struct side a = make_side(), b = make_side();
	ID3D11Fence *ours = make_fence(&a, 0, D3D11_FENCE_FLAG_SHARED), *theirs;
	HANDLE handle = share(ours, NULL);
	pthread_t thread;
	theirs = open_fence(&b, handle);
	CloseHandle(handle);
	assert_ptr_not_equal(ours, theirs);
	struct waiter waiter = { &b, theirs, make_fence(&b, 0, D3D11_FENCE_FLAG_NONE) };
	assert_int_equal(pthread_create(&thread, NULL, wait_and_signal, &waiter), 0);
	usleep(SHORT_MS * 1000);
	assert_int_equal(value_of(waiter.after), 0);
	assert_hr(ID3D11DeviceContext4_Signal(a.context, ours, 1), S_OK);
	pthread_join(thread, NULL);
	assert_hr(ID3D11Fence_SetEventOnCompletion(waiter.after, 1, NULL), S_OK);
	assert_int_equal(value_of(theirs), 1);
	assert_int_equal(ID3D11Fence_Release(waiter.after), 0);
	/* It lives as long as somebody has it. */
	assert_int_equal(ID3D11Fence_Release(ours), 0);
	assert_hr(ID3D11DeviceContext4_Signal(b.context, theirs, 2), S_OK);
	assert_hr(ID3D11Fence_SetEventOnCompletion(theirs, 2, NULL), S_OK);
	assert_int_equal(value_of(theirs), 2);
	assert_int_equal(ID3D11Fence_Release(theirs), 0);
	end_side(&a);
	end_side(&b);
}

static void what_is_no_shared_fence_is_refused(void **state)
{
	struct side side = make_side();
	ID3D11Fence *fence = make_fence(&side, 0, D3D11_FENCE_FLAG_NONE), *shared, *found;
	HANDLE handle = (HANDLE)1, event = CreateEventW(NULL, FALSE, FALSE, NULL), other;
	assert_hr(ID3D11Fence_CreateSharedHandle(fence, NULL, GENERIC_ALL, NULL, &handle),
		E_INVALIDARG);
	assert_null(handle);
	assert_hr(ID3D11Device5_OpenSharedFence(
			  side.device5, event, &IID_ID3D11Fence, (void **)&found),
		E_INVALIDARG);
	assert_null(found);
	assert_hr(ID3D11Device5_OpenSharedFence(
			  side.device5, NULL, &IID_ID3D11Fence, (void **)&found),
		E_INVALIDARG);
	assert_hr(ID3D11Device5_CreateFence(side.device5, 0, (D3D11_FENCE_FLAG)0x100,
			  &IID_ID3D11Fence, (void **)&found),
		E_INVALIDARG);
	assert_hr(ID3D11Device5_CreateFence(side.device5, 0, D3D11_FENCE_FLAG_NONE,
			  &IID_ID3D11Texture2D, (void **)&found),
		E_NOINTERFACE);
	assert_hr(ID3D11DeviceContext4_Signal(side.context, NULL, 1), E_INVALIDARG);
	assert_hr(ID3D11DeviceContext4_Wait(side.context, NULL, 1), E_INVALIDARG);
	assert_hr(ID3D11Fence_SetEventOnCompletion(fence, 1, (HANDLE)0x7770), E_HANDLE);
	shared = make_fence(&side, 0, D3D11_FENCE_FLAG_SHARED);
	handle = share(shared, L"fence");
	assert_true(FAILED(ID3D11Fence_CreateSharedHandle(
		shared, NULL, GENERIC_ALL, L"fence", &other))); /* the name is taken */
	assert_hr(ID3D11Device1_OpenSharedResource1(
			  side.device, handle, &IID_ID3D11Texture2D, (void **)&found),
		E_INVALIDARG); /* it is no resource */
	CloseHandle(handle);
	CloseHandle(event);
	ID3D11Fence_Release(fence);
	ID3D11Fence_Release(shared);
	end_side(&side);
}

/* The other process: adds one to what it is told, by its own fence. */
static HANDLE find(void)
{
	static WCHAR path[] = PATH;
	UNICODE_STRING name = { sizeof(path) - sizeof(WCHAR), sizeof(path), path };
	OBJECT_ATTRIBUTES attributes = { .Length = sizeof(attributes), .ObjectName = &name };
	D3DKMT_OPENSYNCOBJECTNTHANDLEFROMNAME open = { .dwDesiredAccess = GENERIC_ALL,
		.pObjAttrib = &attributes };
	assert_int_equal(D3DKMTOpenSyncObjectNtHandleFromName(&open), 0);
	return open.hNtHandle;
}

#define ROUNDS 200

static int answer(int socket, const char *arg)
{
	struct side side = make_side();
	HANDLE handle = find();
	ID3D11Fence *fence = open_fence(&side, handle);
	parent_tell(socket, 'h');
	for (UINT64 i = 0; i < ROUNDS; i++) {
		ID3D11DeviceContext4_Wait(side.context, fence, 2 * i + 1);
		ID3D11DeviceContext4_Signal(side.context, fence, 2 * i + 2);
	}
	/* A device that ends gives at once what it has promised. */
	ID3D11Fence_SetEventOnCompletion(fence, 2 * ROUNDS, NULL);
	CloseHandle(handle);
	ID3D11Fence_Release(fence);
	end_side(&side);
	return 0;
}

static void two_processes_take_turns(void **state)
{
	struct side side = make_side();
	ID3D11Fence *fence = make_fence(&side, 0, D3D11_FENCE_FLAG_SHARED);
	HANDLE handle = share(fence, L"fence");
	HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
	struct child child = child_start("answer", NULL);
	assert_int_equal(child_hear(&child), 'h');
	for (UINT64 i = 0; i < ROUNDS; i++) {
		assert_int_equal(value_of(fence), 2 * i);
		assert_hr(ID3D11DeviceContext4_Signal(side.context, fence, 2 * i + 1), S_OK);
		assert_hr(ID3D11Fence_SetEventOnCompletion(fence, 2 * i + 2, event), S_OK);
		assert_int_equal(WaitForSingleObject(event, LONG_MS), WAIT_OBJECT_0);
	}
	assert_int_equal(child_end(&child), 0);
	CloseHandle(event);
	CloseHandle(handle);
	ID3D11Fence_Release(fence);
	end_side(&side);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { "answer", answer }, { NULL, NULL } };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_context_signals),
		cmocka_unit_test(a_context_waits_for_another_device),
		cmocka_unit_test(what_is_no_shared_fence_is_refused),
		cmocka_unit_test(two_processes_take_turns),
	};
	harness_start(argc, argv, roles);
	alarm(90);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
