/* SPDX-License-Identifier: MIT */
/* What root may do besides what everybody may. */
#ifndef XFI_BASE_CAPABILITY_H
#define XFI_BASE_CAPABILITY_H

#include <stdint.h>

/*
 * Gives up all capabilities but those in `keep` (1 << CAP_...), for good, and those of programs to
 * be started too. Before any thread is started: it is for the calling thread and those it starts
 * later. 0, or -errno.
 */
int xfi_capability_keep(uint64_t keep);

#endif
