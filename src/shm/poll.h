/* SPDX-License-Identifier: MIT */
/*
 * Descriptors for poll/epoll over objects, one for each handle that asks. It is itself an epoll, of
 * an eventfd of ours and of the links other members send us (link.c), all edge-triggered.
 */
#ifndef XFI_SHM_POLL_H
#define XFI_SHM_POLL_H

#include "shm/domain.h"

struct xfi_poll_entry;

int xfi_polls_init(struct xf_domain *domain);
void xfi_polls_finish(struct xf_domain *domain); /* NULL, and entries that live on, are allowed */

/*
 * Makes (the first time) and arms *entry. ready(handle) must not block and must leave the object as
 * it is. The descriptor belongs to the entry.
 */
int xfi_poll_open(struct xf_domain *domain, struct xfi_poll_entry **entry, uint32_t index,
	bool (*ready)(void *handle), void *handle, int *ret_fd);

/* After the owner looked at the object: unreadable again, unless the object is ready. */
void xfi_poll_rearm(struct xf_domain *domain, struct xfi_poll_entry *entry);

/* Takes in links and looks at all descriptors; on the helper thread. */
void xfi_poll_run(struct xf_domain *domain);

/* Somebody of this process changed the object. */
void xfi_poll_look(struct xf_domain *domain, uint32_t index);

/* Lets `fd` make the object's descriptors readable; one epoll. */
void xfi_poll_attach(struct xf_domain *domain, uint32_t index, int fd);
void xfi_poll_add(int epoll, int fd);

/* NULL is allowed. */
void xfi_poll_close(struct xf_domain *domain, struct xfi_poll_entry *entry);

#endif
