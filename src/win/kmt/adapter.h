/* SPDX-License-Identifier: MIT */
#ifndef XFI_WIN_ADAPTER_H
#define XFI_WIN_ADAPTER_H

#include "win/nt/object.h"

extern const struct xfi_object_type xfi_kmt_device_type;

/* -EINVAL: not a device of this process. */
int xfi_kmt_device_check(D3DKMT_HANDLE handle);

#endif
