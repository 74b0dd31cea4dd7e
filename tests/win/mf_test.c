/* SPDX-License-Identifier: MIT */
/*
 * IMFD3D12SynchronizationObject, row by row: what is documented, and what conformance tests saw on
 * Windows. Where the two differ we follow the documentation of SignalEventOnFinalResourceRelease;
 * such rows are marked "the seed". The queues do real work: copies of many megabytes on software
 * Vulkan, and a fence that a queue waits for decides when it begins.
 */
#include "mf_stage.h"

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

int main(int argc, char **argv)
{
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
	};
	mf_start(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
