/* SPDX-License-Identifier: MIT */
/* Processes, devices and CPU events of a guest. Service only. */
#ifndef XFH_PROCESS_H
#define XFH_PROCESS_H

#include "host/channel.h"

struct xfh_process {
	struct xfw_list link; /* channel.processes */
	struct xfh_channel *channel;
	uint32_t number;
	uint64_t pid;
	char name[XF_HOST_NAME_BYTES];
	struct xfh_slot *slot;
	xf_host_handle handle;
	void *driver;
	struct xfw_list devices, cpu_events, held;
	uint32_t n_devices, n_cpu_events;
	uint64_t events;
};

struct xfh_device {
	struct xfw_list link; /* process.devices */
	uint64_t id;
	void *driver;
};

struct xfh_cpu_event {
	struct xfw_list link; /* process.cpu_events */
	uint64_t id, device;
	struct xfh_slot *slot;
	xf_host_handle handle;
	void *driver;
};

int xfh_process_create(struct xfh_channel *channel, uint32_t number, uint64_t pid,
	const uint8_t *name, size_t size);
void xfh_process_destroy(struct xfh_process *process);
/* From its return on no signal call touches the channel. */
void xfh_process_lose(struct xfh_channel *channel);
enum xf_host_process_kind xfh_process_kind(const struct xf_host_guest *guest);
int xfh_worker_hold(struct xf_host_guest *guest);
void xfh_worker_give(struct xf_host_guest *guest);
int xfh_device_create(struct xfh_process *process, uint64_t id);
int xfh_device_destroy(struct xfh_process *process, uint64_t id);
int xfh_cpu_event_create(struct xfh_process *process, uint64_t id, uint64_t device, uint32_t flags);
int xfh_cpu_event_destroy(struct xfh_process *process, uint64_t id);
struct xfh_device *xfh_device_find(struct xfh_process *process, uint64_t id);

#endif
