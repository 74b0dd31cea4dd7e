/* SPDX-License-Identifier: MIT */
/* One table between errno values and NTSTATUS, for both directions. */
#ifndef XFH_STATUS_H
#define XFH_STATUS_H

#include <crossfence/win/d3dkmddi_signal_event.h>

/* What DxgkCbSignalEvent returns for a result of xf_host_signal(). */
NTSTATUS xfh_dxgk_status(int result);

/* What a guest is told for a miniport's status: 0 for success codes, else a negative errno. */
int xfh_dxgk_errno(NTSTATUS status);

#endif
