/* SPDX-License-Identifier: MIT */
/* What libraries on top of this one keep with a membership; see xf_domain_keep(). */
#ifndef XFI_SHM_COMPANION_H
#define XFI_SHM_COMPANION_H

#include "shm/domain.h"

/* Ends them all, the last one made first. */
void xfi_companions_end(struct xf_domain *domain);

#endif
