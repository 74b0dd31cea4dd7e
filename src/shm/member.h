/* SPDX-License-Identifier: MIT */
/* Membership: the helper thread, its lifeline, the cold lock. */
#ifndef XFI_SHM_MEMBER_H
#define XFI_SHM_MEMBER_H

#include "shm/domain.h"

/* Starts the helper and waits until it has joined. -EUSERS: no slot; -EAGAIN: no thread. */
int xfi_member_join(struct xf_domain *domain);

/* Gives up what this member holds, frees its slot and ends the helper. */
void xfi_member_leave(struct xf_domain *domain);

/*
 * Runs fn(domain, arg) on the helper thread under the domain's cold lock and returns its result.
 * Blocks while another member sweeps, joins or does the same. Not from the helper itself.
 */
int xfi_member_call(struct xf_domain *domain, int (*fn)(struct xf_domain *d, void *arg), void *arg);

/* Makes the helper look at everything again; any thread. */
void xfi_member_poke(struct xf_domain *domain);

/* Alive: its lifeline is held. Dead members count as not alive at once. */
bool xfi_member_alive(const struct xf_domain *domain, uint32_t member);
bool xfi_member_dead(const struct xf_domain *domain, uint32_t member);
uint64_t xfi_members_alive(const struct xf_domain *domain);
uint64_t xfi_members_in_use(const struct xf_domain *domain); /* alive or dead: not free */

/* sweep.c: under the cold lock. True when the member's slot is free now. */
bool xfi_sweep(struct xf_domain *domain, uint32_t member);
void xfi_sweep_gone(struct xf_domain *domain, uint32_t member);

#endif
