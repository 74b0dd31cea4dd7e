/* SPDX-License-Identifier: MIT */
/* How others hear that this member has died. All but the judging on the helper thread. */
#ifndef XFI_SHM_LIFELINE_H
#define XFI_SHM_LIFELINE_H

#include <linux/futex.h>

#include "shm/domain.h"

/* What the kernel walks when the helper thread ends. */
struct xfi_row {
	uint32_t tid;
	struct robust_list_head heads[2];
	struct robust_list_head *head; /* the one the kernel knows */
	struct robust_list nodes[XF_MEMBERS_MAX];
};

int xfi_lifeline_init(struct xf_domain *domain);
void xfi_lifeline_finish(struct xf_domain *domain);
int xfi_lifeline_claim(struct xf_domain *domain); /* under the lock; -EUSERS */

/* Alive: its lifeline is held. Dead members count as not alive at once. */
bool xfi_member_alive(const struct xf_domain *domain, uint32_t member);
bool xfi_member_dead(const struct xf_domain *domain, uint32_t member);
uint64_t xfi_members_alive(const struct xf_domain *domain);
uint64_t xfi_members_in_use(const struct xf_domain *domain); /* alive or dead: not free */

#endif
