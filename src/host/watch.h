/* SPDX-License-Identifier: MIT */
/* What the service's epoll set watches. */
#ifndef XFH_WATCH_H
#define XFH_WATCH_H

#include <stdint.h>
#include <sys/epoll.h>

struct xf_host;

struct xfh_watch {
	void (*ready)(struct xfh_watch *watch, uint32_t events); /* service, host.lock held */
	int fd;
	uint32_t place; /* in host.watches */
	uint64_t number; /* by which the epoll set knows it */
};

struct xfh_place {
	struct xfh_watch *watch;
	uint32_t generation;
};

/* Service only, as all but the next. 0 or negative. */
int xfh_host_watch(struct xf_host *host, struct xfh_watch *watch, uint32_t events);
void xfh_host_unwatch(struct xf_host *host, struct xfh_watch *watch);
/* Any thread, as long as the watch is there: watches for `events` from now on. */
void xfh_host_rewatch(struct xf_host *host, const struct xfh_watch *watch, uint32_t events);
/* Hands an event of the set to its watch, if that is still there. */
void xfh_host_deliver(struct xf_host *host, const struct epoll_event *event);

#endif
