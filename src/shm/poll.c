/* SPDX-License-Identifier: MIT */
/*
 * The helper thread sleeps on the member's bell while there are entries, and writes the eventfd of
 * each armed entry whose object is ready. Arming comes before looking at the object, so a change
 * in between is seen by one side or the other; both writing is harmless.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "shm/bell.h"
#include "shm/helper.h"
#include "shm/member.h"
#include "shm/poll.h"

struct xfi_poll_entry {
	int fd;
	uint32_t index;
	bool (*ready)(void *handle);
	void *handle;
	_Atomic bool armed;
	struct xfi_poll_entry *next; /* helper.polls */
};

static void look(struct xf_domain *d, struct xfi_poll_entry *entry)
{
	uint64_t one = 1;
	xfi_watch(d, xfi_slot(d, entry->index));
	if (entry->ready(entry->handle) && atomic_exchange(&entry->armed, false))
		(void)!write(entry->fd, &one, sizeof(one)); /* full means readable: fine */
}

bool xfi_poll_any(struct xf_domain *d)
{
	pthread_mutex_lock(&d->helper->polls_lock);
	bool any = d->helper->polls;
	pthread_mutex_unlock(&d->helper->polls_lock);
	return any;
}

void xfi_poll_run(struct xf_domain *d)
{
	pthread_mutex_lock(&d->helper->polls_lock);
	for (struct xfi_poll_entry *e = d->helper->polls; e; e = e->next)
		if (atomic_load(&e->armed))
			look(d, e);
	pthread_mutex_unlock(&d->helper->polls_lock);
}

static int make(struct xf_domain *d, struct xfi_poll_entry **ret_entry)
{
	struct xfi_poll_entry *entry = calloc(1, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	entry->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (entry->fd < 0) {
		int r = -errno;
		free(entry);
		return r;
	}
	*ret_entry = entry;
	return 0;
}

int xfi_poll_open(struct xf_domain *d, struct xfi_poll_entry **entry, uint32_t index,
	bool (*ready)(void *handle), void *handle, int *ret_fd)
{
	int r = xfi_domain_check(d, true);
	if (r)
		return r;
	pthread_mutex_lock(&d->helper->polls_lock);
	if (!*entry) {
		r = make(d, entry);
		if (!r) {
			(*entry)->index = index;
			(*entry)->ready = ready;
			(*entry)->handle = handle;
			(*entry)->next = d->helper->polls;
			d->helper->polls = *entry;
		}
	}
	pthread_mutex_unlock(&d->helper->polls_lock);
	if (r)
		return r;
	xfi_poll_rearm(d, *entry);
	xfi_member_poke(d);
	*ret_fd = (*entry)->fd;
	return 0;
}

void xfi_poll_rearm(struct xf_domain *d, struct xfi_poll_entry *entry)
{
	uint64_t count;
	(void)!read(entry->fd, &count, sizeof(count)); /* EAGAIN: was not readable */
	atomic_store(&entry->armed, true);
	look(d, entry);
}

void xfi_poll_close(struct xf_domain *d, struct xfi_poll_entry *entry)
{
	if (!entry)
		return;
	if (xfi_domain_check(d, false) == 0) {
		pthread_mutex_lock(&d->helper->polls_lock);
		struct xfi_poll_entry **e = &d->helper->polls;
		while (*e && *e != entry)
			e = &(*e)->next;
		if (*e)
			*e = entry->next;
		pthread_mutex_unlock(&d->helper->polls_lock);
	}
	close(entry->fd);
	free(entry);
}
