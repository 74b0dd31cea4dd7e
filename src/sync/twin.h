/* SPDX-License-Identifier: MIT */
/* What a timeline's owner hands on as its twin; see <crossfence/timeline.h>. */
#ifndef XFI_SYNC_TWIN_H
#define XFI_SYNC_TWIN_H

struct xfi_twin;

/* With the owner's handle. NULL allowed. */
void xfi_twin_end(struct xfi_twin *twin);

#endif
