/* SPDX-License-Identifier: MIT */
/* Waits for a monitored fence by the CPU. */
#ifndef XFI_WIN_KMT_SYNC_CPU_H
#define XFI_WIN_KMT_SYNC_CPU_H

#include "win/kmt/sync.h"

/* Sleeps until the fence is at `value`. XF_ABANDONED: nobody will signal it any more. */
int xfi_kmt_sync_wait(struct xfi_kmt_sync *sync, uint64_t value);

/* Sets the event when the fence is at `value`, at once if it is. Errors as xfi_nt_handle_ref(). */
int xfi_kmt_sync_set_event(struct xfi_kmt_sync *sync, uint64_t value, HANDLE event);

#endif
