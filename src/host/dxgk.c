/* SPDX-License-Identifier: MIT */
/*
 * A display miniport as a host service's driver: each callback of the host becomes the DxgkDdi call
 * that Windows documents, and DxgkCbSignalEvent becomes xf_host_signal().
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <crossfence/dxgk.h>
#include "base/futex.h"
#include "base/message.h"
#include "host/status.h"

_Static_assert(sizeof(void *) != 8 || sizeof(DXGKARGCB_SIGNALEVENT) == 0x18,
	"size that the public bindings give");

struct xf_dxgk {
	DRIVER_INITIALIZATION_DATA ddi;
	bool initialized;
	char refused[160]; /* why DxgkInitialize() failed */
	bool started;
	void *adapter;
	void *library;
	struct xf_host_driver driver;
};

/* The host behind DxgkCbSignalEvent, and the calls that are using it. */
static _Atomic(struct xf_dxgk *) the_dxgk;
static _Atomic(struct xf_host *) the_host;
static _Atomic uint32_t calls;

static NTSTATUS signal_event(struct xf_host *host, const DXGKARGCB_SIGNALEVENT *args)
{
	uint32_t flags = args->LastUse ? XF_HOST_LAST_USE : 0;
	if (args->Reserved || !args->hEvent || !args->CpuEventObject != !!args->hDxgkProcess)
		return STATUS_INVALID_PARAMETER;
	if (args->CpuEventObject)
		return xfh_dxgk_status(
			xf_host_signal_cpu_event(host, (uintptr_t)args->hEvent, flags));
	return xfh_dxgk_status(xf_host_signal(
		host, (uintptr_t)args->hDxgkProcess, (uintptr_t)args->hEvent, flags));
}

static NTSTATUS cb_SignalEvent(IN_CONST_PDXGKARGCB_SIGNALEVENT pSignalEvent)
{
	if (!pSignalEvent)
		return STATUS_INVALID_PARAMETER;
	DXGKARGCB_SIGNALEVENT args = *pSignalEvent;
	NTSTATUS status = STATUS_DEVICE_REMOVED;
	/* Sequentially consistent against host_gone(): either it sees our count, or we see NULL. */
	atomic_fetch_add(&calls, 1);
	struct xf_host *host = atomic_load(&the_host);
	if (host)
		status = signal_event(host, &args);
	if (atomic_fetch_sub(&calls, 1) == 1 && !atomic_load(&the_host))
		syscall(SYS_futex, &calls, FUTEX_WAKE_PRIVATE, INT_MAX);
	return status;
}

static void host_gone(void *self)
{
	uint32_t n;
	atomic_store(&the_host, NULL);
	while ((n = atomic_load(&calls)))
		if (syscall(SYS_futex, &calls, FUTEX_WAIT_PRIVATE, n, NULL, NULL, 0) &&
			xfi_futex_is_denied(errno))
			(void)xfi_futex_rest(XF_NEVER);
}

/* ---- the host's callbacks, in the miniport's terms ---- */

/* An errno for whoever asked; the message, for the host's log, has the miniport's own word. */
static int result(NTSTATUS status, const char *callback)
{
	int r = xfh_dxgk_errno(status);
	return r ? xf_fail(r, "%s returned 0x%08X", callback, (unsigned)status) : 0;
}

static int process_create(void *self, const struct xf_host_process_info *info, void **ret_process)
{
	struct xf_dxgk *dxgk = self;
	WCHAR name[XF_HOST_NAME_BYTES];
	UINT n = 0;
	for (; info->name[n] && n + 1 < XF_HOST_NAME_BYTES; n++)
		name[n] = (WCHAR)info->name[n];
	name[n] = 0;
	DXGKARG_CREATEPROCESS args = { .hDxgkProcess = (HANDLE)(uintptr_t)info->process,
		.hKmdVmWorkerProcess = info->worker,
		.ProcessNameLength = n,
		.pProcessName = name };
	args.Flags.VirtualMachineProcess = info->kind == XF_HOST_PROCESS_VM;
	args.Flags.VirtualMachineWorkerProcess = info->kind == XF_HOST_PROCESS_WORKER;
	if (!dxgk->ddi.DxgkDdiCreateProcess)
		return 0;
	int r = result(
		dxgk->ddi.DxgkDdiCreateProcess(dxgk->adapter, &args), "DxgkDdiCreateProcess");
	if (!r)
		*ret_process = args.hKmdProcess;
	return r;
}

static void process_destroy(void *self, void *process)
{
	struct xf_dxgk *dxgk = self;
	if (dxgk->ddi.DxgkDdiDestroyProcess)
		(void)dxgk->ddi.DxgkDdiDestroyProcess(dxgk->adapter,
			process); /* a failure changes nothing: the process is gone */
}

static int device_create(void *self, void *process, void **ret_device)
{
	struct xf_dxgk *dxgk = self;
	DXGKARG_CREATEDEVICE args = { .hKmdProcess = process };
	if (!dxgk->ddi.DxgkDdiCreateDevice)
		return 0;
	int r = result(dxgk->ddi.DxgkDdiCreateDevice(dxgk->adapter, &args), "DxgkDdiCreateDevice");
	if (!r)
		*ret_device = args.hDevice;
	return r;
}

static void device_destroy(void *self, void *device)
{
	struct xf_dxgk *dxgk = self;
	if (dxgk->ddi.DxgkDdiDestroyDevice)
		(void)dxgk->ddi.DxgkDdiDestroyDevice(device); /* as for processes */
}

static int cpu_event_create(
	void *self, void *device, xf_host_handle cpu_event, uint32_t flags, void **ret_cpu_event)
{
	struct xf_dxgk *dxgk = self;
	DXGKARG_CREATECPUEVENT args = { .hKmdDevice = device,
		.hDxgCpuEvent = (HANDLE)(uintptr_t)cpu_event };
	/* A driver of an older model knows no CPU events, whatever lies there. */
	if (!dxgk->ddi.DxgkDdiCreateCpuEvent ||
		dxgk->ddi.Version < DXGKDDI_INTERFACE_VERSION_WDDM3_0)
		return xf_fail(-ENOSYS, "the miniport, of version 0x%X, has no CPU events",
			(unsigned)dxgk->ddi.Version);
	int r = result(
		dxgk->ddi.DxgkDdiCreateCpuEvent(dxgk->adapter, &args), "DxgkDdiCreateCpuEvent");
	if (!r)
		*ret_cpu_event = args.hKmdCpuEvent;
	return r;
}

static void cpu_event_destroy(void *self, void *cpu_event)
{
	struct xf_dxgk *dxgk = self;
	if (dxgk->ddi.DxgkDdiDestroyCpuEvent)
		(void)dxgk->ddi.DxgkDdiDestroyCpuEvent(dxgk->adapter, cpu_event); /* as above */
}

/* Windows sets the driver's own handle there. A guest's word for it must not reach the driver. */
static void clear_cpu_event(void *data, size_t size)
{
	const size_t begin = offsetof(D3DDDI_DRIVERESCAPE_CPUEVENTUSAGE, hKmdCpuEvent);
	const size_t end = begin + sizeof(UINT64);
	D3DDDI_DRIVERESCAPETYPE type;
	if (size <= begin)
		return;
	memcpy(&type, data, sizeof(type));
	if (type == D3DDDI_DRIVERESCAPETYPE_CPUEVENTUSAGE) /* also of one that is cut off */
		memset((char *)data + begin, 0, (size < end ? size : end) - begin);
}

static int escape(void *self, void *process, void *device, uint32_t flags, void *data, size_t size,
	uint32_t *ret_status)
{
	struct xf_dxgk *dxgk = self;
	DXGKARG_ESCAPE args = { .hDevice = device,
		.pPrivateDriverData = data,
		.PrivateDriverDataSize = (UINT)size,
		.hKmdProcessHandle = process };
	args.Flags.VirtualMachineData = !(flags & XF_HOST_ESCAPE_LOCAL);
	args.Flags.DriverKnownEscape = !!(flags & XF_HOST_ESCAPE_KNOWN);
	if (!dxgk->ddi.DxgkDdiEscape)
		return -ENOSYS;
	if (args.Flags.DriverKnownEscape)
		clear_cpu_event(data, size);
	*ret_status = (uint32_t)dxgk->ddi.DxgkDdiEscape(dxgk->adapter, &args);
	return 0;
}

/* ---- registration ---- */

__attribute__((format(printf, 3, 4))) static NTSTATUS refuse(
	struct xf_dxgk *dxgk, NTSTATUS status, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(dxgk->refused, sizeof(dxgk->refused), format, args);
	va_end(args);
	return status;
}

static NTSTATUS initialize(struct xf_dxgk *dxgk, const DRIVER_INITIALIZATION_DATA *data)
{
	if (!data)
		return refuse(dxgk, STATUS_INVALID_PARAMETER, "its data is NULL");
	if (data->Version < DXGKDDI_INTERFACE_VERSION_WDDM2_5)
		return refuse(dxgk, STATUS_REVISION_MISMATCH,
			"Version is 0x%X, but DxgkCbSignalEvent came with WDDM 2.5, 0x%X",
			(unsigned)data->Version, (unsigned)DXGKDDI_INTERFACE_VERSION_WDDM2_5);
	if (!data->DxgkDdiAddDevice || !data->DxgkDdiStartDevice)
		return refuse(dxgk, STATUS_INVALID_PARAMETER, "%s is NULL",
			data->DxgkDdiAddDevice ? "DxgkDdiStartDevice" : "DxgkDdiAddDevice");
	/* Nothing behind this is called, and a driver need not have been compiled with all of it.
	 */
	memcpy(&dxgk->ddi, data, offsetof(DRIVER_INITIALIZATION_DATA, DxgkDdiCancelFlips));
	dxgk->initialized = true;
	*dxgk->refused = 0;
	return STATUS_SUCCESS;
}

NTSTATUS DxgkInitialize(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath,
	PDRIVER_INITIALIZATION_DATA DriverInitializationData)
{
	struct xf_dxgk *dxgk = atomic_load(&the_dxgk);
	if (!dxgk)
		return STATUS_INVALID_PARAMETER;
	if (dxgk != (struct xf_dxgk *)DriverObject)
		return refuse(dxgk, STATUS_INVALID_PARAMETER,
			"DriverObject is not the one that DriverEntry was given");
	return initialize(dxgk, DriverInitializationData);
}

static int add_device(struct xf_dxgk *dxgk)
{
	int r = result(dxgk->ddi.DxgkDdiAddDevice(NULL, &dxgk->adapter), "DxgkDdiAddDevice");
	if (!r && !dxgk->adapter)
		r = xf_fail(-ENODEV, "DxgkDdiAddDevice returned no context: the miniport says "
				     "by that that this adapter is not for it");
	return r;
}

/* Drivers hand the path on, and check that there is one; there is no registry, so it is empty. */
static int enter(struct xf_dxgk *dxgk, DRIVER_INITIALIZE *entry)
{
	static WCHAR nothing[1];
	UNICODE_STRING path = { 0, sizeof(nothing), nothing };
	NTSTATUS status = entry((PDRIVER_OBJECT)dxgk, &path);
	if (*dxgk->refused)
		return xf_fail(-EPROTO, "DxgkInitialize() failed: %s", dxgk->refused);
	int r = result(status, "DriverEntry");
	if (r)
		return r;
	if (!dxgk->initialized)
		return xf_fail(-EPROTO, "DriverEntry did not call DxgkInitialize()");
	return add_device(dxgk);
}

int xf_dxgk_create(xf_dxgk_entry entry, struct xf_dxgk **ret_dxgk)
{
	xfi_message_forget();
	if (!entry || !ret_dxgk)
		return xf_fail(-EINVAL, "%s: entry or ret_dxgk is NULL", __func__);
	struct xf_dxgk *nobody = NULL, *dxgk = calloc(1, sizeof(*dxgk));
	if (!dxgk)
		return -ENOMEM;
	dxgk->driver = (struct xf_host_driver){ sizeof(dxgk->driver), dxgk, process_create,
		process_destroy, device_create, device_destroy, cpu_event_create, cpu_event_destroy,
		escape, host_gone };
	int r = xf_fail(-EBUSY, "this process has a miniport; it takes one at a time");
	if (atomic_compare_exchange_strong(&the_dxgk, &nobody, dxgk)) {
		r = enter(dxgk, (DRIVER_INITIALIZE *)entry);
		if (!r) {
			*ret_dxgk = dxgk;
			return 0;
		}
		atomic_store(&the_dxgk, NULL);
	}
	free(dxgk);
	return r;
}

int xf_dxgk_load(const char *path, const char **ret_why, struct xf_dxgk **ret_dxgk)
{
	xfi_message_forget();
	if (!path || !ret_dxgk)
		return xf_fail(-EINVAL, "%s: path or ret_dxgk is NULL", __func__);
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	void *entry = library ? dlsym(library, "DriverEntry") : NULL;
	if (!entry) {
		const char *why = dlerror();
		(void)xf_fail(-ENOENT, "%s", why ? why : "DriverEntry is NULL");
		if (ret_why)
			*ret_why = xf_last_message(-ENOENT); /* dlclose() takes the linker's back */
		if (library)
			dlclose(library);
		return -ENOENT;
	}
	xf_dxgk_entry function;
	memcpy(&function, &entry, sizeof(function));
	int r = xf_dxgk_create(function, ret_dxgk);
	if (r)
		dlclose(library);
	else
		(*ret_dxgk)->library = library;
	return r;
}

const struct xf_host_driver *xf_dxgk_driver(struct xf_dxgk *dxgk)
{
	return &dxgk->driver;
}

int xf_dxgk_start(struct xf_dxgk *dxgk, struct xf_host *host)
{
	DXGK_START_INFO info = { 0 };
	DXGKRNL_INTERFACE interface = { .Size = sizeof(interface),
		.Version = DXGKRNL_INTERFACE_VERSION_WDDM2_5,
		.DeviceHandle = dxgk,
		.DxgkCbSignalEvent = cb_SignalEvent };
	ULONG sources = 0, children = 0;
	xfi_message_forget();
	if (!dxgk || !host)
		return xf_fail(-EINVAL, "%s: dxgk or host is NULL", __func__);
	if (dxgk->started)
		return xf_fail(-EALREADY, "this miniport is started; it is for one host");
	atomic_store(&the_host, host);
	int r = result(
		dxgk->ddi.DxgkDdiStartDevice(dxgk->adapter, &info, &interface, &sources, &children),
		"DxgkDdiStartDevice");
	dxgk->started = !r;
	if (r)
		host_gone(dxgk);
	return r;
}

void xf_dxgk_destroy(struct xf_dxgk *dxgk)
{
	if (!dxgk)
		return;
	if (dxgk->started && dxgk->ddi.DxgkDdiStopDevice)
		(void)dxgk->ddi.DxgkDdiStopDevice(dxgk->adapter); /* it stops, content or not */
	host_gone(dxgk);
	if (dxgk->ddi.DxgkDdiRemoveDevice)
		(void)dxgk->ddi.DxgkDdiRemoveDevice(dxgk->adapter); /* the same */
	void *library = dxgk->library;
	atomic_store(&the_dxgk, NULL);
	free(dxgk);
	if (library)
		dlclose(library);
}
