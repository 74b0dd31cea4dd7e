/* SPDX-License-Identifier: MIT */
#ifndef XFI_SYNC_KEYED_FENCE_H
#define XFI_SYNC_KEYED_FENCE_H

#include "shm/domain.h"

/*
 * For the sweep: a mutex that the dead member released after a fence is abandoned, whoever owns it
 * by now, unless the fence was passed.
 */
void xfi_fencer_died(struct xf_domain *domain, uint32_t index, uint32_t member);

#endif
