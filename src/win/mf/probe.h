/* SPDX-License-Identifier: MIT */
/* What a device can do. */
#ifndef XFI_WIN_MF_PROBE_H
#define XFI_WIN_MF_PROBE_H

#include "win/mf/proxy.h"

/* Whether queues of the device wait for values that are signalled later. Asked once. */
bool xfi_device_can_wait(ID3D12Device *device);

/* S_OK, or why nothing can be asked of the device. */
HRESULT xfi_probe_device(ID3D12Device *device);

#endif
