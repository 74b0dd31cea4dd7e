/* SPDX-License-Identifier: MIT */
/* Processes, devices and CPU events of a guest. Service only. */
#ifndef XFI_HOST_PROCESS_H
#define XFI_HOST_PROCESS_H

#include "host/channel.h"

struct process {
	struct xfi_list link; /* channel.processes */
	struct channel *channel;
	uint32_t number;
	uint64_t pid;
	char name[XF_HOST_NAME_BYTES];
	struct slot *slot;
	xf_host_handle handle;
	void *driver;
	struct xfi_list devices, cpu_events, held;
	uint32_t n_devices, n_cpu_events;
	uint64_t events;
};

struct device {
	struct xfi_list link; /* process.devices */
	uint64_t id;
	void *driver;
};

struct cpu_event {
	struct xfi_list link; /* process.cpu_events */
	uint64_t id, device;
	struct slot *slot;
	xf_host_handle handle;
	void *driver;
};

int xfi_process_create(
	struct channel *channel, uint32_t number, uint64_t pid, const uint8_t *name, size_t size);
void xfi_process_destroy(struct process *process);
/* From its return on no signal call touches the channel. */
void xfi_process_lose(struct channel *channel);
int xfi_worker_hold(struct xf_host_guest *guest);
void xfi_worker_give(struct xf_host_guest *guest);
int xfi_device_create(struct process *process, uint64_t id);
int xfi_device_destroy(struct process *process, uint64_t id);
int xfi_cpu_event_create(struct process *process, uint64_t id, uint64_t device, uint32_t flags);
int xfi_cpu_event_destroy(struct process *process, uint64_t id);
struct device *xfi_device_find(struct process *process, uint64_t id);

#endif
