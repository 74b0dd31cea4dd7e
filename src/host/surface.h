/* SPDX-License-Identifier: MIT */
/* Surfaces that the host shares with a guest. Service only. */
#ifndef XFI_HOST_SURFACE_H
#define XFI_HOST_SURFACE_H

#include "host/process.h"

struct surface {
	struct xfi_list link; /* xf_host_guest.surfaces */
	struct xf_host_surface_ops ops;
	void *self;
	uint64_t id;
	struct xfi_wire_surface description;
	int lent; /* it is one of the guest's domain: host/domain.c */
	uint32_t users; /* of its handles */
};

/* A process' handle on one, and its acquire that waits. */
struct held {
	struct xfi_list link; /* process.held */
	struct process *process;
	struct surface *surface;
	void *handle;
	struct watch watch; /* fd -1: no acquire waits; the descriptor is the handle's */
	uint32_t tag;
	uint64_t key;
};

/* The answers are sent by this. -ENOMEM or 0. */
int xfi_surface_message(
	struct process *process, const struct xfi_wire_msg *msg, const uint8_t *payload);
void xfi_surface_end_process(struct process *process);
void xfi_surface_finish(struct xf_host_guest *guest);
void xfi_surface_remove(struct xf_host_guest *guest, struct surface *surface);

#endif
