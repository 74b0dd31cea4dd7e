/* SPDX-License-Identifier: MIT */
/* A guest as the service knows it: its quotas, its transport, its channels. */
#ifndef XFH_GUEST_H
#define XFH_GUEST_H

#include <sys/types.h>

#include "base/place.h"
#include "host/host.h"
#include "host/rate.h"

struct xf_host_guest {
	struct xfw_list link; /* xf_host.guests */
	struct xf_host *host;
	char name[64];
	enum xf_host_transport transport;
	char *address;
	uint32_t port, cid, uid_plus_1, region_bytes;
	_Atomic uint32_t max_queue; /* no channel's ring is too small for it */
	uint32_t max_processes, max_events, max_devices, max_channels;
	uint32_t max_cpu_events, n_cpu_events; /* of all its processes */
	struct xfh_rate signal_rate, message_rate;
	struct xfh_rate connect_rate; /* over vsock, where guests share a queue */
	uint64_t turn; /* the service's, in which it has time until */
	int64_t turn_until_ns;
	_Atomic int quiet; /* nothing is read or written: the VMM saves it */
	void *arg; /* the embedder's */
	struct xf_host_events local; /* signal NULL: it is a guest, not processes of the host */
	int region_fd; /* the VMM's own memory, while it is added; -1: none */
	struct xfh_log_limit logs[XFH_LOG_KINDS];
	struct xfw_list channels;
	uint32_t n_channels, n_processes;
	struct xfh_watch listener; /* fd -1: none */
	struct xfi_place place; /* of the socket file that we made and remove */
	dev_t bound_dev; /* its; bound_ino 0: none */
	ino_t bound_ino;
	struct xfh_watch redial; /* timer; fd -1: none */
	struct xfh_watch asking; /* a VMM that was asked for a port and has not answered; fd -1 */
	char answer[32];
	unsigned n_answer;
	int unreached; /* why it was not reached last, as told; 0: it was */
	struct xfh_vsock *vsock;
	struct xfh_ivshmem *ivshmem;
	struct xfw_list surfaces;
	uint32_t n_waits; /* handles on them with a descriptor to wait for a key */
	struct xf_domain *domain; /* shared with the guest; NULL: none */
	/* The worker process: there while a session is. */
	struct xfh_slot *worker_slot;
	xf_host_handle worker;
	void *worker_driver;
	uint32_t n_sessions; /* now */

	_Atomic uint64_t accepted, delivered, dropped, refused;
	_Atomic uint64_t queue_times[XF_HOST_QUEUE_TIMES], queue_time_sum_ns;
	uint64_t sessions, protocol_errors, messages;
};

#endif
