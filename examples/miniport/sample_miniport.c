/* SPDX-License-Identifier: MIT */
/*
 * A display miniport, as far as events go: it gets the handle of an event from the user-mode part
 * in the guest by escape, and signals that event with DxgkCbSignalEvent. Try it with
 *
 *	crossfenced --miniport libsample-miniport.so --config ...
 *
 * What a real driver should copy: events belong to the process that sent them; LastUse is given in
 * DxgkDdiDestroyProcess for what is still known; a full queue is waited out elsewhere, not in the
 * callback.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <crossfence/win/d3dkmddi_signal_event.h>
#include "sample_protocol.h"

#define PINGS_MAX 100000

struct process {
	HANDLE dxgk; /* how the system knows it */
	int is_guest;
	uint64_t event[SAMPLE_RING];
	uint32_t pings, wanted;
	int64_t sent_ns;
	int64_t *times_ns;
	pthread_t burst; /* signals from a thread of its own, as an interrupt handler would */
	int has_burst;
	uint32_t burst_count;
};

struct device {
	struct process *process;
	HANDLE cpu_event; /* hDxgCpuEvent, or NULL */
};

static DXGKCB_SIGNALEVENT DxgkCbSignalEvent;

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static NTSTATUS signal_guest(struct process *process, uint64_t event, int last)
{
	DXGKARGCB_SIGNALEVENT args = { .hDxgkProcess = process->dxgk,
		.hEvent = (HANDLE)(uintptr_t)event };
	args.LastUse = last ? 1 : 0;
	return DxgkCbSignalEvent(&args);
}

/* ---- processes ---- */

static NTSTATUS DxgkDdiCreateProcess(HANDLE hAdapter, DXGKARG_CREATEPROCESS *pArgs)
{
	struct process *process = calloc(1, sizeof(*process));
	if (!process)
		return STATUS_NO_MEMORY;
	process->dxgk = pArgs->hDxgkProcess;
	process->is_guest = pArgs->Flags.VirtualMachineProcess;
	pArgs->hKmdProcess = process;
	return STATUS_SUCCESS;
}

static NTSTATUS DxgkDdiDestroyProcess(HANDLE hAdapter, HANDLE hKmdProcess)
{
	struct process *process = hKmdProcess;
	if (process->has_burst)
		pthread_join(process->burst, NULL);
	for (int i = 0; i < SAMPLE_RING; i++)
		if (process->event[i])
			(void)signal_guest(process, process->event[i], 1);
	free(process->times_ns);
	free(process);
	return STATUS_SUCCESS;
}

/* ---- devices and CPU events ---- */

static NTSTATUS DxgkDdiCreateDevice(HANDLE hAdapter, DXGKARG_CREATEDEVICE *pCreateDevice)
{
	struct device *device = calloc(1, sizeof(*device));
	if (!device)
		return STATUS_NO_MEMORY;
	device->process = pCreateDevice->hKmdProcess;
	pCreateDevice->hDevice = device;
	return STATUS_SUCCESS;
}

static NTSTATUS DxgkDdiDestroyDevice(HANDLE hDevice)
{
	free(hDevice);
	return STATUS_SUCCESS;
}

static NTSTATUS DxgkDdiCreateCpuEvent(HANDLE hAdapter, DXGKARG_CREATECPUEVENT *pArgs)
{
	struct device *device = pArgs->hKmdDevice;
	device->cpu_event = pArgs->hDxgCpuEvent;
	pArgs->hKmdCpuEvent = device;
	return STATUS_SUCCESS;
}

static NTSTATUS DxgkDdiDestroyCpuEvent(HANDLE hAdapter, HANDLE hKmdCpuEvent)
{
	struct device *device = hKmdCpuEvent;
	device->cpu_event = NULL;
	return STATUS_SUCCESS;
}

static NTSTATUS signal_cpu_event(struct device *device)
{
	DXGKARGCB_SIGNALEVENT args = { .hEvent = device ? device->cpu_event : NULL };
	args.CpuEventObject = 1;
	return DxgkCbSignalEvent(&args);
}

/* ---- escapes ---- */

static void *burst(void *arg)
{
	struct process *process = arg;
	for (uint32_t i = 0; i < process->burst_count;) {
		NTSTATUS status = signal_guest(process, process->event[i % SAMPLE_RING], 0);
		if (status == STATUS_SUCCESS)
			i++;
		else if (status == STATUS_INSUFFICIENT_RESOURCES)
			nanosleep(&(struct timespec){ 0, 100000 }, NULL); /* the guest is slow */
		else
			break; /* it is gone */
	}
	return NULL;
}

/* `count` signals from the process' own thread, whose earlier burst has been received. */
static NTSTATUS start_burst(struct process *process, uint32_t count)
{
	if (process->has_burst)
		pthread_join(process->burst, NULL);
	process->burst_count = count;
	process->has_burst = pthread_create(&process->burst, NULL, burst, process) == 0;
	return process->has_burst ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

/* In a callback nothing may be waited for: when the queue is full, the thread does it. */
static NTSTATUS ping(struct process *process)
{
	process->sent_ns = now_ns();
	NTSTATUS status = signal_guest(process, process->event[0], 0);
	return status == STATUS_INSUFFICIENT_RESOURCES ? start_burst(process, 1) : status;
}

static NTSTATUS start_pings(struct process *process, const struct sample_order *order)
{
	if (!order->count || order->count > PINGS_MAX)
		return STATUS_INVALID_PARAMETER;
	free(process->times_ns);
	process->times_ns = calloc(order->count, sizeof(*process->times_ns));
	if (!process->times_ns)
		return STATUS_NO_MEMORY;
	process->wanted = order->count;
	process->pings = 0;
	return ping(process);
}

static NTSTATUS on_pong(struct process *process)
{
	if (process->pings >= process->wanted)
		return STATUS_INVALID_PARAMETER;
	process->times_ns[process->pings++] = now_ns() - process->sent_ns;
	return process->pings < process->wanted ? ping(process) : STATUS_SUCCESS;
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

static NTSTATUS fill_report(struct process *process, struct sample_report *report)
{
	uint32_t n = process->pings;
	*report = (struct sample_report){ .command = SAMPLE_REPORT, .count = n };
	if (!n)
		return STATUS_SUCCESS;
	qsort(process->times_ns, n, sizeof(*process->times_ns), by_size);
	report->median_ns = process->times_ns[n / 2];
	report->p99_ns = process->times_ns[n * 99ull / 100];
	return STATUS_SUCCESS;
}

static NTSTATUS DxgkDdiEscape(HANDLE hAdapter, const DXGKARG_ESCAPE *pEscape)
{
	struct process *process = pEscape->hKmdProcessHandle;
	struct sample_order order;
	/* Private data comes from a guest: copied once, then checked, then used. */
	if (!process || pEscape->PrivateDriverDataSize != sizeof(order))
		return STATUS_INVALID_PARAMETER;
	memcpy(&order, pEscape->pPrivateDriverData, sizeof(order));
	switch (order.command) {
	case SAMPLE_EVENT:
		memcpy(process->event, order.event, sizeof(process->event));
		return STATUS_SUCCESS;
	case SAMPLE_BURST:
		return start_burst(process, order.count);
	case SAMPLE_PING:
		return start_pings(process, &order);
	case SAMPLE_PONG:
		return on_pong(process);
	case SAMPLE_REPORT:
		return fill_report(process, pEscape->pPrivateDriverData);
	case SAMPLE_CPU:
		return signal_cpu_event(pEscape->hDevice);
	}
	return STATUS_NOT_SUPPORTED;
}

/* ---- registration ---- */

static NTSTATUS DxgkDdiAddDevice(PDEVICE_OBJECT PhysicalDeviceObject, PVOID *MiniportDeviceContext)
{
	static int adapter;
	*MiniportDeviceContext = &adapter;
	return STATUS_SUCCESS;
}

static NTSTATUS DxgkDdiStartDevice(PVOID MiniportDeviceContext, PDXGK_START_INFO DxgkStartInfo,
	PDXGKRNL_INTERFACE DxgkInterface, ULONG *NumberOfVideoPresentSources,
	ULONG *NumberOfChildren)
{
	if (DxgkInterface->Version < DXGKRNL_INTERFACE_VERSION_WDDM2_5)
		return STATUS_NOT_SUPPORTED;
	DxgkCbSignalEvent = DxgkInterface->DxgkCbSignalEvent;
	return STATUS_SUCCESS;
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
	DRIVER_INITIALIZATION_DATA data = { .Version = DXGKDDI_INTERFACE_VERSION_WDDM3_0,
		.DxgkDdiAddDevice = DxgkDdiAddDevice,
		.DxgkDdiStartDevice = DxgkDdiStartDevice,
		.DxgkDdiCreateDevice = DxgkDdiCreateDevice,
		.DxgkDdiDestroyDevice = DxgkDdiDestroyDevice,
		.DxgkDdiEscape = DxgkDdiEscape,
		.DxgkDdiCreateProcess = DxgkDdiCreateProcess,
		.DxgkDdiDestroyProcess = DxgkDdiDestroyProcess,
		.DxgkDdiCreateCpuEvent = DxgkDdiCreateCpuEvent,
		.DxgkDdiDestroyCpuEvent = DxgkDdiDestroyCpuEvent };
	return DxgkInitialize(DriverObject, RegistryPath, &data);
}
