/* SPDX-License-Identifier: MIT */
/*
 * A descriptor is armed by adding this member to the object's watchers; whoever changes the object
 * then posts us, and a thread looks at all that is armed. Arming comes before looking at the
 * object, so a change in between is seen by one side or the other; both writing is harmless.
 *
 * No descriptor is ever handed from one member to another, so nobody can make one block, fill it or
 * give us a foreign one to close; and whoever sets does two atomic steps and one futex call, takes
 * no lock and can be a signal handler. The thread is not the helper: that one may have to wait for
 * the domain's lock.
 *
 * What the application polls is an epoll of an eventfd, edge-triggered, so that whoever is handed
 * the descriptor can neither read nor fill what we write.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/futex.h"
#include "base/slice.h"
#include "base/thread.h"
#include "shm/bell.h"
#include "shm/looked.h"
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

struct xfi_polls {
	pthread_mutex_t lock;
	struct xfi_poll_entry *first; /* owned by their objects' handles */
	bool has_thread;
	pthread_t thread;
	_Atomic uint32_t stop; /* futex */
};

int xfi_polls_init(struct xf_domain *d)
{
	d->polls = calloc(1, sizeof(*d->polls));
	if (!d->polls)
		return -ENOMEM;
	pthread_mutex_init(&d->polls->lock, NULL);
	return 0;
}

void xfi_polls_stop(struct xf_domain *d)
{
	/* A forked child has no such thread. */
	if (!d->polls || !d->polls->has_thread || xfi_domain_check(d, false))
		return;
	atomic_store(&d->polls->stop, 1);
	xfi_futex_wake(&d->polls->stop, 1, FUTEX_BITSET_MATCH_ANY);
	pthread_join(d->polls->thread, NULL);
	d->polls->has_thread = false;
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

static void look_at_all(struct xf_domain *d)
{
	pthread_mutex_lock(&d->polls->lock);
	for (struct xfi_poll_entry *e = d->polls->first; e; e = e->next)
		if (atomic_load(&e->armed))
			look(d, e);
	pthread_mutex_unlock(&d->polls->lock);
}

static void *looker(void *arg)
{
	struct xf_domain *d = arg;
	xfi_u32 *post = &d->members[d->self].post;
	xfi_short_slices();
	while (!atomic_load(&d->polls->stop)) {
		/* The word to stop by is private: nobody else can hold us up. */
		struct futex_waitv words[] = { xfi_waitv(post, atomic_load(post)),
			xfi_waitv(&d->polls->stop, 0) };
		look_at_all(d);
		(void)xfi_futex_waitv(words, 2, xfi_nap(d, XF_NEVER));
	}
	return NULL;
}

static int start_looker(struct xf_domain *d)
{
	pthread_mutex_lock(&d->polls->lock);
	int r = d->polls->has_thread ? 0
				     : xfi_thread_start(&d->polls->thread, 256 * 1024, looker, d);
	d->polls->has_thread = !r;
	pthread_mutex_unlock(&d->polls->lock);
	return r;
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
	int r = start_looker(d);
	if (!r)
		r = make(entry);
	if (r)
		return r;
	(*entry)->index = index;
	(*entry)->ready = ready;
	(*entry)->handle = handle;
	/* Known as a poller before anything is watched. */
	atomic_fetch_or(&xfi_slot(d, index)->cold.pollers, xfi_self_bit(d));
	pthread_mutex_lock(&d->polls->lock);
	(*entry)->next = d->polls->first;
	d->polls->first = *entry;
	pthread_mutex_unlock(&d->polls->lock);
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
	struct epoll_event event;
	/* Edge-triggered: it leaves the epoll's ready list by being told once. */
	(void)epoll_wait(entry->epoll, &event, 1, 0);
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
	if (xfi_domain_check(d, false) == 0 && !remove_entry(d, entry))
		atomic_fetch_and(&xfi_slot(d, entry->index)->cold.pollers, ~xfi_self_bit(d));
	close(entry->epoll);
	close(entry->eventfd);
	free(entry);
}
