/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/host.h"
#include "host/watch.h"

/* A place in host->watches; its generation tells a later user of the place from an earlier one. */
static int find_place(struct xf_host *host, uint32_t *ret_place)
{
	uint32_t place = 0;
	while (place < host->n_watches && host->watches[place].watch)
		place++;
	if (place == host->n_watches) {
		uint32_t n = place ? place * 2 : 32;
		struct xfh_place *more = realloc(host->watches, n * sizeof(*more));
		if (!more)
			return -ENOMEM;
		memset(more + place, 0, (n - place) * sizeof(*more));
		host->watches = more;
		host->n_watches = n;
	}
	*ret_place = place;
	return 0;
}

/*
 * The epoll set knows watches by number, not by address: events that were fetched before somebody
 * else ended a watch then find nothing.
 */
int xfh_host_watch(struct xf_host *host, struct xfh_watch *watch, uint32_t events)
{
	uint32_t place;
	int r = find_place(host, &place);
	if (r)
		return r;
	uint64_t number = (uint64_t)++host->watches[place].generation << 32 | place;
	struct epoll_event event = { .events = events, .data.u64 = number };
	if (epoll_ctl(host->epoll, EPOLL_CTL_ADD, watch->fd, &event) < 0)
		return -errno;
	host->watches[place].watch = watch;
	watch->place = place;
	watch->number = number;
	return 0;
}

void xfh_host_rewatch(struct xf_host *host, const struct xfh_watch *watch, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.u64 = watch->number };
	/* Of a descriptor that is in the set this cannot fail. */
	(void)epoll_ctl(host->epoll, EPOLL_CTL_MOD, watch->fd, &event);
}

void xfh_host_unwatch(struct xf_host *host, struct xfh_watch *watch)
{
	epoll_ctl(host->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
	/* One that never got as far as being watched is allowed. */
	if (watch->place < host->n_watches && host->watches[watch->place].watch == watch)
		host->watches[watch->place].watch = NULL;
}

void xfh_host_deliver(struct xf_host *host, const struct epoll_event *event)
{
	struct xfh_place *place = &host->watches[(uint32_t)event->data.u64];
	if (place->watch && place->generation == event->data.u64 >> 32)
		place->watch->ready(place->watch, event->events);
}
