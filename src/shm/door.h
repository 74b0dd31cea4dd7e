/* SPDX-License-Identifier: MIT */
/*
 * The door: a lock that only those hold who get or give back a member slot, one for each PID
 * namespace. A slot in passage carries a mark of who is in the door, so that one whose holder died
 * there can be told from one that is being taken.
 */
#ifndef XFI_SHM_DOOR_H
#define XFI_SHM_DOOR_H

#include <linux/futex.h>

#include "shm/domain.h"

/* Marks lie above all thread ids, which have 22 bits at most. */
#define XFI_PASSAGE UINT32_C(0x20000000)

/* How a thread lets the kernel know which word it is about to own. */
struct xfi_pending {
	uint32_t tid;
	void (*set)(struct xf_domain *domain, xfi_u32 *word); /* NULL: none */
};

/* 0 and this passage's mark; -ETIMEDOUT: somebody is stopped in the door; -EUSERS. */
int xfi_door_enter(struct xf_domain *domain, uint64_t pid_ns, const struct xfi_pending *pending,
	uint32_t *ret_mark, xfi_u32 **ret_word);
void xfi_door_leave(struct xf_domain *domain, const struct xfi_pending *pending, xfi_u32 *word);

/* While in the door with `mark`: is `life` the mark of one who died there? */
bool xfi_door_left_behind(const struct xf_domain *domain, uint32_t life, uint32_t mark);

#endif
