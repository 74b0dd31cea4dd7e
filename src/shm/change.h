/* SPDX-License-Identifier: MIT */
/* Which members came and went. */
#ifndef XFI_SHM_CHANGE_H
#define XFI_SHM_CHANGE_H

#include <crossfence/inspect.h>

#include "shm/domain.h"

/* Notes it and tells those who want to know. On the helper thread. */
void xfi_change_member(struct xf_domain *domain, uint32_t member, enum xf_member_change change);

/* How many there were, as far as can be told. */
uint64_t xfi_change_count(const struct xf_domain *domain, enum xf_change of);

/* Number `number`, counted from 1. -ENOENT: not yet; -ESTALE: too long ago. */
int xfi_change_read(
	const struct xf_domain *domain, uint64_t number, struct xfi_member_change *ret_change);

/* Tells of changes that are counted; on top of this room, see types.c. */
extern void (*const xfi_change_tell)(struct xf_domain *domain, enum xf_change of);

#endif
