/* SPDX-License-Identifier: MIT */
/* A miniport written from the public pages, run by the service; and our header beside the public
 * values. */
#include "vmtest.h"
#include <crossfence/dxgk.h>
#include <ntddk.h>
#include <dispmprt.h>

/* ---- the header ---- */

#define ROW(name, value)                                                                           \
	{                                                                                          \
#name, (uint64_t)(uint32_t)(name), value                                           \
	}
#define SIZE(type, value)                                                                          \
	{                                                                                          \
		"sizeof " #type, sizeof(type), value                                               \
	}
#define AT(type, member, value)                                                                    \
	{                                                                                          \
#type "." #member, offsetof(type, member), value                                   \
	}

static const struct {
	const char *name;
	uint64_t ours, published;
} values[] = {
	ROW(DXGKDDI_INTERFACE_VERSION_WDDM2_5, 0xA00B),
	ROW(DXGKDDI_INTERFACE_VERSION_WDDM2_6, 0xB004),
	ROW(DXGKDDI_INTERFACE_VERSION_WDDM2_7, 0xC004),
	ROW(DXGKDDI_INTERFACE_VERSION_WDDM2_8, 0xD001),
	ROW(DXGKDDI_INTERFACE_VERSION_WDDM2_9, 0xE003),
	ROW(DXGKDDI_INTERFACE_VERSION_WDDM3_0, 0xF003),
	ROW(DXGKDDI_INTERFACE_VERSION_WDDM3_1, 0x10004),
	ROW(DXGKDDI_INTERFACE_VERSION_WDDM3_2, 0x11007),
	ROW(STATUS_SUCCESS, 0),
	ROW(STATUS_PENDING, 0x103),
	ROW(STATUS_UNSUCCESSFUL, 0xC0000001),
	ROW(STATUS_INVALID_HANDLE, 0xC0000008),
	ROW(STATUS_INVALID_PARAMETER, 0xC000000D),
	ROW(STATUS_NO_MEMORY, 0xC0000017),
	ROW(STATUS_ILLEGAL_INSTRUCTION, 0xC000001D),
	ROW(STATUS_ACCESS_DENIED, 0xC0000022),
	ROW(STATUS_BUFFER_TOO_SMALL, 0xC0000023),
	ROW(STATUS_OBJECT_TYPE_MISMATCH, 0xC0000024),
	ROW(STATUS_REVISION_MISMATCH, 0xC0000059),
	ROW(STATUS_PRIVILEGED_INSTRUCTION, 0xC0000096),
	ROW(STATUS_INSUFFICIENT_RESOURCES, 0xC000009A),
	ROW(STATUS_NOT_SUPPORTED, 0xC00000BB),
	ROW(STATUS_PROCESS_IS_TERMINATING, 0xC000010A),
	ROW(STATUS_DEVICE_REMOVED, 0xC00002B6),
	ROW(STATUS_GRAPHICS_DRIVER_MISMATCH, 0xC01E0009),
	ROW(D3DDDI_DRIVERESCAPETYPE_TRANSLATEALLOCATIONHANDLE, 0),
	ROW(D3DDDI_DRIVERESCAPETYPE_TRANSLATERESOURCEHANDLE, 1),
	ROW(D3DDDI_DRIVERESCAPETYPE_CPUEVENTUSAGE, 2),
	ROW(D3DDDI_DRIVERESCAPETYPE_MAX, 3), /* for 3.0; 4 for 3.2 */
	SIZE(D3DDDI_DRIVERESCAPE_TRANSLATEALLOCATIONEHANDLE, 8),
	SIZE(D3DDDI_DRIVERESCAPE_TRANSLATERESOURCEHANDLE, 8),
	SIZE(GUID, 0x10),
	SIZE(LUID, 8),
	SIZE(UNICODE_STRING, 0x10),
	AT(DXGK_START_INFO, AdapterGuid, 4),
	AT(DXGK_START_INFO, AdapterLuid, 0x14),
	SIZE(DXGKARGCB_SIGNALEVENT, 0x18),
	AT(DXGKARGCB_SIGNALEVENT, Flags, 0x10),
	SIZE(D3DDDI_DRIVERESCAPE_CPUEVENTUSAGE, 0x30),
	AT(D3DDDI_DRIVERESCAPE_CPUEVENTUSAGE, hSyncObject, 4),
	AT(D3DDDI_DRIVERESCAPE_CPUEVENTUSAGE, hKmdCpuEvent, 8),
	AT(D3DDDI_DRIVERESCAPE_CPUEVENTUSAGE, Usage, 0x10),
	SIZE(DXGK_CREATECPUEVENTFLAGS, 4),
	SIZE(DXGKARG_CREATECPUEVENT, 0x20),
	AT(DXGKARG_CREATECPUEVENT, Flags, 0x10),
	AT(DXGKARG_CREATECPUEVENT, hKmdCpuEvent, 0x18),
	SIZE(DXGK_CREATEDEVICEFLAGS, 4),
	SIZE(DXGKARG_CREATEDEVICE, 0x20),
	AT(DXGKARG_CREATEDEVICE, Flags, 8),
	AT(DXGKARG_CREATEDEVICE, pInfo, 8),
	AT(DXGKARG_CREATEDEVICE, Pasid, 0x10),
	AT(DXGKARG_CREATEDEVICE, hKmdProcess, 0x18),
	SIZE(DXGK_CREATEPROCESSFLAGS, 4),
	/* the n-th member behind Version */
	AT(DRIVER_INITIALIZATION_DATA, DxgkDdiDispatchIoRequest, 5 * sizeof(void *)),
	AT(DRIVER_INITIALIZATION_DATA, DxgkDdiQueryAdapterInfo, 17 * sizeof(void *)),
	AT(DRIVER_INITIALIZATION_DATA, DxgkDdiCreateDevice, 18 * sizeof(void *)),
	AT(DRIVER_INITIALIZATION_DATA, DxgkDdiEscape, 34 * sizeof(void *)),
	AT(DRIVER_INITIALIZATION_DATA, DxgkDdiDestroyDevice, 50 * sizeof(void *)),
	AT(DRIVER_INITIALIZATION_DATA, DxgkDdiSetDisplayPrivateDriverFormat, 61 * sizeof(void *)),
	AT(DRIVER_INITIALIZATION_DATA, DxgkDdiQueryVidPnHWCapability, 70 * sizeof(void *)),
	AT(DRIVER_INITIALIZATION_DATA, DxgkDdiNotifySurpriseRemoval, 82 * sizeof(void *)),
	AT(DRIVER_INITIALIZATION_DATA, DxgkDdiFormatHistoryBuffer, 88 * sizeof(void *)),
	AT(DRIVER_INITIALIZATION_DATA, DxgkDdiCreateProcess, 96 * sizeof(void *)),
	AT(DRIVER_INITIALIZATION_DATA, DxgkDdiDestroyProcess, 97 * sizeof(void *)),
	AT(DRIVER_INITIALIZATION_DATA, DxgkDdiSetTrackedWorkloadPowerLevel, 148 * sizeof(void *)),
	AT(DRIVER_INITIALIZATION_DATA, DxgkDdiControlInterrupt3, 153 * sizeof(void *)),
	AT(DRIVER_INITIALIZATION_DATA, DxgkDdiCreateCpuEvent, 159 * sizeof(void *)),
	AT(DRIVER_INITIALIZATION_DATA, DxgkDdiDestroyCpuEvent, 160 * sizeof(void *)),
	AT(DRIVER_INITIALIZATION_DATA, DxgkDdiNotifyWorkSubmission, 170 * sizeof(void *)),
	AT(DRIVER_INITIALIZATION_DATA, DxgkDdiResetDisplayEngine, 192 * sizeof(void *)),
};

static void constants_and_shapes(void **state)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (values[i].ours != values[i].published)
			fail_msg("%s is %#llx, published is %#llx", values[i].name,
				(unsigned long long)values[i].ours,
				(unsigned long long)values[i].published);
}

static void bits_stand_where_the_pages_say(void **state)
{
	DXGK_CREATEDEVICEFLAGS device = { .Value = 0 };
	DXGK_CREATEPROCESSFLAGS process = { .Value = 0 };
	D3DDDI_ESCAPEFLAGS escape = { .Value = 0 };
	device.GdiDevice = 1;
	assert_int_equal(device.Value, 2);
	device.DXGK_DEVICE_RESERVED0 = 1;
	assert_int_equal(device.Value, 0x80000002);
	process.VirtualMachineProcess = 1;
	assert_int_equal(process.Value, 4);
	process.VirtualMachineWorkerProcess = 1;
	assert_int_equal(process.Value, 0xc);
	process.SessionIsolatedContainer = 1;
	assert_int_equal(process.Value, 0x1c);
	escape.VirtualMachineData = 1;
	assert_int_equal(escape.Value, 0x20);
	escape.DriverKnownEscape = 1;
	assert_int_equal(escape.Value, 0x60);
}

/* ---- the miniport ---- */

static void guest(const char *path, void *arg)
{
	struct xf_guest *guest = guest_connect(path, "published", 0);
	struct xf_guest_event *event, *cpu;
	uint64_t device, handle;
	uint32_t status = 7;
	need(xf_guest_device_create(guest, &device) == 0);
	need(xf_guest_cpu_event_create(guest, device, 0, &cpu) == 0);
	D3DDDI_DRIVERESCAPE_CPUEVENTUSAGE usage = {
		.EscapeType = D3DDDI_DRIVERESCAPETYPE_CPUEVENTUSAGE,
		.hSyncObject = 0x40,
		.hKmdCpuEvent = 0x4141414141414141, /* would be a pointer of the host's driver */
		.Usage = { 1, 2 },
	};
	need(xf_guest_escape(
		     guest, device, XF_GUEST_ESCAPE_KNOWN, &usage, sizeof(usage), &status) == 0);
	need(status == 0 && usage.hKmdCpuEvent == 0 && usage.hSyncObject == 0x40);
	need(xf_guest_event_wait(cpu, xf_deadline(10 * SECOND)) == 0);
	for (size_t size = 16; size < sizeof(usage); size += 31) { /* nor one that is cut off */
		usage.hKmdCpuEvent = 0x4141414141414141;
		need(xf_guest_escape(guest, device, XF_GUEST_ESCAPE_KNOWN, &usage, size, &status) ==
			0);
		need(status && usage.hKmdCpuEvent == 0);
	}
	need(xf_guest_event_create(guest, 0, 0, &event) == 0);
	handle = xf_guest_event_handle(event);
	need(xf_guest_escape(guest, 0, 0, &handle, sizeof(handle), &status) == 0 && status == 0);
	need(handle == xf_guest_event_handle(event)); /* other data stays as it was */
	need(xf_guest_event_wait(event, xf_deadline(10 * SECOND)) == 0);
	xf_guest_disconnect(guest);
}

static void runs(const char *variable)
{
	struct xf_host_params params = { .size = sizeof(params), .flags = XF_HOST_OWN_THREAD };
	struct xf_host_guest_params vm = { .size = sizeof(vm),
		.name = "vm0",
		.transport = XF_HOST_UNIX,
		.address = test_path("published.sock") };
	struct xf_host *host;
	struct xf_dxgk *dxgk;
	const char *why = "";
	pid_t pid = spawn(guest, vm.address, NULL);
	int r = xf_dxgk_load(getenv(variable), &why, &dxgk);
	if (r)
		fail_msg("%s: %s %s", variable, xf_strerror(r), why);
	params.driver = xf_dxgk_driver(dxgk);
	ok(xf_host_create(&params, &host));
	ok(xf_dxgk_start(dxgk, host));
	ok(xf_host_guest_add(host, &vm, NULL));
	reap(pid);
	xf_host_destroy(host);
	xf_dxgk_destroy(dxgk);
}

static void a_miniport_in_c_runs(void **state)
{
	runs("XF_MINIPORT_C");
}

static void a_miniport_in_cpp_runs(void **state)
{
	if (!getenv("XF_MINIPORT_CPP"))
		skip();
	runs("XF_MINIPORT_CPP");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(constants_and_shapes),
		cmocka_unit_test(bits_stand_where_the_pages_say),
		cmocka_unit_test(a_miniport_in_c_runs),
		cmocka_unit_test(a_miniport_in_cpp_runs),
	};
	return cmocka_run_group_tests_name(
		"the published interface", tests, NULL, test_remove_folder);
}
