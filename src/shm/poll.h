/* SPDX-License-Identifier: MIT */
/*
 * Descriptors for poll/epoll over objects, one for each handle that asks. The kernel makes them
 * readable, or a thread of our own: whoever changes an object posts the members that have
 * descriptors for it.
 */
#ifndef XFI_SHM_POLL_H
#define XFI_SHM_POLL_H

#include "shm/domain.h"

struct xfi_poll_entry;

int xfi_polls_init(struct xf_domain *domain);
/* Stops the thread, before the member slot is given back. Not initialized, or done: allowed. */
void xfi_polls_stop(struct xf_domain *domain);
void xfi_polls_finish(struct xf_domain *domain);

/*
 * To be called by the helper after members came and went: one that died may have taken a watch out
 * and told nobody.
 */
void xfi_polls_look(struct xf_domain *domain);

/*
 * Makes (the first time, of whatever threads ask) and arms *entry. ready(handle) must not block and
 * must leave the object as it is. The descriptor belongs to the entry. -EAGAIN: no thread is to be
 * had.
 */
int xfi_poll_open(struct xf_domain *domain, struct xfi_poll_entry *_Atomic *entry, uint32_t index,
	bool (*ready)(void *handle), void *handle, int *ret_fd);

/* After the owner looked at the object: unreadable again, unless the object is ready. */
void xfi_poll_rearm(struct xf_domain *domain, struct xfi_poll_entry *entry);

/* NULL is allowed. */
void xfi_poll_close(struct xf_domain *domain, struct xfi_poll_entry *entry);

#endif
