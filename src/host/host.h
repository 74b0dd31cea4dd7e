/* SPDX-License-Identifier: MIT */
/*
 * The host service. Two worlds meet here. The service world (one thread, host.lock) owns guests,
 * channels, processes and calls the driver. The signal world (any thread, no lock) sees slots, a
 * channel's queue and its flush word, all atomic; the service waits for a slot's calls under way to
 * end before it takes anything apart that they may see.
 */
#ifndef XFH_HOST_H
#define XFH_HOST_H

#include <pthread.h>
#include <stdbool.h>

#include <crossfence/host.h>
#include "host/log.h"
#include "host/slot.h"
#include "host/watch.h"
#include "wire/list.h"

struct xf_host {
	pthread_mutex_t lock;
	struct xf_host_driver driver;
	struct xf_host_events events;
	void (*log)(void *arg, const char *line);
	void *log_arg;
	int epoll, kick; /* kick: eventfd that makes the service look at channels' attention */
	struct xfh_watch kick_watch;
	struct xfh_watch alarm; /* timer */
	int64_t alarm_ns; /* when it rings; 0: not set */
	void (*log_entry)(void *arg, const struct xf_host_log_entry *entry);
	enum xf_host_log_level log_level;
	struct xfh_log_limit logs[XFH_LOG_KINDS]; /* of lines that are about no guest of ours */
	int spare; /* a descriptor to give up when there is none left */
	bool has_thread;
	_Atomic int stopping;
	pthread_t thread;
	struct xfh_slots slots;
	struct xfh_place *watches;
	uint32_t n_watches;
	struct xfw_list guests, vsocks, locals;
	uint32_t n_locals;
	struct xfw_list readable; /* channels with input left over */
	uint64_t turn; /* of the service: see xfh_channel_has_time() */
	pthread_mutex_t own_lock; /* own_slots' free ones, own_events */
	struct xfh_slots own_slots;
	struct xfw_list own_events;
};

void xfh_host_kick(struct xf_host *host);

#endif
