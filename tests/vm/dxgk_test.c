/* SPDX-License-Identifier: MIT */
/*
 * DXGKCB_SIGNALEVENT as a miniport sees it: the call by its own names, every status, who is told of
 * what. The miniport is linked in; loading one is tried with the sample.
 */
#include "vmtest.h"
#include <sys/mman.h>
#include <crossfence/dxgk.h>
#include <crossfence/win/d3dkmddi_signal_event.h>

static DXGKRNL_INTERFACE dxgk_interface;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static struct seen {
	DXGKARG_CREATEPROCESS worker, guest, local;
	char guest_name[65];
	int workers, guests, locals; /* alive */
	int devices, cpu_events;
	int escapes;
	HANDLE cpu_event;
	uint64_t event;
	NTSTATUS escape_status, last_use, no_last_use, cpu_during_destroy, cpu_last_use;
	D3DDDI_ESCAPEFLAGS escape_flags;
	int stopped, removed;
} seen;

static struct worker_tag {
	int kind;
} tags[3] = { { 0 }, { 1 }, { 2 } };

static NTSTATUS call(HANDLE process, uint64_t event, UINT flags)
{
	DXGKARGCB_SIGNALEVENT args = { process, (HANDLE)(uintptr_t)event, { .Flags = flags } };
	return dxgk_interface.DxgkCbSignalEvent(&args);
}

static NTSTATUS create_process(HANDLE adapter, DXGKARG_CREATEPROCESS *args)
{
	pthread_mutex_lock(&lock);
	int kind = args->Flags.VirtualMachineWorkerProcess ? 0
		   : args->Flags.VirtualMachineProcess	   ? 1
							   : 2;
	*(kind == 0 ? &seen.worker : kind == 1 ? &seen.guest : &seen.local) = *args;
	++*(kind == 0 ? &seen.workers : kind == 1 ? &seen.guests : &seen.locals);
	for (UINT i = 0; kind == 1 && i <= args->ProcessNameLength; i++)
		seen.guest_name[i] = (char)args->pProcessName[i];
	args->hKmdProcess = &tags[kind];
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	return STATUS_SUCCESS;
}

static NTSTATUS destroy_process(HANDLE adapter, HANDLE process)
{
	int kind = ((struct worker_tag *)process)->kind;
	if (kind == 1) {
		seen.no_last_use = call(seen.guest.hDxgkProcess, seen.event, 0);
		seen.last_use = call(seen.guest.hDxgkProcess, seen.event, 2);
	}
	if (kind == 2 && seen.event) {
		seen.no_last_use = call(seen.local.hDxgkProcess, seen.event, 0);
		seen.last_use = call(seen.local.hDxgkProcess, seen.event, 2);
	}
	pthread_mutex_lock(&lock);
	--*(kind == 0 ? &seen.workers : kind == 1 ? &seen.guests : &seen.locals);
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	return STATUS_SUCCESS;
}

static NTSTATUS create_device(HANDLE adapter, DXGKARG_CREATEDEVICE *args)
{
	assert_ptr_equal(args->hKmdProcess, &tags[1]);
	args->hDevice = &seen.devices;
	seen.devices++;
	return STATUS_SUCCESS;
}

static NTSTATUS destroy_device(HANDLE device)
{
	assert_ptr_equal(device, &seen.devices);
	seen.devices--;
	return STATUS_SUCCESS;
}

static NTSTATUS create_cpu_event(HANDLE adapter, DXGKARG_CREATECPUEVENT *args)
{
	assert_ptr_equal(args->hKmdDevice, &seen.devices);
	pthread_mutex_lock(&lock);
	seen.cpu_event = args->hDxgCpuEvent;
	seen.cpu_events++;
	args->hKmdCpuEvent = &seen.cpu_events;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	return STATUS_SUCCESS;
}

static NTSTATUS destroy_cpu_event(HANDLE adapter, HANDLE cpu_event)
{
	assert_ptr_equal(cpu_event, &seen.cpu_events);
	seen.cpu_during_destroy = call(NULL, (uintptr_t)seen.cpu_event, 1);
	seen.cpu_last_use = call(NULL, (uintptr_t)seen.cpu_event, 3);
	pthread_mutex_lock(&lock);
	seen.cpu_events--;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	return STATUS_SUCCESS;
}

static NTSTATUS escape(HANDLE adapter, const DXGKARG_ESCAPE *args)
{
	assert_ptr_equal(args->hKmdProcessHandle, &tags[1]);
	pthread_mutex_lock(&lock);
	if (args->PrivateDriverDataSize == sizeof(seen.event))
		memcpy(&seen.event, args->pPrivateDriverData, sizeof(seen.event));
	seen.escape_flags = args->Flags;
	seen.escapes++;
	memset(args->pPrivateDriverData, 0x5a, args->PrivateDriverDataSize);
	NTSTATUS status = seen.escape_status;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	return status;
}

static NTSTATUS add_device(PDEVICE_OBJECT object, PVOID *context)
{
	assert_null(object);
	*context = &seen;
	return STATUS_SUCCESS;
}

static NTSTATUS start_device(PVOID context, PDXGK_START_INFO info, PDXGKRNL_INTERFACE interface,
	ULONG *sources, ULONG *children)
{
	assert_ptr_equal(context, &seen);
	assert_int_equal(interface->Size, sizeof(*interface));
	assert_int_equal(interface->Version, DXGKRNL_INTERFACE_VERSION_WDDM2_5);
	dxgk_interface = *interface;
	return STATUS_SUCCESS;
}

static NTSTATUS stop_device(PVOID context)
{
	seen.stopped++;
	return STATUS_SUCCESS;
}

static NTSTATUS remove_device(PVOID context)
{
	seen.removed++;
	return STATUS_SUCCESS;
}

static ULONG version = DXGKDDI_INTERFACE_VERSION;
static NTSTATUS entry_status; /* what DxgkInitialize() said */

NTSTATUS DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	DRIVER_INITIALIZATION_DATA data = { .Version = version,
		.DxgkDdiAddDevice = add_device,
		.DxgkDdiStartDevice = start_device,
		.DxgkDdiStopDevice = stop_device,
		.DxgkDdiRemoveDevice = remove_device,
		.DxgkDdiCreateDevice = create_device,
		.DxgkDdiDestroyDevice = destroy_device,
		.DxgkDdiEscape = escape,
		.DxgkDdiCreateProcess = create_process,
		.DxgkDdiDestroyProcess = destroy_process,
		.DxgkDdiCreateCpuEvent = create_cpu_event,
		.DxgkDdiDestroyCpuEvent = destroy_cpu_event };
	entry_status = DxgkInitialize(object, path, &data);
	return entry_status;
}

static struct xf_host *host;
static struct xf_dxgk *dxgk;

static int begin(void **state)
{
	struct xf_host_params params = { .size = sizeof(params), .flags = XF_HOST_OWN_THREAD };
	memset(&seen, 0, sizeof(seen));
	ok(xf_dxgk_create((xf_dxgk_entry)DriverEntry, &dxgk));
	params.driver = xf_dxgk_driver(dxgk);
	ok(xf_host_create(&params, &host));
	ok(xf_dxgk_start(dxgk, host));
	return 0;
}

static int end(void **state)
{
	xf_host_destroy(host);
	xf_dxgk_destroy(dxgk);
	assert_int_equal(seen.workers + seen.guests + seen.locals, 0);
	assert_int_equal(seen.devices + seen.cpu_events, 0);
	assert_int_equal(seen.stopped, 1);
	assert_int_equal(seen.removed, 1);
	return 0;
}

static void until(int *what, int value)
{
	pthread_mutex_lock(&lock);
	while (*what != value)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

static void add_guest(const char *path, uint32_t queue)
{
	struct xf_host_guest_params params = { .size = sizeof(params),
		.name = "vm0",
		.transport = XF_HOST_UNIX,
		.address = path,
		.max_queue = queue };
	ok(xf_host_guest_add(host, &params, NULL));
}

/* ---- the structure ---- */

static void the_argument_has_its_published_shape(void **state)
{
	DXGKARGCB_SIGNALEVENT args = { 0 };
	assert_int_equal(sizeof(args), 0x18);
	assert_int_equal(offsetof(DXGKARGCB_SIGNALEVENT, hEvent), 8);
	assert_int_equal(offsetof(DXGKARGCB_SIGNALEVENT, Flags), 16);
	args.CpuEventObject = 1;
	assert_int_equal(args.Flags, 1);
	args.Flags = 0;
	args.LastUse = 1; /* our choice, and part of the interface from now on */
	assert_int_equal(args.Flags, 2);
}

static void bad_arguments_signal_nothing(void **state)
{
	HANDLE any = (HANDLE)(uintptr_t)0x100000001;
	assert_int_equal(dxgk_interface.DxgkCbSignalEvent(NULL), STATUS_INVALID_PARAMETER);
	for (int bit = 2; bit < 32; bit++)
		assert_int_equal(call(any, 1, 1u << bit), STATUS_INVALID_PARAMETER);
	assert_int_equal(call(any, 0, 0), STATUS_INVALID_PARAMETER);
	assert_int_equal(call(NULL, 1, 0), STATUS_INVALID_PARAMETER);
	assert_int_equal(call(any, 1, 1), STATUS_INVALID_PARAMETER);
	assert_int_equal(call(NULL, 0, 1), STATUS_INVALID_PARAMETER);
	assert_int_equal(call(any, 1, 0), STATUS_INVALID_HANDLE);
	assert_int_equal(call((HANDLE) ~(uintptr_t)0, 1, 0), STATUS_INVALID_HANDLE);
	assert_int_equal(call(NULL, 1, 1), STATUS_INVALID_HANDLE);
}

/* ---- a guest ---- */

static void guest_with_everything(const char *path, void *arg)
{
	struct xf_guest *guest = guest_connect(path, "everything", 0);
	struct xf_guest_event *event, *cpu;
	uint64_t device, data;
	uint32_t status = 7;
	uint8_t large[XF_GUEST_DATA_MAX] = { 0 };
	need(xf_guest_device_create(guest, &device) == 0);
	need(xf_guest_cpu_event_create(guest, device, 0, &cpu) == 0);
	need(xf_guest_event_create(guest, 0, 0, &event) == 0);
	data = xf_guest_event_handle(event);
	need(xf_guest_escape(guest, device, XF_GUEST_ESCAPE_KNOWN, &data, sizeof(data), &status) ==
		0);
	need(status == 0 && data == 0x5a5a5a5a5a5a5a5a);
	need(xf_guest_event_wait(event, xf_deadline(10 * SECOND)) == 0);
	need(xf_guest_event_wait(cpu, xf_deadline(10 * SECOND)) == 0);
	need(xf_guest_escape(guest, 0, 0, large, sizeof(large), &status) == 0);
	need(large[0] == 0x5a && large[XF_GUEST_DATA_MAX - 1] == 0x5a);
	need(status == 0xC00000BB); /* the driver's own word, unchanged */
	need(xf_guest_escape(guest, 0, 0, large, 0, &status) == -EINVAL);
	need(xf_guest_escape(guest, 0, 0, large, XF_GUEST_DATA_MAX + 1, &status) == -EMSGSIZE);
	need(xf_guest_escape(guest, 99, 0, large, 1, &status) == -ENOENT);
	kill(getpid(), SIGKILL);
}

static void a_guest_process_from_create_to_destroy(void **state)
{
	const char *path = test_path("dxgk.sock");
	pid_t pid = spawn(guest_with_everything, path, NULL);
	add_guest(path, 0);
	until(&seen.guests, 1);
	assert_int_equal(seen.workers, 1);
	assert_int_equal(seen.worker.Flags.Value, 8);
	assert_int_equal(seen.guest.Flags.Value, 4);
	assert_ptr_equal(seen.guest.hKmdVmWorkerProcess, &tags[0]);
	assert_null(seen.worker.hKmdVmWorkerProcess);
	assert_int_equal(seen.guest.NumPasid, 0);
	assert_string_equal(seen.guest_name, "everything");
	assert_int_equal(seen.guest.ProcessNameLength, 10);
	/* A worker owns no events. */
	assert_int_equal(call(seen.worker.hDxgkProcess, 1, 0), STATUS_INVALID_HANDLE);
	pthread_mutex_lock(&lock);
	while (!seen.event)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	assert_int_equal(seen.escape_flags.VirtualMachineData, 1);
	assert_int_equal(seen.escape_flags.DriverKnownEscape, 1);
	HANDLE process = seen.guest.hDxgkProcess, cpu_event = seen.cpu_event;
	pthread_mutex_lock(&lock);
	seen.escape_status = STATUS_NOT_SUPPORTED;
	pthread_mutex_unlock(&lock);
	/* An event that the guest does not know: only the guest can see that. */
	assert_int_equal(call(process, seen.event ^ 0x4000, 0), STATUS_SUCCESS);
	assert_int_equal(call(process, seen.event, 0), STATUS_SUCCESS);
	/* A CPU event is not a process, nor the other way round. */
	assert_int_equal(call(cpu_event, 1, 0), STATUS_INVALID_HANDLE);
	assert_int_equal(call(NULL, (uintptr_t)process, 1), STATUS_INVALID_HANDLE);
	assert_int_equal(call(NULL, (uintptr_t)cpu_event, 1), STATUS_SUCCESS);
	until(&seen.guests, 0);
	until(&seen.workers, 0);
	waitpid(pid, NULL, 0);
	assert_int_equal(seen.last_use, STATUS_SUCCESS);
	/* The process was killed: its VM's channel had gone before the callback. */
	assert_true(seen.no_last_use == STATUS_PROCESS_IS_TERMINATING);
	assert_true(seen.cpu_during_destroy == STATUS_PROCESS_IS_TERMINATING);
	assert_int_equal(seen.cpu_last_use, STATUS_SUCCESS);
	assert_int_equal(call(NULL, (uintptr_t)cpu_event, 1), STATUS_INVALID_HANDLE);
	NTSTATUS status;
	while ((status = call(process, 1, 0)) == STATUS_PROCESS_IS_TERMINATING)
		sched_yield();
	assert_int_equal(status, STATUS_INVALID_HANDLE);
}

/* Signalled twice, then closed by itself, or (`arg`) with its device. */
static void guest_with_a_cpu_event(const char *path, void *arg)
{
	struct xf_guest *guest = guest_connect(path, "cpu event", 0);
	struct xf_guest_event *cpu;
	uint64_t device;
	uint8_t ready = 1;
	need(xf_guest_device_create(guest, &device) == 0);
	need(xf_guest_cpu_event_create(guest, device, 0, &cpu) == 0);
	for (int i = 0; i < 2; i++) {
		need(xf_guest_escape(guest, device, 0, &ready, 1, NULL) == 0);
		need(xf_guest_event_wait(cpu, xf_deadline(10 * SECOND)) == 0);
	}
	if (arg)
		need(xf_guest_device_destroy(guest, device) == 0);
	xf_guest_event_close(cpu);
	xf_guest_disconnect(guest);
}

/* It is a use like others until the event is being destroyed, and then an empty one. */
static void last_use_of_a_cpu_event(void **state)
{
	const char *path = test_path("cpu.sock");
	add_guest(path, 0);
	for (int i = 0; i < 2; i++) {
		pid_t pid = spawn(guest_with_a_cpu_event, path, i ? &seen : NULL);
		until(&seen.escapes, i * 2 + 1);
		HANDLE cpu_event = seen.cpu_event;
		assert_int_equal(call(NULL, (uintptr_t)cpu_event, 3), STATUS_SUCCESS);
		until(&seen.escapes, i * 2 + 2);
		assert_int_equal(call(NULL, (uintptr_t)cpu_event, 1), STATUS_SUCCESS);
		until(&seen.cpu_events, 0);
		assert_int_equal(seen.cpu_during_destroy, STATUS_PROCESS_IS_TERMINATING);
		assert_int_equal(seen.cpu_last_use, STATUS_SUCCESS);
		reap(pid);
		until(&seen.workers, 0); /* all of it is gone */
		assert_int_equal(call(NULL, (uintptr_t)cpu_event, 3), STATUS_INVALID_HANDLE);
	}
}

static void guest_stops(const char *path, void *arg)
{
	struct xf_guest *guest = guest_connect(path, "stops", 0);
	(void)guest;
	for (;;)
		pause();
}

static void a_full_queue(void **state)
{
	const char *path = test_path("full.sock");
	pid_t pid = spawn(guest_stops, path, NULL);
	NTSTATUS status = STATUS_SUCCESS;
	add_guest(path, 32);
	until(&seen.guests, 1);
	for (int i = 0; i < 1000000 && status == STATUS_SUCCESS; i++)
		status = call(seen.guest.hDxgkProcess, 1, 0);
	assert_int_equal(status, STATUS_INSUFFICIENT_RESOURCES);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	until(&seen.guests, 0);
}

/* ---- host processes: signalled on return ---- */

static int set_flag(void *arg)
{
	*(int *)arg = 1;
	return 0;
}

static void host_events_are_signalled_on_return(void **state)
{
	xf_host_handle process;
	uint64_t by_call, by_fd, closed, looking, bad;
	uint64_t count;
	int flag = 0, fd = eventfd(0, EFD_NONBLOCK), null[2];
	ok(pipe(null));
	struct xf_host_event_params params = {
		.size = sizeof(params), .set = set_flag, .arg = &flag
	};
	ok(xf_host_event_add(host, &params, &by_call));
	params = (struct xf_host_event_params){ .size = sizeof(params), .eventfd = fd };
	ok(xf_host_event_add(host, &params, &by_fd));
	ok(xf_host_event_add(host, &params, &closed));
	params.read_only = 1;
	ok(xf_host_event_add(host, &params, &looking));
	params = (struct xf_host_event_params){ .size = sizeof(params), .eventfd = null[1] };
	ok(xf_host_event_add(host, &params, &bad));
	ok(xf_host_event_remove(host, closed));
	assert_int_equal(xf_host_event_remove(host, closed), -EBADF);
	ok(xf_host_local_add(host, "local", &process));
	assert_int_equal(seen.local.Flags.Value, 0);
	HANDLE handle = (HANDLE)(uintptr_t)process;
	assert_ptr_equal(seen.local.hDxgkProcess, handle);
	assert_int_equal(call(handle, by_call, 0), STATUS_SUCCESS);
	assert_int_equal(flag, 1);
	assert_int_equal(call(handle, by_fd, 0), STATUS_SUCCESS);
	assert_int_equal(read(fd, &count, sizeof(count)), sizeof(count));
	assert_int_equal(call(handle, closed, 0), STATUS_INVALID_HANDLE);
	assert_int_equal(call(handle, 12345, 0), STATUS_INVALID_HANDLE);
	assert_int_equal(call(handle, looking, 0), STATUS_ACCESS_DENIED);
	close(null[0]);
	ok(xf_host_local_remove(host, process));
	assert_int_equal(xf_host_local_remove(host, process), -ESRCH);
	assert_int_equal(call(handle, by_call, 0), STATUS_INVALID_HANDLE);
	ok(xf_host_event_remove(host, bad));
	close(null[1]);
	close(fd);
}

static int count_up(void *arg)
{
	++*(int *)arg;
	return 0;
}

/* An event of the host is the process' own: the last use signals it, and it goes on. In the
 * process' last moments there is nobody left to signal, as for a guest. */
static void last_use_of_a_host_event(void **state)
{
	xf_host_handle process;
	int n = 0;
	struct xf_host_event_params params = { .size = sizeof(params), .set = count_up, .arg = &n };
	ok(xf_host_event_add(host, &params, &seen.event));
	ok(xf_host_local_add(host, "local", &process));
	assert_int_equal(call(seen.local.hDxgkProcess, seen.event, 2), STATUS_SUCCESS);
	assert_int_equal(n, 1);
	assert_int_equal(call(seen.local.hDxgkProcess, seen.event, 0), STATUS_SUCCESS);
	assert_int_equal(n, 2);
	ok(xf_host_local_remove(host, process));
	assert_int_equal(seen.no_last_use, STATUS_PROCESS_IS_TERMINATING);
	assert_int_equal(seen.last_use, STATUS_SUCCESS);
	assert_int_equal(n, 2);
	assert_int_equal(call((HANDLE)(uintptr_t)process, seen.event, 2), STATUS_INVALID_HANDLE);
	ok(xf_host_event_remove(host, seen.event));
	seen.event = 0;
}

/* Somebody else's handle table: its answers become the documented codes. */
static int table_result;

static int table_signal(void *self, xf_host_handle process, uint64_t event, uint32_t flags)
{
	assert_int_equal(event, 0x44);
	return table_result;
}

static void another_handle_table(void **state)
{
	static const struct {
		int result;
		NTSTATUS status;
	} rows[] = { { 0, STATUS_SUCCESS }, { -EBADF, STATUS_INVALID_HANDLE },
		{ -EPROTOTYPE, STATUS_OBJECT_TYPE_MISMATCH }, { -EACCES, STATUS_ACCESS_DENIED },
		{ -ENOMEM, STATUS_NO_MEMORY }, { -ENOSYS, STATUS_NOT_SUPPORTED } };
	struct xf_host_events events = { sizeof(events), NULL, table_signal };
	xf_host_handle process;
	ok(xf_host_set_events(host, &events));
	ok(xf_host_local_add(host, "local", &process));
	assert_int_equal(xf_host_set_events(host, NULL), -EBUSY);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		table_result = rows[i].result;
		assert_int_equal(call((HANDLE)(uintptr_t)process, 0x44, 0), rows[i].status);
	}
	ok(xf_host_local_remove(host, process));
	ok(xf_host_set_events(host, NULL));
}

/* ---- registering ---- */

static NTSTATUS entry_that_forgets(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	return STATUS_SUCCESS;
}

static NTSTATUS entry_that_fails(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	return STATUS_NO_MEMORY;
}

static NTSTATUS entry_of_another_object(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	return DriverEntry((PDRIVER_OBJECT)&seen, path);
}

static NTSTATUS entry_without_start(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	DRIVER_INITIALIZATION_DATA data = { .Version = version, .DxgkDdiAddDevice = add_device };
	(void)DxgkInitialize(object, path, &data); /* and does not look at it */
	return STATUS_SUCCESS;
}

static NTSTATUS add_no_device(PDEVICE_OBJECT object, PVOID *context)
{
	*context = NULL;
	return STATUS_SUCCESS;
}

static NTSTATUS fail_to_add(PDEVICE_OBJECT object, PVOID *context)
{
	return (NTSTATUS)0xC00000E9;
}

static NTSTATUS entry_for_no_adapter(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	DRIVER_INITIALIZATION_DATA data = { .Version = version,
		.DxgkDdiAddDevice = add_no_device,
		.DxgkDdiStartDevice = start_device };
	return DxgkInitialize(object, path, &data);
}

static NTSTATUS entry_without_device(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	DRIVER_INITIALIZATION_DATA data = { .Version = version,
		.DxgkDdiAddDevice = fail_to_add,
		.DxgkDdiStartDevice = start_device };
	return DxgkInitialize(object, path, &data);
}

/* Whoever wrote it is told what is wrong with it. */
static void what_does_not_register_is_told_why(void **state)
{
	static const struct {
		DRIVER_INITIALIZE *entry;
		int result;
		const char *said;
	} rows[] = {
		{ entry_that_forgets, -EPROTO, "did not call DxgkInitialize()" },
		{ entry_that_fails, -ENOMEM, "DriverEntry returned 0xC0000017" },
		{ entry_of_another_object, -EPROTO, "DriverObject is not the one" },
		{ entry_without_start, -EPROTO, "DxgkDdiStartDevice is NULL" },
		{ entry_for_no_adapter, -ENODEV, "DxgkDdiAddDevice returned no context" },
		{ entry_without_device, -EINVAL, "DxgkDdiAddDevice returned 0xC00000E9" },
	};
	version = DXGKDDI_INTERFACE_VERSION;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct xf_dxgk *none = NULL;
		int r = xf_dxgk_create((xf_dxgk_entry)rows[i].entry, &none);
		if (r != rows[i].result || !strstr(xf_last_message(r), rows[i].said))
			fail_msg("%s: %d %s", rows[i].said, r, xf_last_message(r));
		assert_null(none);
	}
}

/* What was compiled when the structure ended there: behind it is no memory. */
static NTSTATUS entry_of_an_older_header(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size = offsetof(DRIVER_INITIALIZATION_DATA, DxgkDdiCancelFlips);
	char *memory =
		mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(memory, MAP_FAILED);
	assert_return_code(mprotect(memory + page, page, PROT_NONE), errno);
	DRIVER_INITIALIZATION_DATA *data = (void *)(memory + page - size);
	data->Version = version;
	data->DxgkDdiAddDevice = add_device;
	data->DxgkDdiStartDevice = start_device;
	NTSTATUS status = DxgkInitialize(object, path, data);
	munmap(memory, 2 * page);
	return status;
}

static void later_members_are_not_read(void **state)
{
	struct xf_dxgk *older;
	version = DXGKDDI_INTERFACE_VERSION;
	ok(xf_dxgk_create((xf_dxgk_entry)entry_of_an_older_header, &older));
	xf_dxgk_destroy(older);
}

static void only_what_registers_is_a_miniport(void **state)
{
	struct xf_dxgk *first, *second;
	const char *why = NULL;
	memset(&seen, 0, sizeof(seen));
	/* The public values; DXGKCB_SIGNALEVENT came with 2.5, and later drivers still have it. */
	static const ULONG published[] = { 0xA00B, 0xB004, 0xC004, 0xD001, 0xE003, 0xF003, 0x10004,
		0x11007, 0x12345 };
	static const ULONG older[] = { 0, 1, 0x9005, 0x9006, 0xA00A };
	for (size_t i = 0; i < sizeof(older) / sizeof(older[0]); i++) {
		char said[64];
		version = older[i];
		assert_int_equal(xf_dxgk_create((xf_dxgk_entry)DriverEntry, &first), -EPROTO);
		snprintf(said, sizeof(said), "Version is 0x%X, but", (unsigned)version);
		assert_non_null(strstr(xf_last_message(-EPROTO), said));
		assert_int_equal(entry_status, STATUS_REVISION_MISMATCH);
	}
	for (size_t i = 0; i < sizeof(published) / sizeof(published[0]); i++) {
		version = published[i];
		ok(xf_dxgk_create((xf_dxgk_entry)DriverEntry, &first));
		void *event = NULL;
		int r = xf_dxgk_driver(first)->cpu_event_create(first, &seen.devices, 1, 0, &event);
		assert_int_equal(r == -ENOSYS, version < 0xF003);
		xf_dxgk_destroy(first);
	}
	assert_int_equal(DXGKDDI_INTERFACE_VERSION_WDDM2_5, published[0]);
	assert_int_equal(DXGKDDI_INTERFACE_VERSION_WDDM3_0, published[5]);
	assert_int_equal(DXGKDDI_INTERFACE_VERSION_WDDM3_2, published[7]);
	version = DXGKDDI_INTERFACE_VERSION;
	memset(&seen, 0, sizeof(seen));
	ok(xf_dxgk_create((xf_dxgk_entry)DriverEntry, &first));
	assert_int_equal(xf_dxgk_create((xf_dxgk_entry)DriverEntry, &second), -EBUSY);
	assert_int_equal(DxgkInitialize(NULL, NULL, NULL), STATUS_INVALID_PARAMETER);
	xf_dxgk_destroy(first);
	xf_dxgk_destroy(NULL);
	assert_int_equal(xf_dxgk_load("/nonexistent.so", &why, &first), -ENOENT);
	assert_non_null(strstr(why, "nonexistent"));
	assert_int_equal(xf_dxgk_load("libc.so.6", &why, &first), -ENOENT);
	assert_non_null(strstr(why, "DriverEntry"));
	ok(xf_dxgk_load(getenv("XF_SAMPLE_MINIPORT"), &why, &first));
	xf_dxgk_destroy(first);
	/* After the host's end the call still is a call. */
	assert_int_equal(call((HANDLE)(uintptr_t)1, 1, 0), STATUS_DEVICE_REMOVED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_argument_has_its_published_shape),
		cmocka_unit_test_setup_teardown(bad_arguments_signal_nothing, begin, end),
		cmocka_unit_test_setup_teardown(a_guest_process_from_create_to_destroy, begin, end),
		cmocka_unit_test_setup_teardown(last_use_of_a_cpu_event, begin, end),
		cmocka_unit_test_setup_teardown(a_full_queue, begin, end),
		cmocka_unit_test_setup_teardown(host_events_are_signalled_on_return, begin, end),
		cmocka_unit_test_setup_teardown(last_use_of_a_host_event, begin, end),
		cmocka_unit_test_setup_teardown(another_handle_table, begin, end),
		cmocka_unit_test(what_does_not_register_is_told_why),
		cmocka_unit_test(later_members_are_not_read),
		cmocka_unit_test(only_what_registers_is_a_miniport),
	};
	return cmocka_run_group_tests_name("DXGKCB_SIGNALEVENT", tests, NULL, test_remove_folder);
}
