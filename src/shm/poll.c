/* SPDX-License-Identifier: MIT */
/*
 * A descriptor is armed by adding this member to the object's watchers (watch.h); whoever changes
 * the object then posts us, each time: what was posted before may have been by one that was stopped
 * before it woke us. Arming comes before looking at the object, so a change in between is seen by
 * one side or the other; both writing is harmless.
 *
 * What the application polls is an epoll of an eventfd, so that whoever is handed the descriptor
 * can neither read nor fill what we write. The eventfd is written, at best, by the kernel within
 * the poster's futex call (uring.c), and then whatever was posted makes it readable. Where there is
 * no such ring, a thread of ours sleeps on the same word and looks at all that is armed. It is
 * also taken in a domain that is looked at: its sleep has an end (looked.h), which a ring could
 * only have by waking the application every second. The thread is not the helper: that one may have
 * to wait for the domain's lock.
 *
 * No descriptor is ever handed from one member to another, so nobody can make one block, fill it or
 * give us a foreign one to close; and whoever sets does two atomic steps and one futex call, takes
 * no lock and can be a signal handler.
 *
 * Locks: polls.making before polls.lock, that before an entry's, an entry's before polls.start.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/call.h"
#include "base/fd.h"
#include "base/futex.h"
#include "base/slice.h"
#include "base/thread.h"
#include "shm/bell.h"
#include "shm/looked.h"
#include "shm/poll.h"
#include "shm/uring.h"
#include "shm/watch.h"

/* A ring belongs to one thread. How often one is made before the descriptor is left to ours. */
#define RINGS_TRIED 8

struct xfi_poll_entry {
	int epoll; /* what the application polls */
	int eventfd;
	uint32_t index;
	bool (*ready)(void *handle);
	void *handle;
	struct xfi_poll_entry *next; /* polls.first */

	pthread_mutex_t lock;
	bool watches; /* this member is among the object's watchers, also for this */
	bool armed; /* for our thread to look at */
	uint32_t rings_tried;
	struct xfi_uring *ring; /* may be NULL */
};

struct xfi_polls {
	pthread_mutex_t making; /* one entry for a handle, whoever asks first */
	pthread_mutex_t lock;
	struct xfi_poll_entry *first; /* owned by their objects' handles */
	pthread_mutex_t start; /* the two below */
	bool has_thread;
	pthread_t thread;
	_Atomic uint32_t stop; /* futex */
};

int xfi_polls_init(struct xf_domain *d)
{
	d->polls = calloc(1, sizeof(*d->polls));
	if (!d->polls)
		return -ENOMEM;
	pthread_mutex_init(&d->polls->making, NULL);
	pthread_mutex_init(&d->polls->lock, NULL);
	pthread_mutex_init(&d->polls->start, NULL);
	return 0;
}

void xfi_polls_stop(struct xf_domain *d)
{
	/* A forked child has no such thread. */
	if (!d->polls || !d->polls->has_thread || xfi_domain_check(d, false))
		return;
	atomic_store(&d->polls->stop, 1);
	xfi_futex_wake(&d->polls->stop, 1, FUTEX_BITSET_MATCH_ANY);
	xfi_thread_join(d->polls->thread);
	d->polls->has_thread = false;
}

void xfi_polls_finish(struct xf_domain *d)
{
	if (!d->polls)
		return;
	pthread_mutex_destroy(&d->polls->making);
	pthread_mutex_destroy(&d->polls->lock);
	pthread_mutex_destroy(&d->polls->start);
	free(d->polls);
	d->polls = NULL;
}

/* System calls, for the functions are where threads are cancelled. Never full: it is read. */
static void make_readable(struct xfi_poll_entry *entry)
{
	uint64_t one = 1;
	(void)syscall(SYS_write, entry->eventfd, &one, sizeof(one));
}

static void make_unreadable(struct xfi_poll_entry *entry)
{
	uint64_t count;
	(void)syscall(SYS_read, entry->eventfd, &count, sizeof(count));
}

/* Under the entry's lock, as the next ones. */
static void watch(struct xf_domain *d, struct xfi_poll_entry *entry)
{
	struct xfi_watch watch = xfi_watchers(d, entry->index);
	if (!entry->watches)
		xfi_watch_come(watch);
	entry->watches = true;
	xfi_watch_ask(d, watch);
}

static void stop_watching(struct xf_domain *d, struct xfi_poll_entry *entry)
{
	if (entry->watches)
		xfi_watch_leave(d, xfi_watchers(d, entry->index));
	entry->watches = false;
}

/* True: it is to be made readable. Then our thread need not hear of more; a ring says nothing. */
static bool look(struct xf_domain *d, struct xfi_poll_entry *entry)
{
	watch(d, entry);
	if (!entry->ready(entry->handle))
		return false;
	entry->armed = false;
	if (!entry->ring)
		stop_watching(d, entry);
	return true;
}

static void look_at_all(struct xf_domain *d, bool rings)
{
	pthread_mutex_lock(&d->polls->lock);
	for (struct xfi_poll_entry *e = d->polls->first; e; e = e->next) {
		pthread_mutex_lock(&e->lock);
		bool tell = (e->armed || (rings && e->ring)) && look(d, e);
		pthread_mutex_unlock(&e->lock);
		/* Without the lock, which whoever is woken by it takes at once. */
		if (tell)
			make_readable(e);
	}
	pthread_mutex_unlock(&d->polls->lock);
}

void xfi_polls_look(struct xf_domain *d)
{
	look_at_all(d, true);
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
		look_at_all(d, false);
		(void)xfi_futex_waitv(words, 2, xfi_nap(d, XF_NEVER));
	}
	return NULL;
}

static int start_looker(struct xf_domain *d)
{
	pthread_mutex_lock(&d->polls->start);
	int r = d->polls->has_thread ? 0
				     : xfi_thread_start(&d->polls->thread, 256 * 1024, looker, d);
	d->polls->has_thread = !r;
	pthread_mutex_unlock(&d->polls->start);
	return r;
}

static bool has_ring(struct xfi_poll_entry *entry)
{
	if (!entry->ring && entry->rings_tried < RINGS_TRIED) {
		entry->rings_tried++;
		entry->ring = xfi_uring_make(entry->eventfd);
	}
	return entry->ring;
}

static void drop_ring(struct xfi_poll_entry *entry)
{
	xfi_uring_free(entry->ring, true);
	entry->ring = NULL;
}

/* False: it takes our thread. A word that never stays the same leaves it readable. */
static bool arm_ring(struct xf_domain *d, struct xfi_poll_entry *entry)
{
	xfi_u32 *post = &d->members[d->self].post;
	for (int tries = 0; tries < 2 * RINGS_TRIED; tries++) {
		/* In this order: whoever finds us among the watchers changes the word afterwards.
		 */
		uint32_t seen = atomic_load(post);
		watch(d, entry);
		if (xfi_looked_at(d) || !has_ring(entry))
			return false;
		int r = xfi_uring_sleep(entry->ring, post, seen, xfi_post_bit(entry->index));
		make_unreadable(entry);
		if (!r && xfi_uring_asleep(entry->ring))
			return true;
		if (r && r != -EAGAIN)
			drop_ring(entry);
	}
	make_readable(entry);
	return true;
}

static int arm_thread(struct xf_domain *d, struct xfi_poll_entry *entry)
{
	drop_ring(entry);
	make_unreadable(entry);
	int r = start_looker(d);
	entry->armed = !r;
	return r;
}

/* Under the entry's lock. */
static int arm(struct xf_domain *d, struct xfi_poll_entry *entry)
{
	entry->armed = false;
	int r = arm_ring(d, entry) ? 0 : arm_thread(d, entry);
	if (!r && look(d, entry))
		make_readable(entry);
	return r;
}

static int make(struct xfi_poll_entry **ret_entry)
{
	struct epoll_event event = { .events = EPOLLIN };
	XFI_FD fd = -1;
	int r = xfi_call_eventfd(&fd);
	if (r)
		return r;
	XFI_FD epoll = xfi_fd_above_std(epoll_create1(EPOLL_CLOEXEC));
	if (epoll < 0)
		return xfi_call_failed("epoll_create1");
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		return xfi_call_failed("epoll_ctl");
	struct xfi_poll_entry *entry = calloc(1, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	pthread_mutex_init(&entry->lock, NULL);
	entry->epoll = xfi_fd_steal(&epoll);
	entry->eventfd = xfi_fd_steal(&fd);
	*ret_entry = entry;
	return 0;
}

static int add(struct xf_domain *d, uint32_t index, bool (*ready)(void *handle), void *handle,
	struct xfi_poll_entry **ret_entry)
{
	struct xfi_poll_entry *entry = NULL;
	int r = make(&entry);
	if (r)
		return r;
	entry->index = index;
	entry->ready = ready;
	entry->handle = handle;
	/* Known as a poller before anything is watched. */
	atomic_fetch_or(&xfi_slot(d, index)->cold.pollers, xfi_self_bit(d));
	pthread_mutex_lock(&d->polls->lock);
	entry->next = d->polls->first;
	d->polls->first = entry;
	pthread_mutex_unlock(&d->polls->lock);
	*ret_entry = entry;
	return 0;
}

int xfi_poll_open(struct xf_domain *d, struct xfi_poll_entry *_Atomic *entry, uint32_t index,
	bool (*ready)(void *handle), void *handle, int *ret_fd)
{
	int r = xfi_domain_check(d, true);
	if (r)
		return r;
	pthread_mutex_lock(&d->polls->making);
	struct xfi_poll_entry *made = atomic_load(entry);
	if (!made)
		r = add(d, index, ready, handle, &made);
	atomic_store(entry, made);
	pthread_mutex_unlock(&d->polls->making);
	if (!made)
		return r;
	pthread_mutex_lock(&made->lock);
	r = arm(d, made);
	pthread_mutex_unlock(&made->lock);
	*ret_fd = made->epoll;
	return r;
}

void xfi_poll_rearm(struct xf_domain *d, struct xfi_poll_entry *entry)
{
	pthread_mutex_lock(&entry->lock);
	if (arm(d, entry))
		make_readable(entry); /* for want of a thread: it may be ready, at any time */
	pthread_mutex_unlock(&entry->lock);
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
	bool ours = xfi_domain_check(d, false) == 0;
	bool others = ours && remove_entry(d, entry);
	if (ours)
		stop_watching(d, entry); /* nobody else comes to it any more */
	if (ours && !others)
		atomic_fetch_and(&xfi_slot(d, entry->index)->cold.pollers, ~xfi_self_bit(d));
	xfi_uring_free(entry->ring, ours);
	pthread_mutex_destroy(&entry->lock);
	close(entry->epoll);
	close(entry->eventfd);
	free(entry);
}
