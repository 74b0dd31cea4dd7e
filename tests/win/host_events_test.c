/* SPDX-License-Identifier: MIT */
/* DXGKCB_SIGNALEVENT for a process of the host: its event handles, signalled on return. */
#include "harness.h"

#include <pthread.h>

#include <crossfence/dxgk.h>
#include <crossfence/win/win.h>

#include <crossfence/win/d3dkmddi_signal_event.h>

#define ok(call) assert_int_equal((call), 0)

static DXGKRNL_INTERFACE interface;
static struct xf_dxgk *dxgk;
static struct xf_host *host;
static xf_host_handle process;

static NTSTATUS add_device(PDEVICE_OBJECT physical, PVOID *context)
{
	*context = &interface;
	return STATUS_SUCCESS;
}

static NTSTATUS start_device(PVOID context, DXGK_START_INFO *info, DXGKRNL_INTERFACE *given,
	ULONG *sources, ULONG *children)
{
	interface = *given;
	*sources = *children = 0;
	return STATUS_SUCCESS;
}

static NTSTATUS entry(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	DRIVER_INITIALIZATION_DATA data = { .Version = DXGKDDI_INTERFACE_VERSION_WDDM2_5,
		.DxgkDdiAddDevice = add_device,
		.DxgkDdiStartDevice = start_device };
	return DxgkInitialize(object, path, &data);
}

/* winnt.h has some of the codes unsigned. */
static uint32_t signal_event(HANDLE event)
{
	DXGKARGCB_SIGNALEVENT args = { .hDxgkProcess = (HANDLE)(uintptr_t)process,
		.hEvent = event };
	return (uint32_t)interface.DxgkCbSignalEvent(&args);
}

static int start(void **state)
{
	struct xf_host_params params = { .size = sizeof(params), .flags = XF_HOST_OWN_THREAD };
	ok(xf_dxgk_create((xf_dxgk_entry)entry, &dxgk));
	params.driver = xf_dxgk_driver(dxgk);
	ok(xf_host_create(&params, &host));
	ok(xf_dxgk_start(dxgk, host));
	ok(xf_host_set_events(host, xf_win_host_events()));
	return xf_host_local_add(host, "self", &process);
}

static int stop(void **state)
{
	ok(xf_host_local_remove(host, process));
	xf_host_destroy(host);
	xf_dxgk_destroy(dxgk);
	return 0;
}

static void signalled_on_return(void **state)
{
	HANDLE manual = CreateEventW(NULL, TRUE, FALSE, NULL);
	HANDLE automatic = CreateEventW(NULL, FALSE, FALSE, NULL);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(signal_event(automatic), (uint32_t)STATUS_SUCCESS);
		assert_int_equal(WaitForSingleObject(automatic, 0), WAIT_OBJECT_0);
		assert_int_equal(WaitForSingleObject(automatic, 0), WAIT_TIMEOUT);
	}
	assert_int_equal(signal_event(manual), (uint32_t)STATUS_SUCCESS);
	assert_int_equal(WaitForSingleObject(manual, 0), WAIT_OBJECT_0);
	assert_int_equal(WaitForSingleObject(manual, 0), WAIT_OBJECT_0);
	CloseHandle(manual);
	CloseHandle(automatic);
}

static void handles_that_are_refused(void **state)
{
	HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL), looking;
	assert_true(DuplicateHandle(
		GetCurrentProcess(), event, GetCurrentProcess(), &looking, SYNCHRONIZE, FALSE, 0));
	assert_int_equal(signal_event(looking), (uint32_t)STATUS_ACCESS_DENIED);
	assert_int_equal(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
	CloseHandle(looking);
	assert_int_equal(signal_event(looking), (uint32_t)STATUS_INVALID_HANDLE);
	assert_int_equal(
		signal_event((HANDLE)(uintptr_t)0x7ffffff0), (uint32_t)STATUS_INVALID_HANDLE);
	assert_int_equal(signal_event(NULL), (uint32_t)STATUS_INVALID_PARAMETER);
	CloseHandle(event);
}

static DWORD wait_for(HANDLE event)
{
	return WaitForSingleObject(event, 10000);
}

static void *wait_thread(void *arg)
{
	return (void *)(uintptr_t)wait_for(arg);
}

static void a_blocked_thread_is_woken(void **state)
{
	HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
	pthread_t thread;
	void *result;
	ok(pthread_create(&thread, NULL, wait_thread, event));
	Sleep(50);
	assert_int_equal(signal_event(event), (uint32_t)STATUS_SUCCESS);
	pthread_join(thread, &result);
	assert_int_equal((uintptr_t)result, WAIT_OBJECT_0);
	CloseHandle(event);
}

int main(int argc, char **argv)
{
	static const struct role roles[] = { { NULL, NULL } };
	harness_start(argc, argv, roles);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signalled_on_return),
		cmocka_unit_test(handles_that_are_refused),
		cmocka_unit_test(a_blocked_thread_is_woken),
	};
	return cmocka_run_group_tests_name("host events", tests, start, stop);
}
