/* SPDX-License-Identifier: MIT */
/* Links: how a change in one process makes a descriptor in another readable without a detour. */
#ifndef XFI_SHM_LINK_H
#define XFI_SHM_LINK_H

#include "shm/domain.h"

int xfi_links_init(struct xf_domain *domain);
void xfi_links_finish(struct xf_domain *domain);

/* The sender's side: tells `members`, who have descriptors for the object, that it changed. */
void xfi_link_ring(struct xf_domain *domain, uint32_t index, uint64_t members);

/* The receiver's side: has an address, takes in what was sent (on the helper), serves an epoll. */
void xfi_link_listen(struct xf_domain *domain);
void xfi_link_receive(struct xf_domain *domain);
void xfi_link_attach(struct xf_domain *domain, uint32_t index, int epoll);
void xfi_link_detach(struct xf_domain *domain, uint32_t index);

#endif
