/* SPDX-License-Identifier: MIT */
/* A thread that waits until the processes of dead members are gone. */
#ifndef XFI_SHM_REAPER_H
#define XFI_SHM_REAPER_H

#include "shm/domain.h"

/*
 * Waits until the process of a dead member is gone, then calls xfi_sweep_gone(): 0. XFI_REAPED: it
 * is gone already. -EAGAIN: there is no thread to wait with, and it is not known to be gone.
 */
#define XFI_REAPED 1
int xfi_reap(struct xf_domain *domain, uint32_t member);
bool xfi_reaping(struct xf_domain *domain, uint32_t member); /* and not done with it */
void xfi_reaper_stop(struct xf_domain *domain);

#endif
