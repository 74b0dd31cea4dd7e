/* SPDX-License-Identifier: MIT */
/*
 * Processes, devices and CPU events of a guest, each told to the driver on the way in and out. All
 * of this is the service's world; signals see only the slots.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/process.h"
#include "host/surface.h"

static int tell_process(
	struct xf_host_guest *guest, const struct xf_host_process_info *info, void **ret_driver)
{
	struct xf_host_driver *driver = &guest->host->driver;
	*ret_driver = NULL;
	if (!driver->process_create)
		return 0;
	return driver->process_create(driver->self, info, ret_driver);
}

static void end_process(struct xf_host *host, void *driver)
{
	if (host->driver.process_destroy)
		host->driver.process_destroy(host->driver.self, driver);
}

/* ---- the worker process of a guest ---- */

int xfi_worker_hold(struct xf_host_guest *guest)
{
	struct slots *slots = &guest->host->slots;
	if (guest->n_sessions++)
		return 0;
	int r = xfi_slot_take(slots, &guest->worker_slot, &guest->worker);
	if (r) {
		guest->n_sessions--;
		return r;
	}
	guest->worker_slot->kind = SLOT_WORKER;
	xfi_slot_open(guest->worker_slot);
	struct xf_host_process_info info = { .process = guest->worker,
		.kind = XF_HOST_PROCESS_WORKER,
		.guest = guest->name,
		.name = guest->name };
	r = tell_process(guest, &info, &guest->worker_driver);
	if (r) {
		xfi_slot_kill(guest->worker_slot);
		xfi_slot_wait(guest->worker_slot);
		xfi_slot_give(slots, guest->worker_slot, guest->worker);
		guest->n_sessions--;
	}
	return r;
}

void xfi_worker_give(struct xf_host_guest *guest)
{
	if (--guest->n_sessions)
		return;
	xfi_slot_kill(guest->worker_slot);
	xfi_slot_wait(guest->worker_slot);
	end_process(guest->host, guest->worker_driver);
	xfi_slot_give(&guest->host->slots, guest->worker_slot, guest->worker);
}

/* ---- processes ---- */

/* Names are printed by logs and tools: nothing but printable ASCII gets through. */
static void copy_name(char *name, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		name[i] = bytes[i] >= 0x20 && bytes[i] < 0x7f ? (char)bytes[i] : '?';
	name[size] = 0;
}

static int announce(struct process *process)
{
	struct xf_host_guest *guest = process->channel->guest;
	struct xf_host_process_info info = { .process = process->handle,
		.kind = XF_HOST_PROCESS_VM,
		.guest = guest->name,
		.name = process->name,
		.number = process->number,
		.pid = process->pid,
		.worker = guest->worker_driver };
	/* Live before the driver hears of it: it may signal from within the callback. */
	xfi_slot_open(process->slot);
	return tell_process(guest, &info, &process->driver);
}

static void free_process(struct process *process)
{
	xfi_slot_kill(process->slot);
	xfi_slot_wait(process->slot);
	xfi_slot_give(&process->channel->guest->host->slots, process->slot, process->handle);
	xfi_list_remove(&process->link);
	process->channel->guest->n_processes--;
	free(process);
}

int xfi_process_create(
	struct channel *channel, uint32_t number, uint64_t pid, const uint8_t *name, size_t size)
{
	struct xf_host_guest *guest = channel->guest;
	if (guest->n_processes >= guest->max_processes)
		return -EUSERS;
	struct process *process = calloc(1, sizeof(*process));
	if (!process)
		return -ENOMEM;
	int r = xfi_slot_take(&guest->host->slots, &process->slot, &process->handle);
	if (r) {
		free(process);
		return r;
	}
	process->channel = channel;
	process->number = number;
	process->pid = pid;
	copy_name(process->name, name, size);
	xfi_list_init(&process->devices);
	xfi_list_init(&process->cpu_events);
	xfi_list_init(&process->held);
	xfi_list_append(&channel->processes, &process->link);
	guest->n_processes++;
	process->slot->kind = SLOT_VM;
	process->slot->channel = channel;
	process->slot->process = number;
	r = announce(process);
	if (r)
		free_process(process);
	return r;
}

static void end_cpu_event(struct process *process, struct cpu_event *event)
{
	struct xf_host *host = process->channel->guest->host;
	xfi_slot_kill(event->slot);
	xfi_slot_wait(event->slot);
	if (host->driver.cpu_event_destroy)
		host->driver.cpu_event_destroy(host->driver.self, event->driver);
	xfi_slot_give(&host->slots, event->slot, event->handle);
	xfi_list_remove(&event->link);
	process->n_cpu_events--;
	free(event);
}

static void end_device(struct process *process, struct device *device)
{
	struct xf_host *host = process->channel->guest->host;
	XFI_LIST_EACH(event, &process->cpu_events, struct cpu_event, link)
	if (event->device == device->id)
		end_cpu_event(process, event);
	if (host->driver.device_destroy)
		host->driver.device_destroy(host->driver.self, device->driver);
	xfi_list_remove(&device->link);
	process->n_devices--;
	free(device);
}

/* The slot dies first and its calls are waited for, so that the driver is never called in between;
 * from then on only its last uses are still accepted, without effect. */
void xfi_process_destroy(struct process *process)
{
	xfi_slot_kill(process->slot);
	xfi_slot_wait(process->slot);
	xfi_surface_end_process(process);
	XFI_LIST_EACH(device, &process->devices, struct device, link)
	end_device(process, device);
	end_process(process->channel->guest->host, process->driver);
	free_process(process);
}

/* After this no signal call touches the channel: its queue and descriptor may go. */
void xfi_process_lose(struct channel *channel)
{
	XFI_LIST_EACH(process, &channel->processes, struct process, link)
	{
		xfi_slot_lose(process->slot);
		XFI_LIST_EACH(event, &process->cpu_events, struct cpu_event, link)
		xfi_slot_lose(event->slot);
	}
	XFI_LIST_EACH(process, &channel->processes, struct process, link)
	{
		xfi_slot_wait(process->slot);
		XFI_LIST_EACH(event, &process->cpu_events, struct cpu_event, link)
		xfi_slot_wait(event->slot);
	}
}

/* ---- devices and CPU events ---- */

struct device *xfi_device_find(struct process *process, uint64_t id)
{
	XFI_LIST_EACH(device, &process->devices, struct device, link)
	if (device->id == id)
		return device;
	return NULL;
}

int xfi_device_create(struct process *process, uint64_t id)
{
	struct xf_host_guest *guest = process->channel->guest;
	struct xf_host_driver *driver = &guest->host->driver;
	if (xfi_device_find(process, id))
		return -EEXIST;
	if (process->n_devices >= guest->max_devices)
		return -ENOSPC;
	struct device *device = calloc(1, sizeof(*device));
	if (!device)
		return -ENOMEM;
	device->id = id;
	int r = 0;
	if (driver->device_create)
		r = driver->device_create(driver->self, process->driver, &device->driver);
	if (r) {
		free(device);
		return r;
	}
	xfi_list_append(&process->devices, &device->link);
	process->n_devices++;
	return 0;
}

int xfi_device_destroy(struct process *process, uint64_t id)
{
	struct device *device = xfi_device_find(process, id);
	if (!device)
		return -ENOENT;
	end_device(process, device);
	return 0;
}

static struct cpu_event *find_cpu_event(struct process *process, uint64_t id)
{
	XFI_LIST_EACH(event, &process->cpu_events, struct cpu_event, link)
	if (event->id == id)
		return event;
	return NULL;
}

int xfi_cpu_event_create(struct process *process, uint64_t id, uint64_t device_id, uint32_t flags)
{
	struct xf_host *host = process->channel->guest->host;
	struct device *device = xfi_device_find(process, device_id);
	if (!device)
		return -ENOENT;
	if (find_cpu_event(process, id))
		return -EEXIST;
	if (process->n_cpu_events >= process->channel->guest->max_events)
		return -ENOSPC;
	struct cpu_event *event = calloc(1, sizeof(*event));
	int r = event ? xfi_slot_take(&host->slots, &event->slot, &event->handle) : -ENOMEM;
	if (r) {
		free(event);
		return r;
	}
	event->id = id;
	event->device = device_id;
	event->slot->kind = SLOT_CPU_EVENT;
	event->slot->channel = process->channel;
	event->slot->process = process->number;
	event->slot->event = id;
	xfi_list_append(&process->cpu_events, &event->link);
	process->n_cpu_events++;
	xfi_slot_open(event->slot);
	if (host->driver.cpu_event_create)
		r = host->driver.cpu_event_create(
			host->driver.self, device->driver, event->handle, flags, &event->driver);
	if (r) {
		xfi_slot_kill(event->slot);
		xfi_slot_wait(event->slot);
		xfi_slot_give(&host->slots, event->slot, event->handle);
		xfi_list_remove(&event->link);
		process->n_cpu_events--;
		free(event);
	}
	return r;
}

int xfi_cpu_event_destroy(struct process *process, uint64_t id)
{
	struct cpu_event *event = find_cpu_event(process, id);
	if (!event)
		return -ENOENT;
	end_cpu_event(process, event);
	return 0;
}
