/* SPDX-License-Identifier: MIT */
/* What is done after a death, under the domain's lock. */
#ifndef XFI_SHM_SWEEP_H
#define XFI_SHM_SWEEP_H

#include "shm/domain.h"

/* True when the member's slot is free now; else a reaper (reaper.c) waits for its process. */
bool xfi_sweep(struct xf_domain *domain, uint32_t member);

/* The process is gone: gives back its surfaces and frees the slot. */
void xfi_sweep_gone(struct xf_domain *domain, uint32_t member);

#endif
