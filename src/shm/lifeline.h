/* SPDX-License-Identifier: MIT */
/* Member slots, and how others hear that their owners have died. On the helper thread. */
#ifndef XFI_SHM_LIFELINE_H
#define XFI_SHM_LIFELINE_H

#include "shm/domain.h"

/* -ENOSYS: the kernel, or what stands for it, cannot tell of deaths. */
int xfi_lifeline_init(struct xf_domain *domain);

/*
 * Takes a slot and fills in its record. -EUSERS: none is free; -EBUSY: one will be in a moment,
 * when the kernel is through with its row; -ETIMEDOUT: see door.h.
 */
int xfi_lifeline_claim(struct xf_domain *domain, const struct xfi_member *record);

/*
 * The row behind the last member's is for a visitor: somebody who finds all slots taken, by the
 * dead perhaps, and needs to be somebody to hold the lock and sweep. -EBUSY: another one is here.
 */
int xfi_lifeline_visit(struct xf_domain *domain);

/* Gives the slot back. Where that fails, as a claim, the thread must end: that will be a death. */
int xfi_lifeline_release(struct xf_domain *domain);

/* Any thread. Alive: its lifeline is held. Dead members count as not alive at once. */
bool xfi_life_alive(uint32_t life);
bool xfi_member_alive(const struct xf_domain *domain, uint32_t member);
bool xfi_member_dead(const struct xf_domain *domain, uint32_t member);
uint64_t xfi_members_alive(const struct xf_domain *domain);
uint64_t xfi_members_in_use(const struct xf_domain *domain); /* alive or dead: not free */

#endif
