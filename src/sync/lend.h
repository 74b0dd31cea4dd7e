/* SPDX-License-Identifier: MIT */
#ifndef XFI_SYNC_LEND_H
#define XFI_SYNC_LEND_H

#include "shm/domain.h"

/* For the sweep: a mutex that the dead member had lent is abandoned, whatever its state. */
void xfi_lender_died(struct xf_domain *domain, uint32_t index, uint32_t member);

#endif
