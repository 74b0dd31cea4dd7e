/* SPDX-License-Identifier: MIT */
/*
 * crossfence-guestd owns a guest's single channel to the host (a virtio-serial port has one opener)
 * and shares it among the guest's processes, which connect to its unix socket and speak the same
 * wire format. It renumbers: towards a process, that process is number 1 of a session of its own;
 * towards the host, every process has a number that is never used again in the session.
 */
#ifndef GUESTD_H
#define GUESTD_H

#include <stdbool.h>

#include "base/own_socket.h"
#include "guest/link_greet.h"
#include "wire/list.h"
#include "wire/wire.h"
#include "queue.h"

struct watch {
	enum { WATCH_LISTENER, WATCH_UPSTREAM, WATCH_GONE, WATCH_CLIENT } kind;
};

struct client {
	struct watch watch;
	struct xfw_list link; /* guestd.clients */
	struct xfw_list flush; /* guestd.to_flush, or empty */
	int fd;
	uint32_t uid;
	int64_t since_ns;
	uint32_t number; /* towards the host; 0: not announced yet */
	bool greeted, announced, wants_out, paused, broken;
	struct xfw_peer in;
	uint64_t out_sequence;
	struct queue out;
	size_t have;
	uint8_t bytes[2 * XFW_MAX_BYTES];
};

#define GUESTD_RECENT 64

struct guestd {
	const char *upstream_address, *listen_path;
	unsigned mode;
	bool surfaces; /* processes may map the shared region */
	bool had_device; /* it was there once */
	bool cannot_listen;
	int epoll;
	struct watch listener_watch, upstream_watch, gone_watch;
	struct xfi_own_socket listener;
	int spare; /* a descriptor to give up when there is none left */
	struct xfg_link upstream;
	struct xfw_welcome limits;
	struct xfw_peer in;
	uint64_t out_sequence;
	bool upstream_wants_out;
	struct queue out;
	bool gathers; /* more clients are about to be heard: what they say leaves together */
	uint32_t last_number;
	struct xfw_list clients;
	uint32_t n_clients;
	bool any_broken; /* clients are to be buried */
	struct client *recent[GUESTD_RECENT]; /* by number: where to look for one first */
	struct xfw_list to_flush; /* those that have been queued something in this turn */
	uint32_t n_announced; /* of these; while there is none nobody counts on the host */
	size_t have;
	uint8_t bytes[8 * XFW_MAX_BYTES];
};

#endif
