/* SPDX-License-Identifier: MIT */
/* The subscriber's side of a sync object. */
#ifndef XFI_USE_READER_H
#define XFI_USE_READER_H

#include <crossfence/sync.h>

/* Done with the current use; and with all of them. */
void xfi_sync_end_reading_locked(struct xf_sync *sync);
void xfi_sync_unsubscribe_locked(struct xf_sync *sync);

#endif
