/* SPDX-License-Identifier: MIT */
/* Membership: the helper thread and what runs on it. */
#ifndef XFI_SHM_MEMBER_H
#define XFI_SHM_MEMBER_H

#include "shm/domain.h"

/* Starts the helper and waits until it has joined. -EUSERS: no slot; -EAGAIN: no thread. */
int xfi_member_join(struct xf_domain *domain);

/* Gives up what this member holds, frees its slot and ends the helper. */
void xfi_member_leave(struct xf_domain *domain);

/*
 * Runs fn(domain, arg) on the helper thread under the domain's lock and returns its result.
 * Blocks while another member sweeps, joins or does the same. Not from the helper itself.
 */
int xfi_member_call(struct xf_domain *domain, int (*fn)(struct xf_domain *d, void *arg), void *arg);

/* Makes this process' helper look at everything again; any thread. */
void xfi_member_poke(struct xf_domain *domain);

#endif
