/* SPDX-License-Identifier: MIT */
/* What the service's epoll set watches. */
#ifndef XFI_HOST_WATCH_H
#define XFI_HOST_WATCH_H

#include <stdint.h>
#include <sys/epoll.h>

struct xf_host;

struct watch {
	void (*ready)(struct watch *watch, uint32_t events); /* service, host.lock held */
	int fd;
	uint32_t place; /* in host.watches */
	uint64_t number; /* by which the epoll set knows it */
};

struct place {
	struct watch *watch;
	uint32_t generation;
};

/* Service only, as all but the next. 0 or negative. */
int xfi_host_watch(struct xf_host *host, struct watch *watch, uint32_t events);
void xfi_host_unwatch(struct xf_host *host, struct watch *watch);
/* Any thread, as long as the watch is there: watches for `events` from now on. */
void xfi_host_rewatch(struct xf_host *host, const struct watch *watch, uint32_t events);
/* Hands an event of the set to its watch, if that is still there. */
void xfi_host_deliver(struct xf_host *host, const struct epoll_event *event);

#endif
