/* SPDX-License-Identifier: MIT */
/*
 * A descriptor is armed by adding this member to the object's watchers; whoever changes the object
 * then writes its link, or wakes our helper, which looks at all armed entries. Arming comes before
 * looking at the object, so a change in between is seen by one side or the other; both writing is
 * harmless.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/fd.h"
#include "shm/bell.h"
#include "shm/link.h"
#include "shm/poll.h"

struct xfi_poll_entry {
	int epoll; /* what the application polls */
	int eventfd; /* ours, written and never read */
	uint32_t index;
	bool (*ready)(void *handle);
	void *handle;
	_Atomic bool armed;
	struct xfi_poll_entry *next; /* polls.first */
};

/* Entries are owned by their objects' handles. */
struct xfi_polls {
	pthread_mutex_t lock;
	struct xfi_poll_entry *first;
};

int xfi_polls_init(struct xf_domain *d)
{
	d->polls = calloc(1, sizeof(*d->polls));
	if (!d->polls)
		return -ENOMEM;
	pthread_mutex_init(&d->polls->lock, NULL);
	return 0;
}

void xfi_polls_finish(struct xf_domain *d)
{
	if (!d->polls)
		return;
	pthread_mutex_destroy(&d->polls->lock);
	free(d->polls);
	d->polls = NULL;
}

static void look(struct xf_domain *d, struct xfi_poll_entry *entry)
{
	uint64_t one = 1;
	xfi_watch(d, xfi_slot(d, entry->index));
	if (entry->ready(entry->handle) && atomic_exchange(&entry->armed, false))
		(void)!write(entry->eventfd, &one, sizeof(one)); /* never full in our lifetime */
}

static void look_at(struct xf_domain *d, bool all, uint32_t index)
{
	pthread_mutex_lock(&d->polls->lock);
	for (struct xfi_poll_entry *e = d->polls->first; e; e = e->next)
		if ((all || e->index == index) && atomic_load(&e->armed))
			look(d, e);
	pthread_mutex_unlock(&d->polls->lock);
}

void xfi_poll_run(struct xf_domain *d)
{
	xfi_link_receive(d);
	look_at(d, true, 0);
}

void xfi_poll_look(struct xf_domain *d, uint32_t index)
{
	look_at(d, false, index);
}

void xfi_poll_add(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	/* A descriptor that is not what it should be is refused here, and does no harm. */
	(void)epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

void xfi_poll_attach(struct xf_domain *d, uint32_t index, int fd)
{
	pthread_mutex_lock(&d->polls->lock);
	for (struct xfi_poll_entry *e = d->polls->first; e; e = e->next)
		if (e->index == index)
			xfi_poll_add(e->epoll, fd);
	pthread_mutex_unlock(&d->polls->lock);
}

static int make(struct xfi_poll_entry **ret_entry)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	XFI_FD epoll = epoll_create1(EPOLL_CLOEXEC);
	XFI_FD fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (epoll < 0 || fd < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		return -errno;
	struct xfi_poll_entry *entry = calloc(1, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	entry->epoll = xfi_fd_steal(&epoll);
	entry->eventfd = xfi_fd_steal(&fd);
	*ret_entry = entry;
	return 0;
}

static int add(struct xf_domain *d, struct xfi_poll_entry **entry, uint32_t index,
	bool (*ready)(void *handle), void *handle)
{
	int r = make(entry);
	if (r)
		return r;
	(*entry)->index = index;
	(*entry)->ready = ready;
	(*entry)->handle = handle;
	xfi_link_listen(d);
	/* Known as a poller before anything is watched. */
	atomic_fetch_or(&xfi_slot(d, index)->cold.pollers, xfi_self_bit(d));
	pthread_mutex_lock(&d->polls->lock);
	(*entry)->next = d->polls->first;
	d->polls->first = *entry;
	pthread_mutex_unlock(&d->polls->lock);
	xfi_link_attach(d, index, (*entry)->epoll);
	return 0;
}

int xfi_poll_open(struct xf_domain *d, struct xfi_poll_entry **entry, uint32_t index,
	bool (*ready)(void *handle), void *handle, int *ret_fd)
{
	int r = xfi_domain_check(d, true);
	if (!r && !*entry)
		r = add(d, entry, index, ready, handle);
	if (r)
		return r;
	xfi_poll_rearm(d, *entry);
	*ret_fd = (*entry)->epoll;
	return 0;
}

void xfi_poll_rearm(struct xf_domain *d, struct xfi_poll_entry *entry)
{
	struct epoll_event events[8];
	/*
	 * Edge-triggered members leave the epoll's ready list by being told once. Bounded: who
	 * keeps writing links faster than we look gets no more of our time, only a readable
	 * descriptor.
	 */
	for (int n = 0; n < 64 && epoll_wait(entry->epoll, events, 8, 0) == 8; n++)
		;
	atomic_store(&entry->armed, true);
	look(d, entry);
}

static bool remove_entry(struct xf_domain *d, struct xfi_poll_entry *entry)
{
	bool others = false;
	pthread_mutex_lock(&d->polls->lock);
	for (struct xfi_poll_entry **e = &d->polls->first; *e;) {
		if (*e == entry) {
			*e = entry->next;
			continue;
		}
		others |= (*e)->index == entry->index;
		e = &(*e)->next;
	}
	pthread_mutex_unlock(&d->polls->lock);
	return others;
}

void xfi_poll_close(struct xf_domain *d, struct xfi_poll_entry *entry)
{
	if (!entry)
		return;
	if (xfi_domain_check(d, false) == 0 && !remove_entry(d, entry)) {
		atomic_fetch_and(&xfi_slot(d, entry->index)->cold.pollers, ~xfi_self_bit(d));
		xfi_link_detach(d, entry->index);
	}
	close(entry->epoll);
	close(entry->eventfd);
	free(entry);
}
