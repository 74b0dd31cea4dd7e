/* SPDX-License-Identifier: MIT */
/* How programs recognize the one adapter in DXGI, D3DKMT and Direct3D 12. */
#ifndef XFI_WIN_LUID_H
#define XFI_WIN_LUID_H

#include "win/prelude.h"

static const LUID xfi_adapter_luid = { .LowPart = 0xc1055f };

#endif
