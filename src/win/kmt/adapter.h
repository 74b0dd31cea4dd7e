/* SPDX-License-Identifier: MIT */
#ifndef XFI_WIN_ADAPTER_H
#define XFI_WIN_ADAPTER_H

#include "win/nt/object.h"

#define XFI_ADAPTER_LUID 0xc1055f

/* How programs recognize the software adapter in DXGI and in D3DKMT. */
extern const LUID xfi_adapter_luid;

extern const struct xfi_object_type xfi_kmt_device_type;

/* -EINVAL: not a device of this process. */
int xfi_kmt_device_check(D3DKMT_HANDLE handle);

#endif
