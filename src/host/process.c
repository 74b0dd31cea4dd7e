/* SPDX-License-Identifier: MIT */
/*
 * Processes, devices and CPU events of a guest, each told to the driver on the way in and out. All
 * of this is the service's world; signals see only the slots.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "host/process.h"
#include "host/surface.h"

/* In the driver's words, where it has left some (xf_fail()), else in the system's: our own sentence
 * for the number would be about something else. */
static int refused(struct xf_host_guest *guest, int result, const char *what, const char *whose)
{
	const char *why = xf_last_message(result);
	if (why == xf_strerror(result))
		why = strerror(-result);
	xfh_guest_log(guest, XF_HOST_LOG_WARNING, "refused", "the driver refused %s%s: %s", what,
		whose, why);
	return result;
}

static int tell_process(
	struct xf_host_guest *guest, const struct xf_host_process_info *info, void **ret_driver)
{
	struct xf_host_driver *driver = &guest->host->driver;
	*ret_driver = NULL;
	if (!driver->process_create)
		return 0;
	xfi_message_forget();
	int r = driver->process_create(driver->self, info, ret_driver);
	if (!r)
		return 0;
	bool worker = info->kind == XF_HOST_PROCESS_WORKER;
	return refused(guest, r, worker ? "the guest" : "process ", worker ? "" : info->name);
}

static void end_process(struct xf_host *host, void *driver)
{
	if (host->driver.process_destroy)
		host->driver.process_destroy(host->driver.self, driver);
}

/* ---- the worker process of a guest ---- */

enum xf_host_process_kind xfh_process_kind(const struct xf_host_guest *guest)
{
	return guest->local.signal ? XF_HOST_PROCESS_LOCAL : XF_HOST_PROCESS_VM;
}

int xfh_worker_hold(struct xf_host_guest *guest)
{
	struct xfh_slots *slots = &guest->host->slots;
	/* Processes of the host have none. */
	if (guest->n_sessions++ || guest->local.signal)
		return 0;
	int r = xfh_slot_take(slots, &guest->worker_slot, &guest->worker);
	if (r) {
		guest->n_sessions--;
		return r;
	}
	guest->worker_slot->kind = XFH_SLOT_WORKER;
	xfh_slot_open(guest->worker_slot);
	struct xf_host_process_info info = { .size = sizeof(info),
		.process = guest->worker,
		.kind = XF_HOST_PROCESS_WORKER,
		.guest = guest->name,
		.name = guest->name,
		.arg = guest->arg };
	r = tell_process(guest, &info, &guest->worker_driver);
	if (r) {
		xfh_slot_kill(guest->worker_slot);
		xfh_slot_wait(guest->worker_slot);
		xfh_slot_give(slots, guest->worker_slot, guest->worker);
		guest->n_sessions--;
	}
	return r ? -ECONNREFUSED : 0;
}

void xfh_worker_give(struct xf_host_guest *guest)
{
	if (--guest->n_sessions || guest->local.signal)
		return;
	xfh_slot_kill(guest->worker_slot);
	xfh_slot_wait(guest->worker_slot);
	end_process(guest->host, guest->worker_driver);
	xfh_slot_give(&guest->host->slots, guest->worker_slot, guest->worker);
}

/* ---- processes ---- */

/* Names are printed by logs and tools: nothing but printable ASCII gets through. */
static void copy_name(char *name, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		name[i] = bytes[i] >= 0x20 && bytes[i] < 0x7f ? (char)bytes[i] : '?';
	name[size] = 0;
}

static int announce(struct xfh_process *process)
{
	struct xf_host_guest *guest = process->channel->guest;
	struct xf_host_process_info info = { .size = sizeof(info),
		.process = process->handle,
		.kind = xfh_process_kind(guest),
		.guest = guest->name,
		.name = process->name,
		.number = process->number,
		.pid = process->pid,
		.worker = guest->worker_driver,
		.arg = guest->arg };
	/* Live before the driver hears of it: it may signal from within the callback. */
	xfh_slot_open(process->slot);
	return tell_process(guest, &info, &process->driver);
}

static void free_process(struct xfh_process *process)
{
	xfh_slot_kill(process->slot);
	xfh_slot_wait(process->slot);
	xfh_slot_give(&process->channel->guest->host->slots, process->slot, process->handle);
	xfw_list_remove(&process->link);
	process->channel->guest->n_processes--;
	if (xfw_list_empty(&process->channel->processes))
		xfh_channel_busy(process->channel, 0);
	free(process);
}

int xfh_process_create(struct xfh_channel *channel, uint32_t number, uint64_t pid,
	const uint8_t *name, size_t size)
{
	struct xf_host_guest *guest = channel->guest;
	if (guest->n_processes >= guest->max_processes)
		return -EUSERS;
	struct xfh_process *process = calloc(1, sizeof(*process));
	if (!process)
		return -ENOMEM;
	int r = xfh_slot_take(&guest->host->slots, &process->slot, &process->handle);
	if (r) {
		free(process);
		return r;
	}
	process->channel = channel;
	process->number = number;
	process->pid = pid;
	copy_name(process->name, name, size);
	xfw_list_init(&process->devices);
	xfw_list_init(&process->cpu_events);
	xfw_list_init(&process->held);
	if (xfw_list_empty(&channel->processes))
		xfh_channel_busy(channel, 1);
	xfw_list_append(&channel->processes, &process->link);
	guest->n_processes++;
	process->slot->kind = guest->local.signal ? XFH_SLOT_LOCAL : XFH_SLOT_VM;
	process->slot->events = &guest->local;
	process->slot->channel = channel;
	process->slot->process = number;
	r = announce(process);
	if (r)
		free_process(process);
	return r;
}

static void end_cpu_event(struct xfh_process *process, struct xfh_cpu_event *event)
{
	struct xf_host *host = process->channel->guest->host;
	xfh_slot_kill(event->slot);
	xfh_slot_wait(event->slot);
	if (host->driver.cpu_event_destroy)
		host->driver.cpu_event_destroy(host->driver.self, event->driver);
	xfh_slot_give(&host->slots, event->slot, event->handle);
	xfw_list_remove(&event->link);
	process->n_cpu_events--;
	process->channel->guest->n_cpu_events--;
	free(event);
}

static void end_device(struct xfh_process *process, struct xfh_device *device)
{
	struct xf_host *host = process->channel->guest->host;
	XFW_LIST_EACH(event, &process->cpu_events, struct xfh_cpu_event, link)
	if (event->device == device->id)
		end_cpu_event(process, event);
	if (host->driver.device_destroy)
		host->driver.device_destroy(host->driver.self, device->driver);
	xfw_list_remove(&device->link);
	process->n_devices--;
	free(device);
}

/* The slot dies first and its calls are waited for, so that the driver is never called in between;
 * from then on only its last uses are still accepted, without effect. */
void xfh_process_destroy(struct xfh_process *process)
{
	xfh_slot_kill(process->slot);
	xfh_slot_wait(process->slot);
	xfh_surface_end_process(process);
	XFW_LIST_EACH(device, &process->devices, struct xfh_device, link)
	end_device(process, device);
	end_process(process->channel->guest->host, process->driver);
	free_process(process);
}

/* After this no signal call touches the channel: its queue and descriptor may go. */
void xfh_process_lose(struct xfh_channel *channel)
{
	XFW_LIST_EACH(process, &channel->processes, struct xfh_process, link)
	{
		xfh_slot_lose(process->slot);
		XFW_LIST_EACH(event, &process->cpu_events, struct xfh_cpu_event, link)
		xfh_slot_lose(event->slot);
	}
	XFW_LIST_EACH(process, &channel->processes, struct xfh_process, link)
	{
		xfh_slot_wait(process->slot);
		XFW_LIST_EACH(event, &process->cpu_events, struct xfh_cpu_event, link)
		xfh_slot_wait(event->slot);
	}
}

/* ---- devices and CPU events ---- */

struct xfh_device *xfh_device_find(struct xfh_process *process, uint64_t id)
{
	XFW_LIST_EACH(device, &process->devices, struct xfh_device, link)
	if (device->id == id)
		return device;
	return NULL;
}

int xfh_device_create(struct xfh_process *process, uint64_t id)
{
	struct xf_host_guest *guest = process->channel->guest;
	struct xf_host_driver *driver = &guest->host->driver;
	if (xfh_device_find(process, id))
		return -EEXIST;
	if (process->n_devices >= guest->max_devices)
		return -ENOSPC;
	struct xfh_device *device = calloc(1, sizeof(*device));
	if (!device)
		return -ENOMEM;
	device->id = id;
	int r = 0;
	xfi_message_forget();
	if (driver->device_create)
		r = driver->device_create(driver->self, process->driver, &device->driver);
	if (r) {
		free(device);
		return refused(guest, r, "a device of process ", process->name);
	}
	xfw_list_append(&process->devices, &device->link);
	process->n_devices++;
	return 0;
}

int xfh_device_destroy(struct xfh_process *process, uint64_t id)
{
	struct xfh_device *device = xfh_device_find(process, id);
	if (!device)
		return -ENOENT;
	end_device(process, device);
	return 0;
}

static struct xfh_cpu_event *find_cpu_event(struct xfh_process *process, uint64_t id)
{
	XFW_LIST_EACH(event, &process->cpu_events, struct xfh_cpu_event, link)
	if (event->id == id)
		return event;
	return NULL;
}

int xfh_cpu_event_create(
	struct xfh_process *process, uint64_t id, uint64_t device_id, uint32_t flags)
{
	struct xf_host *host = process->channel->guest->host;
	struct xfh_device *device = xfh_device_find(process, device_id);
	if (!device)
		return -ENOENT;
	if (find_cpu_event(process, id))
		return -EEXIST;
	struct xf_host_guest *guest = process->channel->guest;
	if (process->n_cpu_events >= guest->max_events ||
		guest->n_cpu_events >= guest->max_cpu_events)
		return -ENOSPC;
	struct xfh_cpu_event *event = calloc(1, sizeof(*event));
	int r = event ? xfh_slot_take(&host->slots, &event->slot, &event->handle) : -ENOMEM;
	if (r) {
		free(event);
		return r;
	}
	event->id = id;
	event->device = device_id;
	event->slot->kind = XFH_SLOT_CPU_EVENT;
	event->slot->channel = process->channel;
	event->slot->process = process->number;
	event->slot->event = id;
	xfw_list_append(&process->cpu_events, &event->link);
	process->n_cpu_events++;
	process->channel->guest->n_cpu_events++;
	xfh_slot_open(event->slot);
	xfi_message_forget();
	if (host->driver.cpu_event_create)
		r = host->driver.cpu_event_create(
			host->driver.self, device->driver, event->handle, flags, &event->driver);
	if (r) {
		xfh_slot_kill(event->slot);
		xfh_slot_wait(event->slot);
		xfh_slot_give(&host->slots, event->slot, event->handle);
		xfw_list_remove(&event->link);
		process->n_cpu_events--;
		process->channel->guest->n_cpu_events--;
		free(event);
		(void)refused(guest, r, "a CPU event of process ", process->name);
	}
	return r;
}

int xfh_cpu_event_destroy(struct xfh_process *process, uint64_t id)
{
	struct xfh_cpu_event *event = find_cpu_event(process, id);
	if (!event)
		return -ENOENT;
	end_cpu_event(process, event);
	return 0;
}
