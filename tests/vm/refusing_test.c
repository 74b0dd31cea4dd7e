/* SPDX-License-Identifier: MIT */
/*
 * A driver that refuses: whoever asked is told that it was the driver, and the host's log has the
 * driver's own word. Its numbers are its own, and mistaken for nobody else's.
 */
#include "vmtest.h"
#include <crossfence/dxgk.h>
#include <crossfence/win/d3dkmddi_signal_event.h>

static struct test_host t; /* its log */
static _Atomic int of_guest, of_device, of_cpu_event, of_escape;

/* "e13" is refused with -13, "worded" in words. */
static int process_create(void *self, const struct xf_host_process_info *info, void **ret_process)
{
	*ret_process = NULL;
	if (info->kind == XF_HOST_PROCESS_WORKER)
		return of_guest;
	if (strcmp(info->name, "worded") == 0)
		return xf_fail(-EPERM, "it has no licence");
	return *info->name == 'e' ? -atoi(info->name + 1) : 0;
}

static int device_create(void *self, void *process, void **ret_device)
{
	return of_device;
}

static int cpu_event_create(
	void *self, void *device, xf_host_handle cpu_event, uint32_t flags, void **ret_cpu_event)
{
	return of_cpu_event;
}

static int escape(void *self, void *process, void *device, uint32_t flags, void *data, size_t size,
	uint32_t *ret_status)
{
	return of_escape;
}

static void start_host(const struct xf_host_driver *driver)
{
	struct xf_host_params params = { .size = sizeof(params),
		.flags = XF_HOST_OWN_THREAD,
		.driver = driver,
		.log = test_log,
		.log_arg = &t };
	memset(&t, 0, sizeof(t));
	pthread_mutex_init(&t.lock, NULL);
	pthread_cond_init(&t.changed, NULL);
	of_guest = of_device = of_cpu_event = of_escape = 0;
	ok(xf_host_create(&params, &t.host));
	(void)test_guest_add(&t, "vm0", test_path("refusing.sock"), 0);
}

static void start(void)
{
	struct xf_host_driver driver = { .size = sizeof(driver),
		.process_create = process_create,
		.device_create = device_create,
		.cpu_event_create = cpu_event_create,
		.escape = escape };
	start_host(&driver);
}

static int connect_as(const char *name, struct xf_guest **ret_guest)
{
	struct xf_guest_params params = { .size = sizeof(params),
		.address = unix_address(test_path("refusing.sock")),
		.name = name };
	return xf_guest_connect(&params, xf_deadline(100 * SECOND), ret_guest);
}

static void said(int result, const char *words)
{
	if (!strstr(xf_last_message(result), words))
		fail_msg("'%s' is not in: %s", words, xf_last_message(result));
}

/* Logged before the answer was sent. */
static void logged(const char *words)
{
	pthread_mutex_lock(&t.lock);
	bool found = false;
	for (int i = 0; i < t.n_logs && i < 64; i++)
		found |= strstr(t.log[i], words) != NULL;
	pthread_mutex_unlock(&t.lock);
	if (!found)
		fail_msg("not in the log: %s", words);
}

/* Also with numbers by which the guest library knows lost channels and missing hosts. */
static void a_process_is_refused(void **state)
{
	static const int numbers[] = { EACCES, ENODEV, EPROTO, ETIMEDOUT, ECONNRESET, ENOMEM,
		EINVAL, ECONNREFUSED };
	start();
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct xf_guest *guest;
		char name[8], line[100];
		int64_t began = xf_now();
		snprintf(name, sizeof(name), "e%d", numbers[i]);
		assert_int_equal(connect_as(name, &guest), -numbers[i]);
		said(-numbers[i], "the host, or its driver, refused this process: ");
		said(-numbers[i], strerror(numbers[i]));
		assert_true(xf_now() - began < 50 * SECOND); /* once, not to the deadline */
		snprintf(line, sizeof(line), "guest vm0: the driver refused process %s: %s", name,
			strerror(numbers[i]));
		logged(line);
	}
	struct xf_guest *guest;
	assert_int_equal(connect_as("worded", &guest), -EPERM);
	logged("guest vm0: the driver refused process worded: it has no licence");
	xf_host_destroy(t.host);
}

static int no_errors(const struct xf_host_guest_info *info, void *arg)
{
	assert_int_equal(info->protocol_errors, 0);
	return 0;
}

/* No fault of the guest's. It may come again. */
static void a_guest_is_refused(void **state)
{
	struct xf_guest *guest;
	start();
	of_guest = -EACCES;
	assert_int_equal(connect_as("any", &guest), -ECONNREFUSED);
	said(-ECONNREFUSED, "the host's driver refused this guest");
	logged("guest vm0: the driver refused the guest: Permission denied");
	ok(xf_host_inspect_guests(t.host, no_errors, NULL));
	of_guest = 0;
	ok(connect_as("any", &guest));
	xf_guest_disconnect(guest);
	xf_host_destroy(t.host);
}

static void what_a_process_asks_for_is_refused(void **state)
{
	struct xf_guest *guest;
	struct xf_guest_event *event;
	uint64_t device, data = 0;
	start();
	ok(connect_as("asks", &guest));
	of_device = -ENOENT; /* of a device that is not made yet */
	assert_int_equal(xf_guest_device_create(guest, &device), -ENOENT);
	said(-ENOENT, "refused a device: No such file");
	logged("guest vm0: the driver refused a device of process asks: No such file");
	of_device = 0;
	ok(xf_guest_device_create(guest, &device));
	of_cpu_event = -EACCES;
	assert_int_equal(xf_guest_cpu_event_create(guest, device, 0, &event), -EACCES);
	said(-EACCES, "refused a CPU event: Permission denied");
	logged("guest vm0: the driver refused a CPU event of process asks: Permission denied");
	of_escape = -EIO;
	assert_int_equal(xf_guest_escape(guest, device, 0, &data, sizeof(data), NULL), -EIO);
	said(-EIO, "refused the escape: Input/output error");
	xf_guest_disconnect(guest);
	xf_host_destroy(t.host);
}

/* ---- a miniport ---- */

static NTSTATUS add_device(PDEVICE_OBJECT object, PVOID *context)
{
	*context = &t;
	return STATUS_SUCCESS;
}

static NTSTATUS start_device(PVOID context, PDXGK_START_INFO info, PDXGKRNL_INTERFACE interface,
	ULONG *sources, ULONG *children)
{
	return STATUS_SUCCESS;
}

/* One whose number has an errno, and one whose has none. */
static NTSTATUS create_process(HANDLE adapter, DXGKARG_CREATEPROCESS *args)
{
	if (args->Flags.VirtualMachineWorkerProcess)
		return STATUS_SUCCESS;
	return args->pProcessName[0] == 'd' ? STATUS_ACCESS_DENIED : (NTSTATUS)0xC00000E9;
}

NTSTATUS DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	DRIVER_INITIALIZATION_DATA data = { .Version = DXGKDDI_INTERFACE_VERSION,
		.DxgkDdiAddDevice = add_device,
		.DxgkDdiStartDevice = start_device,
		.DxgkDdiCreateProcess = create_process };
	return DxgkInitialize(object, path, &data);
}

static void a_miniports_status_is_in_the_log(void **state)
{
	struct xf_dxgk *dxgk;
	struct xf_guest *guest;
	ok(xf_dxgk_create((xf_dxgk_entry)DriverEntry, &dxgk));
	start_host(xf_dxgk_driver(dxgk));
	ok(xf_dxgk_start(dxgk, t.host));
	assert_int_equal(connect_as("denied", &guest), -EACCES);
	logged("refused process denied: DxgkDdiCreateProcess returned 0xC0000022");
	assert_int_equal(connect_as("other", &guest), -EINVAL);
	logged("refused process other: DxgkDdiCreateProcess returned 0xC00000E9");
	xf_host_destroy(t.host);
	xf_dxgk_destroy(dxgk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_is_refused),
		cmocka_unit_test(a_guest_is_refused),
		cmocka_unit_test(what_a_process_asks_for_is_refused),
		cmocka_unit_test(a_miniports_status_is_in_the_log),
	};
	return cmocka_run_group_tests_name("a refusing driver", tests, NULL, test_remove_folder);
}
