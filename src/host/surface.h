/* SPDX-License-Identifier: MIT */
/* Surfaces that the host shares with a guest. Service only. */
#ifndef XFH_SURFACE_H
#define XFH_SURFACE_H

#include <stdbool.h>

#include "host/process.h"

struct xfh_surface {
	struct xfw_list link; /* xf_host_guest.surfaces */
	struct xf_host_surface_ops ops;
	void *self;
	uint64_t id;
	struct xfw_surface description;
	bool lent; /* it is one of the guest's domain: host/domain.c */
	uint32_t users; /* of its handles */
};

/* A process' handle on one, and its acquire that waits. */
struct xfh_held {
	struct xfw_list link; /* process.held */
	struct xfh_process *process;
	struct xfh_surface *surface;
	void *handle;
	struct xfh_watch watch; /* fd -1: no acquire waits; the descriptor is the handle's */
	bool waits; /* its handle has had a descriptor: one of guest.n_waits */
	uint32_t tag;
	uint64_t key;
};

/* The answers are sent by this. -ENOMEM or 0. */
int xfh_surface_message(
	struct xfh_process *process, const struct xfw_msg *msg, const uint8_t *payload);
void xfh_surface_end_process(struct xfh_process *process);
void xfh_surface_finish(struct xf_host_guest *guest);
void xfh_surface_remove(struct xf_host_guest *guest, struct xfh_surface *surface);

#endif
