/* SPDX-License-Identifier: MIT */
/*
 * Devices and queues that are not ours: libvkd3d's own, one whose queues can wait, and some that
 * can nearly nothing.
 */
#include "mf_stage.h"

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

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		row(devices_that_cannot),
		row(a_foreign_queue_blocks_rather_than_runs_early),
		row(a_foreign_device_is_probed),
	};
	mf_start(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
