/* SPDX-License-Identifier: MIT */
/*
 * Devices and queues that are not ours: libvkd3d's own, one whose queues can wait, and some that
 * can nearly nothing.
 */
#include "mf_stage.h"
#include "patient_device.h"

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
static void *wait_on_plain_queue(void *arg)
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
	assert_int_equal(pthread_create(&thread, NULL, wait_on_plain_queue, s), 0);
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
		assert_int_equal(pthread_create(&thread, NULL, wait_on_plain_queue, &foreign), 0);
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

/* The stage with a device whose queues can wait, and lists for it. */
static void make_patient(struct stage *p, const struct stage *s)
{
	*p = *s;
	p->device = patient_device_create(xf_win_d3d12_inner_device(s->device));
	p->producer = d3d12_queue(p->device);
	p->a = d3d12_queue(p->device);
	p->b = d3d12_queue(p->device);
	p->write = d3d12_copy(p->device, p->texture, p->upload, 4);
	p->read = d3d12_copy(p->device, p->readback, p->texture, 1);
	make_sync(p);
}

static void end_patient(struct stage *p)
{
	IMFD3D12SynchronizationObjectCommands_Release(p->commands);
	IMFD3D12SynchronizationObject_Release(p->sync);
	ID3D12CommandQueue_Release(p->producer);
	ID3D12CommandQueue_Release(p->a);
	ID3D12CommandQueue_Release(p->b);
	d3d12_list_release(&p->write);
	d3d12_list_release(&p->read);
	assert_int_equal(ID3D12Device_Release(p->device), 0);
}

/* The device answers the probe with yes, and from then on its own Wait does the waiting. */
static void a_device_that_can_wait_gets_the_plain_call(void **state)
{
	struct stage *s = *state, patient, other;
	make_patient(&patient, s);
	memset(s->down, 0, BYTES);
	for (unsigned use = 1; use <= 3; use++) {
		memset(s->up, (int)use, BYTES);
		/* Both long before the producer; a call that blocked here would block for ever. */
		assert_int_equal(ready_wait(&patient, patient.a), S_OK);
		assert_int_equal(ready_wait(&patient, patient.b), S_OK);
		assert_int_equal(patient_queue_waits(patient.a), use);
		assert_int_equal(patient_queue_waits(patient.b), use);
		assert_int_equal(patient_device_queues(patient.device), 3 + 2); /* probed once */
		d3d12_run(patient.a, &patient.read);
		assert_int_equal(release(&patient, patient.a), S_OK);
		assert_int_equal(release(&patient, patient.b), S_OK);
		assert_int_equal(on_final(&patient, s->event), S_OK);
		assert_true(stays_unset(s->event));
		assert_int_equal(s->down[0], use - 1); /* did not run early */
		d3d12_run(patient.producer, &patient.write);
		assert_int_equal(ready(&patient, patient.producer), S_OK);
		assert_true(gets_set(s->event));
		assert_int_equal(memcmp(s->down, s->up, BYTES), 0);
		/* Ready: there is nothing to tell the queue. */
		assert_int_equal(ready_wait(&patient, patient.a), S_OK);
		assert_int_equal(patient_queue_waits(patient.a), use);
		assert_int_equal(reset(&patient), S_OK);
	}
	/* A queue of another device is not asked; it is made to wait like any. */
	other = patient;
	other.a = xf_win_d3d12_inner_queue(s->a);
	pthread_t thread;
	void *hr;
	assert_int_equal(pthread_create(&thread, NULL, wait_on_plain_queue, &other), 0);
	usleep(SHORT_MS * 1000);
	assert_int_equal(pthread_tryjoin_np(thread, &hr), EBUSY);
	assert_int_equal(ready(&patient, patient.producer), S_OK);
	pthread_join(thread, &hr);
	assert_ptr_equal(hr, (void *)S_OK);
	end_patient(&patient);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		row(devices_that_cannot),
		row(a_foreign_queue_blocks_rather_than_runs_early),
		row(a_foreign_device_is_probed),
		row(a_device_that_can_wait_gets_the_plain_call),
	};
	mf_start(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
